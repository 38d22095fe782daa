import { printRule } from '../../rules/registry';
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
  check: (subject, report) => {
    for (const { rules } of subject.profiles) {
      const seen = new Map<string, number>();
      for (const rule of rules) {
        const text = printRule(rule);
        const line = rule.layout?.source.position(rule.layout.start).line ?? 0;
        const first = seen.get(text);
        if (first === undefined) {
          seen.set(text, line);
        } else {
          report(rule, `"${text}" stands in line ${first} already`);
        }
      }
    }
  },
};
