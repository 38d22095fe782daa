import { inProfile, type Lint } from '../lint';
import { granting } from '../subject';

export const unconfinedExec: Lint = {
  id: 'unconfined-exec',
  level: 'error',
  preset: 'recommended',
  summary: 'A program is executed without confinement.',
  reason: 'With `ux`, or `pux` and `cux` where the other profile is missing, the started program is free: the confinement ends with one exec.',
  better: 'use ix to stay in the profile, or px and cx with a profile for the program',
  exceptions: 'There is hardly one in a container: a program that must be free belongs into another container.',
  wrong: inProfile('/usr/bin/helper PUx,'),
  right: inProfile('/usr/bin/helper ix,'),
  check: (subject, report) => {
    for (const { rule } of granting(subject, 'file')) {
      if (rule.exec === 'ux') {
        report(rule, `"${rule.path}" runs unconfined`);
      } else if (rule.exec === 'pux' || rule.exec === 'cux') {
        report(rule, `"${rule.path}" runs unconfined where its own profile is not loaded`);
      }
    }
  },
};
