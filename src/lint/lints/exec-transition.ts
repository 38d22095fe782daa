import { inProfile, type Lint } from '../lint';
import { granting } from '../subject';

export const execTransition: Lint = {
  id: 'exec-transition',
  level: 'note',
  preset: 'strict',
  summary: 'A program changes its profile, which pods without privilege escalation cannot.',
  reason: 'A container with `allowPrivilegeEscalation: false` has the kernel\'s no_new_privs: executing a program with px, cx or ux fails ' +
    'there with EPERM, unless the other profile is a subset of this one.',
  better: 'use ix, and give the profile what the program needs',
  exceptions: 'Containers that allow privilege escalation for this purpose.',
  wrong: inProfile('/usr/bin/helper Px -> other,'),
  right: inProfile('/usr/bin/helper ix,'),
  check: (subject, report) => {
    for (const { rule } of granting(subject, 'file')) {
      if (rule.exec !== undefined && rule.exec !== 'ix' && rule.exec !== 'x') {
        report(rule, `executing "${rule.path}" fails in a container with allowPrivilegeEscalation: false`);
      }
    }
  },
};
