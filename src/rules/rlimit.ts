import type { QualifiedRule } from './rule';

/** `set rlimit RESOURCE <= VALUE [UNIT],` */
export interface RlimitRule extends QualifiedRule {
  readonly type: 'rlimit';
  /** `nofile`, `as`, `cpu` … */
  readonly resource: string;
  /** As written, without the unit: decimal digits, perhaps with a sign, or `infinity`. */
  readonly value: string;
  /** `KB`, `ms` …, as written. */
  readonly unit?: string;
}
