import { printRule } from '../../rules/registry';
import type { AccessRule } from '../../rules/registry';
import { inProfile, type Lint } from '../lint';
import { covers, RulesByPrefix } from '../pairs';

export const deniedRule: Lint = {
  id: 'denied-rule',
  level: 'warning',
  preset: 'recommended',
  summary: 'A rule allows what another one denies.',
  reason: 'A deny wins over every allow, in whatever order they stand. The allowing rule does nothing, and the program fails without a word ' +
    'in the log: denials by rule are silent.',
  better: 'remove it, or narrow the deny',
  exceptions: 'There is none.',
  wrong: inProfile('/srv/www/upload/* w,', 'deny /srv/** w,'),
  right: inProfile('/srv/www/upload/* w,', 'deny /srv/private/** w,'),
  ownOnly: true,
  check: (subject, report) => {
    for (const { rules } of subject.profiles) {
      const denies = new RulesByPrefix(rules.filter(({ qualifiers }) => qualifiers.access === 'deny'));
      for (const rule of rules) {
        if (rule.qualifiers.access === 'deny' || rule.type === 'rlimit') {
          continue;
        }
        const [taken, deny] = takenAway(rule, denies);
        if (deny !== undefined) {
          report(rule, `${taken} of "${printRule(rule)}" is denied by "${printRule(deny)}"`);
        }
      }
    }
  },
};

/** What a deny takes wholly from a rule: `all`, or some permissions of a file rule. */
function takenAway(rule: AccessRule, denies: RulesByPrefix): [taken: string, deny: AccessRule | undefined] {
  for (const deny of denies.candidates(rule)) {
    const [one, other] = [deny.qualifiers, rule.qualifiers];
    if ((one.priority ?? 0) < (other.priority ?? 0) || (one.owner !== undefined && one.owner !== other.owner)) {
      continue;
    }
    if (rule.type !== 'file' || deny.type !== 'file') {
      if (covers(deny, rule)) {
        return ['all', deny];
      }
      continue;
    }
    const letters = [...rule.permissions].filter((letter) => deny.permissions.includes(letter)).join('');
    const exec = rule.exec !== undefined && deny.exec !== undefined;
    if ((letters !== '' || exec) && covers({ ...deny, exec: undefined }, { ...rule, permissions: letters, exec: undefined })) {
      const everything = letters === rule.permissions && exec === (rule.exec !== undefined);
      return [everything ? 'all' : `"${letters}${exec ? 'x' : ''}"`, deny];
    }
  }
  return ['', undefined];
}
