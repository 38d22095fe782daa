/** Which pods a cluster's policies leave alone, from the annotations that `ConfinementPolicy` writes. */
import { entryOf, JsonObject, listOf, objectAt, objectOf, stringOf } from './json';
import { EXEMPTIONS_ANNOTATION, PolicyExemption } from './policy';

/** Exempt where no policy says who is. */
const SYSTEM: PolicyExemption = { namespaces: ['kube-system', 'kube-public', 'kube-node-lease'], reason: 'the cluster\'s own parts' };

/** The exemptions of all policies of ours; the cluster's own namespaces where there is no policy. */
export function exemptionsOf(policies: readonly JsonObject[]): PolicyExemption[] {
  if (policies.length === 0) return [SYSTEM];
  return policies.flatMap((policy) => readExemptions(stringOf(entryOf(objectAt(policy, ['metadata', 'annotations']), EXEMPTIONS_ANNOTATION))));
}

function readExemptions(text: string | undefined): PolicyExemption[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text ?? '[]');
  } catch {
    return [];
  }
  return listOf(parsed).flatMap((item) => {
    const entry = objectOf(item);
    const reason = stringOf(entryOf(entry, 'reason'));
    const namespaces = entryOf(entry, 'namespaces');
    if (reason === undefined) return [];
    return [{
      reason,
      ...Array.isArray(namespaces) && { namespaces: namespaces.map(String) },
      ...labels(entry, 'namespaceLabels'),
      ...labels(entry, 'podLabels'),
    }];
  });
}

function labels(entry: JsonObject | undefined, key: string): object {
  const found = objectOf(entryOf(entry, key));
  return found ? { [key]: Object.fromEntries(Object.entries(found).map(([name, value]) => [name, String(value)])) } : {};
}

/** The reason why a pod is left alone, if it is. */
export function exemptionReason(
  exemptions: readonly PolicyExemption[], namespace: string, namespaceLabels: JsonObject, podLabels: JsonObject,
): string | undefined {
  const has = (present: JsonObject, wanted: Readonly<Record<string, string>> | undefined) =>
    Object.entries(wanted ?? {}).every(([key, value]) => entryOf(present, key) === value);
  return exemptions.find((one) => (one.namespaces || one.namespaceLabels || one.podLabels)
    && (one.namespaces?.includes(namespace) ?? true) && has(namespaceLabels, one.namespaceLabels) && has(podLabels, one.podLabels))?.reason;
}
