import { exampleOf, type Unwritable } from './rules-from-accesses';
import type { OperatorProfile } from './sources/security-profiles-operator';
import { ordered, type Suggestions } from './suggest';
import { readsBack, readsBackAsName } from '../language/read-back';
import { type AccessRule, ruleFromAccess } from '../rules/registry';

/**
 * The rules that an `AppArmorProfile` object of the Security Profiles Operator gives. Its patterns are AppArmor's and stay;
 * the `deny` rules that the operator adds on its own are left out, for they take from other rules what those give.
 */
export function operatorSuggestions({ entries }: OperatorProfile, name: string): Suggestions {
  const unwritable: Unwritable[] = [];
  const isNamed = readsBackAsName([name], undefined);
  const needs = ordered(entries.flatMap(({ access, pattern }) => {
    const rule = ruleFromAccess(access);
    const evidence = { distinct: 1, observations: 1, denied: 0, first: 0, last: 0, examples: [exampleOf(access)] };
    const asWritten: AccessRule | undefined = pattern && rule?.type === 'file' && 'path' in access ? { ...rule, path: access.path } : rule;
    const readable: AccessRule | undefined = asWritten?.type === 'file' && asWritten.exec === 'ix' ? { ...asWritten, permissions: 'r' } : asWritten;
    if (!isNamed || readable === undefined || !readsBack(readable)) {
      unwritable.push({ class: access.class, evidence });
      return [];
    }
    return [{ rule: readable, evidence, steps: [] }];
  }));
  return { subject: { names: [name] }, needs, refused: [], unwritable, allowed: 0 };
}
