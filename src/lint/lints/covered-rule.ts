import { printRule } from '../../rules/registry';
import type { AccessRule } from '../../rules/registry';
import { inProfile, type Lint } from '../lint';
import { covers, RulesByPrefix } from '../pairs';

export const coveredRule: Lint = {
  id: 'covered-rule',
  level: 'note',
  preset: 'recommended',
  summary: 'A rule changes nothing, since another one covers it.',
  reason: 'A rule that gives (or takes) only what a wider one gives already makes the profile look narrower than it is: readers take it for ' +
    'the limit.',
  better: 'remove it, or narrow the wider rule',
  exceptions: 'A rule that is kept for the day on which the wider one goes.',
  wrong: inProfile('/srv/** r,', '/srv/www/* r,'),
  right: inProfile('/srv/www/* r,'),
  ownOnly: true,
  check: (subject, report) => {
    for (const { rules } of subject.profiles) {
      const index = new RulesByPrefix(rules);
      for (const rule of rules) {
        for (const wide of index.candidates(rule)) {
          if (wide !== rule && changesNothing(wide, rule)) {
            report(rule, `"${printRule(rule)}" changes nothing beside "${printRule(wide)}"`);
            break;
          }
        }
      }
    }
  },
};

/** Equal rules are left to `duplicate-rule`. */
function changesNothing(wide: AccessRule, narrow: AccessRule): boolean {
  return !isOrdered(wide) && sameSide(wide, narrow) && covers(wide, narrow) && !covers(narrow, wide);
}

/** Of limits the last one wins; they cover nothing. */
function isOrdered(rule: AccessRule): boolean {
  return rule.type === 'rlimit';
}

function sameSide(wide: AccessRule, narrow: AccessRule): boolean {
  const [one, other] = [wide.qualifiers, narrow.qualifiers];
  if ((one.access ?? 'allow') !== (other.access ?? 'allow') || (one.priority ?? 0) !== (other.priority ?? 0)) {
    return false;
  }
  // An audited allow logs more; a deny that is not audited logs less.
  const logging = one.access === 'deny' ? !one.audit || other.audit === true : one.audit === true || !other.audit;
  return logging && (one.owner === undefined || one.owner === other.owner);
}
