import { ProfileError } from './errors';
import { path, someOf, word } from './values';
import type { MountCondition, MountRule } from '../rules/mount';
import type { PivotRootRule } from '../rules/pivot-root';
import { NO_QUALIFIERS } from '../rules/rule';

/** What a `mount` or `remount` rule is about. */
export interface MountProps {
  /** File system types, `tmpfs`; patterns. For new mounts only. @default - any */
  readonly fstype?: string[];
  /** Exactly these options, `ro`, `bind`, `nosuid`. @default - any */
  readonly options?: string[];
  /** Some or none of these options. @default - any */
  readonly optionsIn?: string[];
  /** Device or directory. @default - any */
  readonly source?: string;
  /** Mountpoint; a directory, so it ends in `/`. @default - any */
  readonly target?: string;
}

/** What a `pivot_root` rule is about. */
export interface PivotRootProps {
  /** The new root; ends in `/`. @default - any */
  readonly newRoot?: string;
  /** Where the old root is put; ends in `/`. @default - any */
  readonly oldRoot?: string;
}

/** Each flag beside its opposite. */
const OPPOSITES = [
  ['ro', 'rw'], ['nosuid', 'suid'], ['nodev', 'dev'], ['noexec', 'exec'], ['sync', 'async'], ['mand', 'nomand'],
  ['noatime', 'atime'], ['nodiratime', 'diratime'], ['silent', 'loud'], ['acl', 'noacl'], ['relatime', 'norelatime'],
  ['iversion', 'noiversion'], ['strictatime', 'nostrictatime'],
] as const;
const PROPAGATION = ['unbindable', 'private', 'slave', 'shared'].flatMap((kind) => [
  `make-${kind}`, `make-r${kind}`, kind, `r${kind}`,
]);
const OTHER_OPTIONS = ['dirsync', 'remount', 'bind', 'rbind', 'move', 'verbose', 'lazytime', 'nolazytime', 'user', 'nouser', 'nosymfollow', 'symfollow'];

/** Every option that `mount` rules know; the last two from AppArmor 4.0 on. */
export const MOUNT_OPTIONS: readonly string[] = [...OPPOSITES.flat(), ...PROPAGATION, ...OTHER_OPTIONS];

const BIND = ['bind', 'rbind', 'move'];

export function mountRule(operation: 'mount' | 'remount' | 'umount', props: MountProps = {}): MountRule {
  const place = `Rule.${operation}()`;
  const exact = optionsOf(place, props.options);
  const some = optionsOf(place, props.optionsIn);
  refuseOpposites(place, exact);
  refuseConflicts(place, operation, [...exact, ...some], props);
  return {
    type: 'mount',
    qualifiers: NO_QUALIFIERS,
    operation,
    fstype: condition('=', [...new Set(props.fstype ?? [])].sort().map((type) => word(place, 'file system type', type))),
    options: [...condition('=', exact), ...condition('in', some)],
    ...(props.source === undefined ? {} : { source: word(place, 'source', props.source) }),
    ...(props.target === undefined ? {} : { target: path(place, props.target) }),
  };
}

export function pivotRootRule({ newRoot, oldRoot }: PivotRootProps = {}): PivotRootRule {
  const place = 'Rule.pivotRoot()';
  return {
    type: 'pivot_root',
    qualifiers: NO_QUALIFIERS,
    ...(oldRoot === undefined ? {} : { oldRoot: path(place, oldRoot) }),
    ...(newRoot === undefined ? {} : { newRoot: path(place, newRoot) }),
  };
}

/** `make-private` and `private` are the same. */
function optionsOf(place: string, options: readonly string[] = []): string[] {
  const known = someOf(place, 'mount option', options, MOUNT_OPTIONS).map((option) => option.replace(/^make-/, ''));
  return MOUNT_OPTIONS.filter((option) => known.includes(option));
}

function condition(operator: '=' | 'in', values: readonly string[]): MountCondition[] {
  return values.length === 0 ? [] : [{ operator, values }];
}

function refuseOpposites(place: string, options: readonly string[]): void {
  const both = OPPOSITES.find((pair) => pair.every((option) => options.includes(option)));
  if (both) {
    throw new ProfileError(`${place}: the options "${both[0]}" and "${both[1]}" exclude each other; keep one, or use optionsIn for either`);
  }
}

/** What the kernel does not take together; the real parser lets some of it pass and confines something else. */
function refuseConflicts(place: string, operation: string, options: readonly string[], props: MountProps): void {
  const kind = options.find((option) => BIND.includes(option) || PROPAGATION.includes(option) || option === 'remount');
  if (kind !== undefined && (props.fstype?.length ?? 0) > 0) {
    throw new ProfileError(`${place}: a mount with "${kind}" has no file system type; leave out fstype`);
  }
  if (kind === 'remount' && props.source !== undefined) {
    throw new ProfileError(`${place}: a remount has no source; write Rule.remount({ target: … })`);
  }
  if (kind !== undefined && PROPAGATION.includes(kind) && props.source !== undefined) {
    throw new ProfileError(`${place}: "${kind}" changes a mountpoint, so it has no source; give the target only`);
  }
  if (operation === 'umount' && (options.length > 0 || props.source !== undefined || props.fstype !== undefined)) {
    throw new ProfileError(`${place}: an unmount is known by its mountpoint only; give the target and nothing else`);
  }
  if (operation === 'remount' && (props.source !== undefined || props.fstype !== undefined)) {
    throw new ProfileError(`${place}: a remount has no source and no file system type; give target and options only`);
  }
}
