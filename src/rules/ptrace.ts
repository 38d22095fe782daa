import type { QualifiedRule } from './rule';

/** `ptrace [ACCESS] [peer=LABEL],` */
export interface PtraceRule extends QualifiedRule {
  readonly type: 'ptrace';
  /** `trace`, `read`, `tracedby`, `readby`; empty: all. */
  readonly access: readonly string[];
  readonly peer?: string;
}
