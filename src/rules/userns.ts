import type { QualifiedRule } from './rule';

/** `userns [create],` */
export interface UsernsRule extends QualifiedRule {
  readonly type: 'userns';
  /** Whether `create`, the only access there is, is written. */
  readonly create: boolean;
}
