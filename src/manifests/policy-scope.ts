/** What the policies of a program allow and leave alone, whichever framework they are written with. */
import type { PolicyExemption } from './policy';
import type { AllowedNames } from './policy-rules';
import { withoutGeneration } from './profile-name';

const SYSTEM_EXEMPTION: PolicyExemption = {
  namespaces: ['kube-system', 'kube-public', 'kube-node-lease'],
  reason: 'The cluster\'s own parts, some of which are privileged',
};

/** Every generation of what bundles distribute, and what the nodes bring. */
export function allowedNames(names: { readonly preloaded: readonly string[]; readonly distributed: readonly string[] }): AllowedNames {
  return { exact: sorted(names.preloaded), generationsOf: sorted(names.distributed.map(withoutGeneration)) };
}

/** @param loaderNamespaces where the program's loaders run, in any order */
export function policyExemptions(
  system: boolean | undefined, loaderNamespaces: readonly string[], own: readonly PolicyExemption[] | undefined,
): PolicyExemption[] {
  const namespaces = sorted(loaderNamespaces);
  return [
    ...system ?? true ? [SYSTEM_EXEMPTION] : [],
    ...namespaces.length > 0 ? [{ namespaces, reason: 'The loaders of AppArmor profiles, which no profile may hold' }] : [],
    ...own ?? [],
  ];
}

type Selection = readonly string[] | Readonly<Record<string, string>> | undefined;

/**
 * What is wrong with an exemption, as a sentence with the fix: each needs a reason, and may not exempt everything.
 *
 * @param who what is given the exemption, in messages
 * @param selections all that an exemption may select by, as far as this one does; an empty list of namespaces selects nothing
 */
export function exemptionFault(who: string, reason: unknown, selections: Readonly<Record<string, Selection>>): string | undefined {
  if (typeof reason !== 'string' || reason.trim() === '') return `An exemption of ${who} has no reason: say why its workloads run without a profile.`;
  const narrowed = Object.values(selections).some((selection) => selection && Object.keys(selection).length > 0);
  const empty = Object.values(selections).some((selection) => Array.isArray(selection) && selection.length === 0);
  if (narrowed && !empty) return undefined;
  const ways = Object.keys(selections);
  return `The exemption "${reason}" of ${who} says of what: give it ${ways.slice(0, -1).join(', ')} or ${ways.at(-1)}.`;
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
