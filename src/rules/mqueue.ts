import type { QualifiedRule } from './rule';

/** `mqueue [ACCESS] [type=posix|sysv] [label=L] [NAME],` */
export interface MqueueRule extends QualifiedRule {
  readonly type: 'mqueue';
  /** `create`, `open`, `delete`, `read`, `write`, `getattr`, `setattr`; empty: all. */
  readonly access: readonly string[];
  readonly queueType?: 'posix' | 'sysv';
  readonly label?: string;
  /** A path pattern (posix) or digits (sysv). */
  readonly name?: string;
}
