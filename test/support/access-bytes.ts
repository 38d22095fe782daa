import type { Access } from '../../src/rules/access';
import { MOUNT_OPTIONS } from '../../src/rules/mount-options';
import { NETWORK_FAMILIES, SOCKET_TYPES } from '../../src/rules/network';

/** Class numbers and signal numbers of the kernel (security/apparmor/include/apparmor.h and sig_names.h). */
const CLASSES = { file: 2, mount: 7, ptrace: 9, signal: 10, network: 14, userns: 21 } as const;
const SIGNALS = [
  '', 'hup', 'int', 'quit', 'ill', 'trap', 'abrt', 'bus', 'fpe', 'kill', 'usr1', 'segv', 'usr2', 'pipe', 'alrm', 'term', 'stkflt', 'chld',
  'cont', 'stop', 'stp', 'ttin', 'ttou', 'urg', 'xcpu', 'xfsz', 'vtalrm', 'prof', 'winch', 'io', 'pwr', 'sys', 'emt', '', '', 'exists',
];

/** What the kernel matches for an access, its class byte in front; undefined for classes that it does not match by text. */
export function accessBytes(access: Access): Uint8Array | undefined {
  switch (access.class) {
    case 'file':
    case 'exec': return bytes(CLASSES.file, access.path);
    case 'signal': return bytes(CLASSES.signal, signalNumber(access.signal), access.peer ?? 'unconfined');
    case 'ptrace': return bytes(CLASSES.ptrace, access.peer ?? 'unconfined');
    case 'network': return bytes(CLASSES.network, 0, NETWORK_FAMILIES[access.family], 0, SOCKET_TYPES[access.type]);
    case 'userns': return bytes(CLASSES.userns);
    case 'mount': return mountBytes(access);
    default: return undefined;
  }
}

/** The same for classes that mainline kernels mediate lately or not at all; dbus-daemon asks for its own. */
export function classBytes(access: Access): Uint8Array {
  switch (access.class) {
    case 'userns': return bytes(CLASSES.userns);
    case 'io_uring': return access.access === 'sqpoll' ? bytes(22) : bytes(22, access.label ?? '');
    case 'mqueue': return bytes(access.name.startsWith('/') ? 17 : 18, access.name, 0, access.label ?? '');
    case 'dbus': return dbusBytes(access);
    default: throw new Error(`class ${access.class} is matched otherwise`);
  }
}

function dbusBytes({ access, bus = '', name = '', peerName = '', peer = '', path = '', member = '', interface: iface = '' }: Extract<Access, { class: 'dbus' }>) {
  switch (access) {
    case 'eavesdrop': return bytes(32, bus);
    case 'bind': return bytes(32, bus, 0, name);
    default: return bytes(32, bus, 0, peerName, 0, peer, 0, path, 0, iface, 0, member);
  }
}

function mountBytes({ operation, target = '', source = '', fstype = '', options = [] }: Extract<Access, { class: 'mount' }>): Uint8Array {
  switch (operation) {
    case 'umount': return bytes(CLASSES.mount, target);
    case 'pivot_root': return bytes(CLASSES.mount, target, 0, source);
    default: {
      const words = operation === 'remount' ? ['remount', ...options] : options;
      return bytes(CLASSES.mount, ...mountFields(words, target, source, fstype));
    }
  }
}

const KINDS = ['remount', 'bind', 'propagation', 'move'] as const;

/** Each kind of mount(2) has its own fields and looks at its own flags (security/apparmor/mount.c). */
const MASKS = { bind: [12, 14], propagation: [14, 15, 17, 18, 19, 20], move: [13] } as const;

function mountFields(words: readonly string[], target: string, source: string, fstype: string): ReadonlyArray<string | number> {
  const options = words.map((word) => MOUNT_OPTIONS.get(word));
  const kind = KINDS.find((one) => options.some((option) => option?.kind === one));
  const mask: readonly number[] | undefined = kind === undefined || kind === 'remount' ? undefined : MASKS[kind];
  const set = Array.from({ length: 32 }, (_, bit) => bit).filter((bit) => (mask?.includes(bit) ?? true)
    && options.some((option) => option?.set === true && Math.floor(option.flag / 2 ** bit) % 2 === 1));
  const hasSource = kind !== 'remount' && kind !== 'propagation';
  return [target, 0, hasSource ? source : '', 0, kind === undefined ? fstype : '', 0, ...set.map((bit) => bit + 1)];
}

function signalNumber(name: string): number {
  const realTime = /^rtmin\+(\d+)$/.exec(name);
  const same: Readonly<Record<string, string>> = { tstp: 'stp', poll: 'io' };
  return realTime === null ? SIGNALS.indexOf(same[name] ?? name) : 128 + Number(realTime[1]);
}

function bytes(...parts: ReadonlyArray<string | number>): Uint8Array {
  return Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.from([part]) : Buffer.from(part))));
}
