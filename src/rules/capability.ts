import type { QualifiedRule } from './rule';

/** `capability [NAME …],` */
export interface CapabilityRule extends QualifiedRule {
  readonly type: 'capability';
  /** Lower case, without `CAP_`; empty: all. */
  readonly names: readonly string[];
}
