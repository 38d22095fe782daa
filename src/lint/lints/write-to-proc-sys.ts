import { inProfile } from '../lint';
import { placeLint } from '../places';

export const writeToProcSys = placeLint({
  id: 'write-to-proc-sys',
  level: 'error',
  preset: 'recommended',
  summary: 'A rule lets the program change settings of the running kernel.',
  reason: 'Files in `/proc/sys` and `/proc/sysrq-trigger` belong to the node. `kernel/core_pattern` and `kernel/modprobe` name programs ' +
    'that the kernel starts as root outside of every container.',
  better: 'set what the pod needs by `securityContext.sysctls`, which allows the safe ones',
  exceptions: 'A node agent whose purpose it is: allow the one file by its name.',
  wrong: inProfile('/proc/sys/** rw,'),
  right: inProfile('/proc/sys/net/core/somaxconn r,'),
}, { patterns: ['/proc/sys/**', '/proc/sysrq-trigger'], samples: ['/proc/sys/kernel/core_pattern'], permissions: 'wal', gives: 'write access to the settings of the kernel' });
