import type { Lint } from '../lint';

export const attachmentPath: Lint = {
  id: 'attachment-path',
  level: 'error',
  preset: 'recommended',
  summary: 'A profile for pods attaches to a path of the node.',
  reason: 'A profile with an attachment, or one that is named by a path, takes hold of every unconfined process of the node that executes ' +
    'this path: daemons of the host, the kubelet\'s helpers, privileged containers.',
  better: 'give the profile a plain name and no path',
  exceptions: 'Profiles for programs of the host, which no bundle distributes.',
  wrong: 'abi <abi/3.0>,\n\nprofile nginx /usr/sbin/nginx {\n  /etc/nginx/** r,\n}\n',
  right: 'abi <abi/3.0>,\n\nprofile nginx {\n  /etc/nginx/** r,\n}\n',
  check: (subject, report) => {
    for (const { node, topLevel } of subject.profiles) {
      if (topLevel && node.attachment !== undefined) {
        report(node, `the profile "${node.name}" attaches to "${node.attachment}" on every node`);
      } else if (topLevel && node.name.startsWith('/')) {
        report(node, `the profile is named by the path "${node.name}" and attaches to it on every node`);
      }
    }
  },
};
