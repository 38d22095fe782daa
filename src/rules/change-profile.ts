import type { QualifiedRule } from './rule';

/** `change_profile [[safe|unsafe] EXEC] [-> TARGET],` */
export interface ChangeProfileRule extends QualifiedRule {
  readonly type: 'change_profile';
  readonly mode?: 'safe' | 'unsafe';
  readonly exec?: string;
  /** Pattern over profile names; absent: all. */
  readonly target?: string;
}
