import { inProfile } from '../lint';
import { placeLint } from '../places';

export const rawDevice = placeLint({
  id: 'raw-device',
  level: 'error',
  preset: 'recommended',
  summary: 'A rule gives access to the memory of the kernel or to whole disks.',
  reason: 'Disks and kernel memory hold everything that other rules protect: file permissions, namespaces and profiles do not apply to them.',
  better: 'mount a volume, and give access to files in it',
  exceptions: 'Storage software that manages the disks, device by device.',
  wrong: inProfile('/dev/sda rw,'),
  right: inProfile('/dev/null rw,', '/dev/urandom r,'),
}, {
  patterns: ['/dev/mem', '/dev/kmem', '/dev/port', '/dev/sd*', '/dev/vd*', '/dev/xvd*', '/dev/nvme*', '/dev/mapper/*', '/dev/dm-*', '/proc/kcore'],
  samples: ['/dev/sda', '/dev/mem'],
  named: true,
  permissions: 'rwa',
  gives: 'access to raw disks or kernel memory',
});
