import { inProfile, type Lint } from '../lint';
import { PATTERNS } from '../patterns';
import { granting, pathOf } from '../subject';

/** What each pattern swallows beside what its author thought of. The first that fits is named. */
const SWALLOWED: ReadonlyArray<readonly [pattern: string, what: string]> = [
  ['/*/**', 'every file there is, the kernel\'s in /proc and /sys and mounted secrets too'],
  ['/proc/**', 'the memory, environment and open files of all processes, /proc/sys and /proc/kcore'],
  ['/dev/**', 'every device, disks and the kernel\'s memory too'],
];

export const broadPath: Lint = {
  id: 'broad-path',
  level: 'warning',
  preset: 'recommended',
  summary: 'A path pattern takes in far more than it says.',
  reason: 'A pattern such as `/**` or `/proc/**` looks like a few files and takes in the kernel\'s own: `/proc/sys`, the memory of other ' +
    'processes, devices, secrets that are mounted later. A profile with such a rule confines little.',
  better: 'name the folders that the program uses',
  exceptions: 'A profile that only takes some accesses away from everything (as the default of container runtimes does) starts from `file,`.',
  wrong: inProfile('/** rw,'),
  right: inProfile('/srv/www/** r,', '/var/cache/nginx/** rw,'),
  check: (subject, report) => {
    for (const { rule } of granting(subject, 'file')) {
      const pattern = pathOf(subject, rule);
      const swallowed = SWALLOWED.find(([wide]) => PATTERNS.includes(pattern, wide));
      if (swallowed !== undefined) {
        report(rule, `${rule.path === undefined ? 'the bare rule "file,"' : `"${rule.path}"`} takes in ${swallowed[1]}`);
      }
    }
  },
};
