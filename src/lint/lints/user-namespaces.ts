import type { Lint } from '../lint';
import { granting } from '../subject';

export const userNamespaces: Lint = {
  id: 'user-namespaces',
  level: 'warning',
  preset: 'recommended',
  summary: 'The program may create user namespaces.',
  reason: 'In a user namespace of its own a process has all capabilities over what is in it; most local holes of the kernel in recent years ' +
    'were reached that way.',
  better: 'leave the rule out',
  exceptions: 'Browsers and container builders that make a sandbox of their own.',
  wrong: 'abi <abi/4.0>,\n\nprofile web {\n  userns create,\n}\n',
  right: 'abi <abi/4.0>,\n\nprofile web {\n  deny userns create,\n}\n',
  check: (subject, report) => {
    for (const { rule } of granting(subject, 'userns')) {
      report(rule, 'the rule lets it create user namespaces');
    }
    for (const { rule } of granting(subject, 'all')) {
      report(rule, 'the rule "all," gives everything, user namespaces too', 'write a rule for each thing that the program does');
    }
  },
};
