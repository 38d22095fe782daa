import type { QualifiedRule } from './rule';

/** `fstype=…` or `options in (…)`. */
export interface MountCondition {
  readonly operator: '=' | 'in';
  /** At least one; mount options in the spelling of the canonical list (`r` is `ro`, `B` is `bind`). */
  readonly values: readonly string[];
}

/** `mount [CONDITIONS] [SOURCE] [-> TARGET],`, and `remount` and `umount` with a target only. */
export interface MountRule extends QualifiedRule {
  readonly type: 'mount';
  readonly operation: 'mount' | 'remount' | 'umount';
  readonly fstype: readonly MountCondition[];
  readonly options: readonly MountCondition[];
  readonly source?: string;
  /** Mountpoint. */
  readonly target?: string;
}
