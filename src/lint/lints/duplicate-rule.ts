import { type AccessRule, printRule } from '../../rules/registry';
import { inProfile, type Lint } from '../lint';

export const duplicateRule: Lint = {
  id: 'duplicate-rule',
  level: 'note',
  preset: 'recommended',
  summary: 'The same rule stands twice.',
  reason: 'A second copy changes nothing, and who removes one of them believes that the access is gone.',
  better: 'remove one of them',
  exceptions: 'There is none.',
  wrong: inProfile('/etc/nginx/** r,', '/srv/** r,', '/etc/nginx/** r,'),
  right: inProfile('/etc/nginx/** r,', '/srv/** r,'),
  ownOnly: true,
  check: (subject, report) => {
    for (const { rules } of subject.profiles) {
      const seen = new Map<string, AccessRule>();
      const isOwn = (rule: AccessRule) => rule.layout?.source === subject.source;
      for (const rule of [...rules.filter((one) => !isOwn(one)), ...rules.filter(isOwn)]) {
        const text = printRule(rule);
        const first = seen.get(text)?.layout;
        if (first === undefined) {
          seen.set(text, rule);
        } else {
          const where = first.source === subject.source ? '' : ` of ${first.source.name}`;
          report(rule, `"${text}" stands in line ${first.source.position(first.start).line}${where} already`);
        }
      }
    }
  },
};
