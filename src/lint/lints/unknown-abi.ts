import type { Lint } from '../lint';

/** Files that AppArmor itself ships. */
export const SHIPPED_ABIS: ReadonlySet<string> = new Set([
  'abi/3.0', 'abi/4.0', 'abi/4.0-ip', 'abi/5.0', 'abi/5.0-interface', 'abi/kernel-5.4-vanilla', 'abi/kernel-5.4-outoftree-network',
]);

export const unknownAbi: Lint = {
  id: 'unknown-abi',
  level: 'error',
  preset: 'recommended',
  summary: 'The abi is none that nodes have.',
  reason: 'A node without the named features file refuses the whole profile, and `abi <kernel>` means something else on every node.',
  better: 'use abi <abi/3.0>, which every node with AppArmor 3 or later has',
  exceptions: 'A features file of your own that your node image brings.',
  wrong: 'abi <abi/mine>,\n\nprofile web {\n  /etc/nginx/** r,\n}\n',
  right: 'abi <abi/3.0>,\n\nprofile web {\n  /etc/nginx/** r,\n}\n',
  check: (subject, report) => {
    for (const item of subject.tree.body.items) {
      if (item.type === 'abi' && !(item.magic && SHIPPED_ABIS.has(item.path))) {
        report(item, `AppArmor ships no features file "${item.path}"`);
      }
    }
  },
};
