/**
 * One thing that a process tries to do, as `decide` takes it, as log sources produce it and as the command reads it (one
 * JSON object a line). Plain data; names and values are the words of the AppArmor language.
 */
export type Access =
  | FileAccess
  | ExecAccess
  | LinkAccess
  | CapabilityAccess
  | NetworkAccess
  | UnixAccess
  | MountAccess
  | SignalAccess
  | PtraceAccess
  | DbusAccess
  | UsernsAccess
  | ChangeProfileAccess
  | MqueueAccess
  | IoUringAccess
  | RlimitAccess;

/** What all accesses to a file share. */
interface OnFile {
  /** Absolute path as the kernel resolves it inside the container; a directory ends in `/`. */
  readonly path: string;
  /** Whether the process' fsuid is the owner of the object. Default: false. */
  readonly owner?: boolean;
}

export interface FileAccess extends OnFile {
  readonly class: 'file';
  /** Some of `r w a l k m`; all of them are asked at once. */
  readonly mask: string;
}

export interface ExecAccess extends OnFile {
  readonly class: 'exec';
}

/** Making the hard link `path`, which points to `target`. */
export interface LinkAccess extends OnFile {
  readonly class: 'link';
  readonly target: string;
}

export interface CapabilityAccess {
  readonly class: 'capability';
  /** Lower case, without `CAP_`. */
  readonly capability: string;
}

/** One end of a network access. */
interface NetworkEnds {
  readonly localAddress?: string;
  readonly localPort?: number;
  readonly peerAddress?: string;
  readonly peerPort?: number;
}

export interface NetworkAccess extends NetworkEnds {
  readonly class: 'network';
  /** `inet`, `inet6`, `netlink`, … */
  readonly family: string;
  /** `stream`, `dgram`, `raw`, … */
  readonly type: string;
  /** `tcp`, `udp`, `icmp`, … where the source knows it. */
  readonly protocol?: string;
  /** `create`, `bind`, `connect`, … Default: `create`. */
  readonly access?: string;
}

export interface UnixAccess {
  readonly class: 'unix';
  /** `create`, `bind`, `connect`, `send`, … Default: `create`. */
  readonly access?: string;
  readonly type: string;
  /** `@name` (abstract), a path, or `none`. */
  readonly address?: string;
  readonly peerAddress?: string;
  /** Label of the other end. */
  readonly peer?: string;
}

export interface MountAccess {
  readonly class: 'mount';
  /** The kind of a `mount` (bind, move, make-private …) is told by its options. */
  readonly operation: 'mount' | 'remount' | 'umount' | 'pivot_root';
  /** Device or directory; for `pivot_root` the place that takes the old root. */
  readonly source?: string;
  /** Mountpoint; for `pivot_root` the new root. Directories end in `/`. */
  readonly target?: string;
  readonly fstype?: string;
  /** Words of the language's mount options (`ro`, `bind`, `rslave` …). */
  readonly options?: readonly string[];
}

export interface SignalAccess {
  readonly class: 'signal';
  readonly access: 'send' | 'receive';
  /** `term`, `kill`, `rtmin+1`, … */
  readonly signal: string;
  readonly peer?: string;
}

export interface PtraceAccess {
  readonly class: 'ptrace';
  readonly access: 'trace' | 'read' | 'tracedby' | 'readby';
  readonly peer?: string;
}

export interface DbusAccess {
  readonly class: 'dbus';
  readonly access: 'send' | 'receive' | 'bind' | 'eavesdrop';
  readonly bus?: string;
  readonly path?: string;
  readonly interface?: string;
  readonly member?: string;
  /** The name that is bound. */
  readonly name?: string;
  /** Bus name of the other end. */
  readonly peerName?: string;
  /** Label of the other end. */
  readonly peer?: string;
}

export interface UsernsAccess {
  readonly class: 'userns';
}

export interface ChangeProfileAccess {
  readonly class: 'change_profile';
  readonly target: string;
  /** The program whose execution changes the profile (`aa_change_onexec`). */
  readonly exec?: string;
}

export interface MqueueAccess {
  readonly class: 'mqueue';
  readonly access: 'create' | 'open' | 'delete' | 'read' | 'write' | 'getattr' | 'setattr';
  /** Default: `posix` for a name that starts with `/`, else `sysv`. */
  readonly type?: 'posix' | 'sysv';
  readonly name: string;
  readonly label?: string;
}

export interface IoUringAccess {
  readonly class: 'io_uring';
  readonly access: 'sqpoll' | 'override_creds';
  readonly label?: string;
}

export interface RlimitAccess {
  readonly class: 'rlimit';
  readonly resource: string;
  /** In the resource's own unit (bytes, seconds, a count). */
  readonly value: number;
}
