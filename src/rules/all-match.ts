import type { AllRule } from './all';
import { capabilityMatch } from './capability-match';
import { dbusMatch } from './dbus-match';
import { fileMatch } from './file-match';
import { ioUringMatch } from './io-uring-match';
import type { Clause, Ground, Match } from './match';
import { mountMatch } from './mount-match';
import { mqueueMatch } from './mqueue-match';
import { networkMatch } from './network-match';
import { pivotRootMatch } from './pivot-root-match';
import { ptraceMatch } from './ptrace-match';
import { signalMatch } from './signal-match';
import { unixMatch } from './unix-match';
import { usernsMatch } from './userns-match';

/** `all,` is one bare rule of each family; its ix yields to every other exec rule. */
export const allMatch: Match<AllRule> = {
  clauses({ qualifiers }, ground) {
    const denied = qualifiers.access === 'deny';
    const exec = fileMatch.clauses({ type: 'file', qualifiers, permissions: '', exec: denied ? 'x' : 'ix' }, ground);
    return [
      ...fileMatch.clauses({ type: 'file', qualifiers, permissions: 'rwlkm' }, ground),
      ...exec.map((clause): Clause => ({ ...clause, priority: -1 })),
      ...capabilityMatch.clauses({ type: 'capability', qualifiers, names: [] }, ground),
      ...bareClauses(qualifiers, ground),
    ];
  },
};

function bareClauses(qualifiers: AllRule['qualifiers'], ground: Ground): readonly Clause[] {
  const access: readonly string[] = [];
  const mount = { type: 'mount', qualifiers, fstype: [], options: [] } as const;
  return [
    ...networkMatch.clauses({ type: 'network', qualifiers, access, local: {} }, ground),
    ...unixMatch.clauses({ type: 'unix', qualifiers, access }, ground),
    ...mountMatch.clauses({ ...mount, operation: 'mount' }, ground),
    ...mountMatch.clauses({ ...mount, operation: 'umount' }, ground),
    ...pivotRootMatch.clauses({ type: 'pivot_root', qualifiers }, ground),
    ...signalMatch.clauses({ type: 'signal', qualifiers, access, signals: [] }, ground),
    ...ptraceMatch.clauses({ type: 'ptrace', qualifiers, access }, ground),
    ...dbusMatch.clauses({ type: 'dbus', qualifiers, access }, ground),
    ...usernsMatch.clauses({ type: 'userns', qualifiers, create: true }, ground),
    ...mqueueMatch.clauses({ type: 'mqueue', qualifiers, access }, ground),
    ...ioUringMatch.clauses({ type: 'io_uring', qualifiers, access }, ground),
  ];
}
