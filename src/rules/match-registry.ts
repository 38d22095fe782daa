import type { Access } from './access';
import { allMatch } from './all-match';
import { capabilityMatch } from './capability-match';
import { changeProfileMatch } from './change-profile-match';
import { dbusMatch } from './dbus-match';
import { fileMatch, linkMatch } from './file-match';
import { ioUringMatch } from './io-uring-match';
import type { Match } from './match';
import { mountMatch } from './mount-match';
import { mqueueMatch } from './mqueue-match';
import { networkMatch } from './network-match';
import { pivotRootMatch } from './pivot-root-match';
import { ptraceMatch } from './ptrace-match';
import type { AccessRule } from './registry';
import { signalMatch } from './signal-match';
import { unixMatch } from './unix-match';
import { usernsMatch } from './userns-match';

/** How each family decides; limits of resources are no permissions (see src/decide/rlimit.ts). */
export const MATCHES: { readonly [T in Exclude<AccessRule['type'], 'rlimit'>]: Match<Extract<AccessRule, { type: T }>, any> } = {
  all: allMatch,
  capability: capabilityMatch,
  change_profile: changeProfileMatch,
  dbus: dbusMatch,
  file: fileMatch,
  io_uring: ioUringMatch,
  link: linkMatch,
  mount: mountMatch,
  mqueue: mqueueMatch,
  network: networkMatch,
  pivot_root: pivotRootMatch,
  ptrace: ptraceMatch,
  signal: signalMatch,
  unix: unixMatch,
  userns: usernsMatch,
};

/** Which family judges each class of accesses. */
export const JUDGES: Readonly<Record<Exclude<Access['class'], 'rlimit'>, keyof typeof MATCHES>> = {
  capability: 'capability',
  change_profile: 'change_profile',
  dbus: 'dbus',
  exec: 'file',
  file: 'file',
  io_uring: 'io_uring',
  link: 'link',
  mount: 'mount',
  mqueue: 'mqueue',
  network: 'network',
  ptrace: 'ptrace',
  signal: 'signal',
  unix: 'unix',
  userns: 'userns',
};
