import type { Lint } from '../lint';

export const unpinnedAbi: Lint = {
  id: 'unpinned-abi',
  level: 'error',
  preset: 'recommended',
  summary: 'The text does not say for which features it was written.',
  reason: 'Without an `abi` line every node reads the profile by its own parser\'s default: families are enforced on one node and free on the ' +
    'next, and an update of the node can make a rule mean something else.',
  better: 'begin the text with "abi <abi/3.0>,"',
  exceptions: 'Files that are only included by others.',
  wrong: 'profile web {\n  /etc/nginx/** r,\n}\n',
  right: 'abi <abi/3.0>,\n\nprofile web {\n  /etc/nginx/** r,\n}\n',
  check: (subject, report) => {
    const [first] = subject.profiles;
    if (first !== undefined && !subject.tree.body.items.some((item) => item.type === 'abi')) {
      report(first.node, `the profile "${first.fullName}" has no abi`);
    }
  },
};
