import { entryOf, type JsonObject, objectAt, objectOf } from '../manifests/json';

/** Which workloads are left as they are, and why; a workload has to meet everything that is given. */
export interface Exemption {
  /** Why this is right, for the people who review it. */
  readonly reason: string;
  /** The kind of object, such as "Deployment". Default: every kind. */
  readonly kind?: string;
  /** The object's own name, or the name of the Pulumi resource. Default: every name. */
  readonly name?: string;
  /** The namespace that the object names. Default: every namespace. */
  readonly namespace?: string;
  /** Labels of the object, all of them. Default: any. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** @throws if the reason is empty or if it selects by nothing. */
export function checkExemption(exemption: Exemption): void {
  const { reason, labels, ...parts } = exemption;
  if (typeof reason !== 'string' || reason.trim() === '') {
    throw new Error('confineByDefault() was given an exemption without a reason: say why these workloads run without the profile.');
  }
  if ([...Object.values(parts), ...Object.keys(labels ?? {})].every((part) => part === undefined)) {
    throw new Error(`confineByDefault() was given the exemption "${reason}", which selects by nothing: give a kind, name, namespace or labels.`);
  }
}

/** @param object the resource's inputs, with `metadata` settled as far as exemptions look at it */
export function isExempt(exemptions: readonly Exemption[], kind: string, resourceName: string, object: unknown): boolean {
  const metadata = objectAt(objectOf(object), ['metadata']);
  return exemptions.some((exemption) => meets(exemption.kind, kind)
    && (meets(exemption.name, resourceName) || exemption.name === entryOf(metadata, 'name'))
    && meets(exemption.namespace, entryOf(metadata, 'namespace'))
    && Object.entries(exemption.labels ?? {}).every(([key, value]) => entryOf(objectOf(entryOf(metadata, 'labels') as JsonObject), key) === value));
}

function meets(wanted: string | undefined, found: unknown): boolean {
  return wanted === undefined || wanted === found;
}
