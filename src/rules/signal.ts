import type { QualifiedRule } from './rule';

/** `signal [ACCESS] [set=(SIGNALS)] [peer=LABEL],` */
export interface SignalRule extends QualifiedRule {
  readonly type: 'signal';
  /** `send`, `receive`; empty: both. */
  readonly access: readonly string[];
  /** Lower case, `rtmin+N`, `exists`; empty: all. */
  readonly signals: readonly string[];
  readonly peer?: string;
}
