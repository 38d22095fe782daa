/** A word of `options=`: the kernel's flag (mount.h), whether the word sets or clears it, and what kind of mount it speaks of. */
export interface MountOption {
  /** Canonical spelling. */
  readonly name: string;
  /** The `MS_…` bits. */
  readonly flag: number;
  readonly set: boolean;
  readonly kind: 'ordinary' | 'remount' | 'bind' | 'move' | 'propagation';
}

const ROWS: ReadonlyArray<readonly [name: string, aliases: string, flag: number, set: boolean, kind: MountOption['kind']]> = [
  ['ro', 'r read-only', 0x1, true, 'ordinary'],
  ['rw', 'w', 0x1, false, 'ordinary'],
  ['nosuid', '', 0x2, true, 'ordinary'],
  ['suid', '', 0x2, false, 'ordinary'],
  ['nodev', '', 0x4, true, 'ordinary'],
  ['dev', '', 0x4, false, 'ordinary'],
  ['noexec', '', 0x8, true, 'ordinary'],
  ['exec', '', 0x8, false, 'ordinary'],
  ['sync', '', 0x10, true, 'ordinary'],
  ['async', '', 0x10, false, 'ordinary'],
  ['remount', '', 0x20, true, 'remount'],
  ['mand', '', 0x40, true, 'ordinary'],
  ['nomand', '', 0x40, false, 'ordinary'],
  ['dirsync', '', 0x80, true, 'ordinary'],
  ['nosymfollow', '', 0x100, true, 'ordinary'],
  ['symfollow', '', 0x100, false, 'ordinary'],
  ['noatime', '', 0x400, true, 'ordinary'],
  ['atime', '', 0x400, false, 'ordinary'],
  ['nodiratime', '', 0x800, true, 'ordinary'],
  ['diratime', '', 0x800, false, 'ordinary'],
  ['bind', 'B', 0x1000, true, 'bind'],
  ['rbind', 'R', 0x5000, true, 'bind'],
  ['move', 'M', 0x2000, true, 'move'],
  ['verbose', '', 0x8000, true, 'ordinary'],
  ['silent', '', 0x8000, true, 'ordinary'],
  ['loud', '', 0x8000, false, 'ordinary'],
  ['acl', '', 0x10000, true, 'ordinary'],
  ['noacl', '', 0x10000, false, 'ordinary'],
  ['unbindable', 'make-unbindable', 0x20000, true, 'propagation'],
  ['runbindable', 'make-runbindable', 0x24000, true, 'propagation'],
  ['private', 'make-private', 0x40000, true, 'propagation'],
  ['rprivate', 'make-rprivate', 0x44000, true, 'propagation'],
  ['slave', 'make-slave', 0x80000, true, 'propagation'],
  ['rslave', 'make-rslave', 0x84000, true, 'propagation'],
  ['shared', 'make-shared', 0x100000, true, 'propagation'],
  ['rshared', 'make-rshared', 0x104000, true, 'propagation'],
  ['relatime', '', 0x200000, true, 'ordinary'],
  ['norelatime', '', 0x200000, false, 'ordinary'],
  ['iversion', '', 0x800000, true, 'ordinary'],
  ['noiversion', '', 0x800000, false, 'ordinary'],
  ['strictatime', '', 0x1000000, true, 'ordinary'],
  ['nostrictatime', '', 0x1000000, false, 'ordinary'],
  ['lazytime', '', 0x2000000, true, 'ordinary'],
  ['nolazytime', '', 0x2000000, false, 'ordinary'],
  ['nouser', '', 0x80000000, true, 'ordinary'],
  ['user', '', 0x80000000, false, 'ordinary'],
];

/** Every spelling of every option. */
export const MOUNT_OPTIONS: ReadonlyMap<string, MountOption> = new Map(ROWS.flatMap(([name, aliases, flag, set, kind]) => {
  const option: MountOption = { name, flag, set, kind };
  return [name, ...aliases.split(' ').filter((alias) => alias !== '')].map((spelling) => [spelling, option] as const);
}));
