import type { Lint } from '../lint';

const FREE: Readonly<Record<string, string>> = {
  complain: 'only logs what it should deny',
  unconfined: 'confines nothing',
  default_allow: 'allows whatever no rule denies',
  prompt: 'asks a user who is not there',
};

export const noEnforcement: Lint = {
  id: 'no-enforcement',
  level: 'warning',
  preset: 'recommended',
  summary: 'The profile is in a mode that does not enforce it.',
  reason: 'Complain mode is for learning what a program does. Left on, everything looks confined and nothing is.',
  better: 'remove the flag once the profile is complete',
  exceptions: 'A profile that is being learned, for a stated time.',
  wrong: 'abi <abi/3.0>,\n\nprofile web flags=(complain) {\n  /etc/nginx/** r,\n}\n',
  right: 'abi <abi/3.0>,\n\nprofile web {\n  /etc/nginx/** r,\n}\n',
  check: (subject, report) => {
    for (const { node, fullName } of subject.profiles) {
      const flag = node.flags.find((one) => one in FREE);
      if (flag !== undefined) {
        report(node, `the profile "${fullName}" is in ${flag} mode: it ${FREE[flag]}`);
      }
    }
  },
};
