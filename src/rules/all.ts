import type { QualifiedRule } from './rule';

/** `all,`: one rule of every family but rlimit and change_profile. */
export interface AllRule extends QualifiedRule {
  readonly type: 'all';
}
