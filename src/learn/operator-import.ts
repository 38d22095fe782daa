import { exampleOf, type Need } from './rules-from-accesses';
import type { OperatorProfile } from './sources/security-profiles-operator';
import { ordered } from './suggest';
import { type AccessRule, ruleFromAccess } from '../rules/registry';

/**
 * The rules that an `AppArmorProfile` object of the Security Profiles Operator gives. Its patterns are AppArmor's and stay;
 * the `deny` rules that the operator adds on its own are left out, for they take from other rules what those give.
 */
export function operatorNeeds({ entries }: OperatorProfile): Need[] {
  return ordered(entries.flatMap(({ access, pattern }) => {
    const rule = ruleFromAccess(access);
    const evidence = { distinct: 1, observations: 1, denied: 0, first: 0, last: 0, examples: [exampleOf(access)] };
    if (rule === undefined) {
      return [];
    }
    const asWritten: AccessRule = pattern && rule.type === 'file' && 'path' in access ? { ...rule, path: access.path } : rule;
    const readable: AccessRule = asWritten.type === 'file' && asWritten.exec === 'ix' ? { ...asWritten, permissions: 'r' } : asWritten;
    return [{ rule: readable, evidence, steps: [] }];
  }));
}
