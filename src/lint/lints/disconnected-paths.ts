import type { Lint } from '../lint';

export const disconnectedPaths: Lint = {
  id: 'disconnected-paths',
  level: 'note',
  preset: 'strict',
  summary: 'The profile refuses files that are reached through open descriptors of another mount namespace.',
  reason: 'Volumes, sockets and pipes that come from outside of the container\'s root have no full path. Without `attach_disconnected` every ' +
    'access to them fails with "disconnected path", whatever the rules say; the profiles of container runtimes all set it.',
  better: 'add flags=(attach_disconnected,mediate_deleted)',
  exceptions: 'Profiles that must refuse such files on purpose.',
  wrong: 'abi <abi/3.0>,\n\nprofile web {\n  /etc/nginx/** r,\n}\n',
  right: 'abi <abi/3.0>,\n\nprofile web flags=(attach_disconnected,mediate_deleted) {\n  /etc/nginx/** r,\n}\n',
  check: (subject, report) => {
    for (const { node, topLevel, fullName } of subject.profiles) {
      if (topLevel && !node.flags.some((flag) => flag.startsWith('attach_disconnected'))) {
        report(node, `the profile "${fullName}" refuses disconnected paths`);
      }
    }
  },
};
