import type { QualifiedRule } from './rule';

/** `unix [ACCESS] [type=T] [addr=A] [peer=(addr=A label=L)],` */
export interface UnixRule extends QualifiedRule {
  readonly type: 'unix';
  /** `create`, `bind`, `send` …; empty: all. */
  readonly access: readonly string[];
  readonly socketType?: string;
  /** `@pattern` (abstract), `none` or `auto`. */
  readonly address?: string;
  readonly peerAddress?: string;
  readonly peerLabel?: string;
}
