import { inProfile } from '../lint';
import { placeLint } from '../places';

export const writeToSys = placeLint({
  id: 'write-to-sys',
  level: 'error',
  preset: 'recommended',
  summary: 'A rule lets the program write to /sys.',
  reason: 'Files in `/sys` are devices, drivers and kernel modules of the node, and in `/sys/kernel/security` the AppArmor profiles ' +
    'themselves. `/sys/kernel/uevent_helper` and the `release_agent` of a control group start programs outside of the container.',
  better: 'leave the write permission out, or name the one control file',
  exceptions: 'Node agents and device plug-ins, file by file.',
  wrong: inProfile('/sys/** rw,'),
  right: inProfile('/sys/devices/system/cpu/online r,'),
}, { patterns: ['/sys/**'], samples: ['/sys/kernel/uevent_helper'], permissions: 'wal', gives: 'write access to /sys' });
