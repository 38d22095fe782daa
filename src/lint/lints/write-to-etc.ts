import { inProfile } from '../lint';
import { placeLint } from '../places';

export const writeToEtc = placeLint({
  id: 'write-to-etc',
  level: 'warning',
  preset: 'recommended',
  summary: 'A rule lets the program change the configuration of its container.',
  reason: 'What can write to `/etc` decides what other programs do next: users and passwords, name resolution, trusted certificates, the ' +
    'libraries that are loaded first (`ld.so.preload`).',
  better: 'let the image or a ConfigMap bring the configuration, and write below /var or /run',
  exceptions: 'An entry point that renders one file of its own: allow that one file.',
  wrong: inProfile('/etc/nginx/** rw,'),
  right: inProfile('/etc/nginx/** r,', '/run/nginx/** rw,'),
}, { patterns: ['/etc/**'], samples: ['/etc/passwd', '/etc/ld.so.preload', '/etc/'], permissions: 'wal', gives: 'write access to /etc' });
