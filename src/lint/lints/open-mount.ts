import { inProfile, type Lint } from '../lint';
import { granting } from '../subject';

/** Options that make a mount one without a source or type. */
const OTHER_KINDS = /^(r?bind|move|remount|(make-)?r?(private|slave|shared|unbindable))$/;

export const openMount: Lint = {
  id: 'open-mount',
  level: 'error',
  preset: 'recommended',
  summary: 'A mount is allowed without saying from where or of what type.',
  reason: 'A mount of any source can bring the node\'s disks, a new /proc without the masked files, or a writable copy of what is read-only.',
  better: 'name the file system type and the source, or a bind mount with both its ends',
  exceptions: 'Container builders and storage drivers, which need it and are trusted like the node itself.',
  wrong: inProfile('mount -> /mnt/,'),
  right: inProfile('mount fstype=tmpfs tmpfs -> /mnt/,'),
  check: (subject, report) => {
    for (const { rule } of granting(subject, 'mount')) {
      const options = rule.options.flatMap(({ values }) => values);
      const kind = options.find((option) => OTHER_KINDS.test(option));
      if (rule.operation !== 'mount' || (kind !== undefined && !/bind$|^move$/.test(kind))) {
        continue;
      }
      const missing = [
        rule.source === undefined ? 'source' : '',
        kind === undefined && rule.fstype.length === 0 ? 'type' : '',
      ].filter((word) => word !== '');
      if (missing.length > 0) {
        report(rule, `the mount is allowed with any ${missing.join(' and any ')}`);
      }
    }
  },
};
