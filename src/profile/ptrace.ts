import { someOf, word } from './values';
import type { PtraceRule } from '../rules/ptrace';
import { NO_QUALIFIERS } from '../rules/rule';

/** What one process does to another by ptrace(2) and the files of `/proc/PID`; the `…BY` forms are seen from the other end. */
export enum PtraceAccess {
  /** Tracing another process, changing it, or reading its memory. */
  TRACE = 'trace',
  /** Reading what `/proc/PID` and kcmp(2) tell of another process. */
  READ = 'read',
  /** Being traced by another process. */
  TRACEDBY = 'tracedby',
  /** Being read by another process. */
  READBY = 'readby',
}

/** What a `ptrace` rule is about. */
export interface PtraceProps {
  /** What is done, by which end. @default - all */
  readonly access?: PtraceAccess[];
  /** Pattern over the labels of the other end. @default - any */
  readonly peer?: string;
}

export function ptraceRule({ access = [], peer }: PtraceProps = {}): PtraceRule {
  const place = 'Rule.ptrace()';
  return {
    type: 'ptrace',
    qualifiers: NO_QUALIFIERS,
    access: someOf(place, 'access', access, Object.values(PtraceAccess)),
    ...(peer === undefined ? {} : { peer: word(place, 'peer', peer) }),
  };
}
