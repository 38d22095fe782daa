import { inProfile } from '../lint';
import { placeLint } from '../places';

export const writeToPrograms = placeLint({
  id: 'write-to-programs',
  level: 'warning',
  preset: 'recommended',
  summary: 'A rule lets the program replace the programs and libraries of its container.',
  reason: 'What writes to `/usr`, `/bin`, `/sbin` or `/lib` decides what every later process runs: an attacker stays after the hole is closed.',
  better: 'let the image bring programs and libraries, and write below /var, /run or /tmp',
  exceptions: 'Images that build or install software when they run.',
  wrong: inProfile('/usr/** rw,'),
  right: inProfile('/usr/lib/** mr,', '/var/lib/web/** rw,'),
}, {
  patterns: ['bin', 'sbin', 'lib', 'lib64', 'libexec'].flatMap((folder) => [`/${folder}/**`, `/usr/${folder}/**`, `/usr/local/${folder}/**`]),
  samples: ['/usr/bin/sh', '/lib/libc.so'],
  permissions: 'wal',
  gives: 'write access to programs or libraries',
});
