import type { QualifiedRule } from './rule';

/** `pivot_root [oldroot=PATH] [NEWROOT] [-> PROFILE],` */
export interface PivotRootRule extends QualifiedRule {
  readonly type: 'pivot_root';
  /** Where the old root is put. */
  readonly oldRoot?: string;
  readonly newRoot?: string;
  /** Parsed by every parser, without effect. */
  readonly target?: string;
}
