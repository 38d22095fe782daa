import type { Verdict, VerdictRule } from './verdict';
import type { RlimitAccess } from '../rules/access';
import { AccessError } from '../rules/match';
import type { AccessRule } from '../rules/registry';
import { isResource, rlimitValue, type RlimitRule } from '../rules/rlimit';

/** Two names of one limit. */
const SAME: Readonly<Record<string, string>> = { ofile: 'nofile' };

/** Whether a process may raise its hard limit so far; the last rule for a resource counts, without one there is no ceiling. */
export function decideRlimit(rules: readonly AccessRule[], { resource, value }: RlimitAccess, place: (index: number) => VerdictRule): Verdict {
  if (!isResource(resource)) {
    throw new AccessError(`there is no resource limit '${String(resource).slice(0, 40)}'; names are those of getrlimit(2), such as nofile`);
  }
  const index = rules.map((rule) => rule.type === 'rlimit' && canonical(rule.resource) === canonical(resource)).lastIndexOf(true);
  if (index === -1) {
    return { verdict: 'unmediated', audited: false, rules: [] };
  }
  const limit = rlimitValue(rules[index] as RlimitRule);
  // A lower nice value is the higher limit (RLIMIT_NICE is 20 less the value).
  const denied = limit !== undefined && (resource === 'nice' ? value < limit : value > limit);
  return { verdict: denied ? 'denied' : 'allowed', audited: denied, rules: [place(index)] };
}

function canonical(resource: string): string {
  return SAME[resource] ?? resource;
}
