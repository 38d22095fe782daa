import { inProfile, type Lint } from '../lint';
import { granting } from '../subject';

const TRANSITIONS: ReadonlySet<string> = new Set(['ux', 'px', 'cx', 'pix', 'cix', 'pux', 'cux']);

export const unscrubbedExec: Lint = {
  id: 'unscrubbed-exec',
  level: 'warning',
  preset: 'recommended',
  summary: 'A program changes its profile and keeps the caller\'s environment.',
  reason: 'With the lower-case modes the caller chooses `LD_PRELOAD` and its like for the started program, and so what code runs in the ' +
    'other profile.',
  better: 'write the mode with a capital (Px, Cx, Ux), which scrubs the environment',
  exceptions: 'Programs that need such a variable, between profiles of equal strength.',
  wrong: inProfile('/usr/bin/helper px -> other,'),
  right: inProfile('/usr/bin/helper Px -> other,'),
  check: (subject, report) => {
    for (const { rule } of granting(subject, 'file')) {
      if (rule.exec !== undefined && TRANSITIONS.has(rule.exec) && rule.scrub !== true) {
        report(rule, `"${rule.path}" keeps the environment of its caller`);
      }
    }
  },
};
