import { inProfile, type Lint } from '../lint';
import { granting } from '../subject';

export const changeProfileAnywhere: Lint = {
  id: 'change-profile-anywhere',
  level: 'error',
  preset: 'recommended',
  summary: 'The program may change to any profile, or to none.',
  reason: 'A change_profile rule without a target, or with one that matches `unconfined`, lets the program leave its confinement by itself.',
  better: 'name the one profile that it changes to',
  exceptions: 'Container runtimes, which choose profiles for others.',
  wrong: inProfile('change_profile,'),
  right: inProfile('change_profile -> web-worker,'),
  check: (subject, report) => {
    for (const { rule } of granting(subject, 'change_profile')) {
      if (rule.target === undefined || /^\*+$/.test(rule.target)) {
        report(rule, 'the rule lets it change to any profile');
      } else if (rule.target === 'unconfined') {
        report(rule, 'the rule lets it become unconfined');
      }
    }
  },
};
