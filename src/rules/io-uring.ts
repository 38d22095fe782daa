import type { QualifiedRule } from './rule';

/** `io_uring [sqpoll|override_creds] [label=L],` */
export interface IoUringRule extends QualifiedRule {
  readonly type: 'io_uring';
  /** `sqpoll`, `override_creds`; empty: both. */
  readonly access: readonly string[];
  readonly label?: string;
}
