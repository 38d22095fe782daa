import type { Access } from '../../src/rules/access';
import { CAPABILITIES } from '../../src/rules/capability';
import { MOUNT_OPTIONS } from '../../src/rules/mount-options';
import { NETWORK_FAMILIES, SOCKET_TYPES } from '../../src/rules/network';
import type { Random } from '../parser/random';
import { mediationRules, PEERS, PEER_PATTERNS, some } from '../parser/random-mediation';

/** A system call, as try-calls.c reads it, and the access that it is. */
export interface Call {
  readonly line: string;
  readonly access: Access;
}

/** The profiles that other processes have; they allow everything, so that one side alone decides. */
export const PEER_PROFILES = ['a', 'ab', '/usr/bin/a'].map((name) => `profile ${name} {
  file,
  signal,
  ptrace,
  ${name === 'ab' ? '' : `profile ${name === 'a' ? 'b' : 'k'} {
    file,
    signal,
    ptrace,
  }`}
}
`).join('');

export interface CallOptions {
  /** Whether the parser knows priorities, user namespaces and accesses to sockets. */
  readonly newer: boolean;
  /** Whether it is to compile conditions of unix sockets. */
  readonly unix: boolean;
}

const USES = ['sys_admin', 'sys_nice', 'sys_boot', 'sys_module', 'sys_pacct', 'sys_chroot', 'setgid', 'setpcap', 'sys_rawio', 'sys_time'];
const SIGNALS = { 'term': 15, 'hup': 1, 'chld': 17, 'exists': 0, 'stop': 19, 'rtmin+1': 33, 'rtmin+32': 64 } as const;
const SIGNAL_NAMES = Object.keys(SIGNALS) as ReadonlyArray<keyof typeof SIGNALS>;
const NAMES = ['/t/*', '/t/a', '/t/{a,b}', '/t/{a,ab,m}', '/t/[m-p]', '/t/[^a-n]*', '/t/**', '/t/m', '/t/?', '/t/a*'];
const NEW_NAMES = ['m', 'n', 'o', 'p', 'q', 'r', 's', 't'];
const ABSTRACT = ['@a', '@ab', '@b/c', '@x'];
const ABSTRACT_PATTERNS = ['@a', '@a*', '@**', '@*', '@{a,b/c}', 'none'];

/** Numbers of setrlimit(2), and values to ask for, the highest first: limits that were lowered stay low. */
const LIMITS: Readonly<Record<string, readonly [number: number, values: readonly number[], unit: string]>> = {
  nofile: [7, [1024, 600, 512, 100], ''],
  core: [4, [20480, 10240, 10239, 0], ''],
  memlock: [8, [20480, 10241, 10240, 1], ''],
  msgqueue: [12, [10241, 10240], ''],
  sigpending: [11, [1000, 101, 100, 7], ''],
  rtprio: [14, [90, 11, 10, 1], ''],
  nice: [13, [-10, 5, 6, 19], ''],
};

/** What a profile's rules are made of: those that random policies have, and those of calls alone. */
export function callRules(random: Random, options: CallOptions): string[] {
  const own = random.list(2, 8, () => random.pick([linkRule, fileRule, fileRule, changeRule, limitRule, capabilityRule, newerRule])(random, options));
  const capability = random.chance(65) ? ['  capability,'] : [`  capability ${some(random, [...CAPABILITIES, 'sys_admin'], 20).join(' ')},`];
  return [...capability, ...mediationRules(random, { priorities: options.newer, newer: options.newer }), ...own.filter((rule) => rule !== ''), '  /proc/** rw,'];
}

function denying(random: Random, percent: number): string {
  return random.chance(percent) ? `${random.chance(30) ? 'audit ' : ''}deny ` : '';
}

function capabilityRule(random: Random): string {
  return `  ${denying(random, 60)}capability ${some(random, [...CAPABILITIES, ...USES], 6).join(' ')},`;
}

function linkRule(random: Random): string {
  return `  ${denying(random, 20)}${random.chance(20) ? 'owner ' : ''}link ${random.chance(60) ? 'subset ' : ''}${random.pick(NAMES)} -> ${random.pick(NAMES)},`;
}

function fileRule(random: Random): string {
  const deny = denying(random, 20);
  const letters = random.pick(['r', 'rw', 'rl', 'rwl', 'l', 'rwlkm', 'k', 'a']);
  return `  ${deny}${random.chance(25) ? random.pick(['owner ', 'other ']) : ''}${random.pick(NAMES)} ${letters}${deny === '' && random.chance(25) ? 'ix' : ''},`;
}

function changeRule(random: Random): string {
  return `  ${denying(random, 25)}change_profile -> ${random.pick([...PEER_PATTERNS, 'a', 'unconfined'])},`;
}

function limitRule(random: Random): string {
  const name = random.pick(Object.keys(LIMITS));
  const value = { nofile: '512', core: '10K', memlock: '10K', msgqueue: '10K', sigpending: '100', rtprio: '10', nice: '5' }[name];
  return `  set rlimit ${name} <= ${value?.replace('K', ' K')},`;
}

function newerRule(random: Random, { newer, unix }: CallOptions): string {
  const kind = random.below(3);
  if (kind === 0 && newer) {
    return `  ${denying(random, 40)}userns create,`;
  }
  if (kind === 1 && newer) {
    return `  ${denying(random, 40)}io_uring${random.pick(['', ' sqpoll', ' override_creds'])},`;
  }
  if (!unix) {
    return '  unix,';
  }
  const access = random.chance(50) ? ` (${some(random, ['create', 'bind', 'getattr', 'connect'], 3).join(', ')})` : '';
  return `  ${denying(random, 30)}unix${access}${random.chance(40) ? ` type=${random.pick(['stream', 'dgram'])}` : ''}${random.chance(60) ? ` addr=${random.pick(ABSTRACT_PATTERNS)}` : ''},`;
}

/** What one confined process tries. */
export function randomCalls(random: Random, options: CallOptions): Call[] {
  return [
    ...some(random, CAPABILITIES, 8).map((capability): Call => ({ line: `capability ${CAPABILITIES.indexOf(capability)}`, access: { class: 'capability', capability } })),
    ...some(random, USES, 5).map((capability): Call => ({ line: `use ${capability}`, access: { class: 'capability', capability } })),
    ...random.list(8, 12, () => mountCall(random)),
    ...random.list(10, 14, () => peerCall(random)),
    ...random.list(4, 8, () => socketCall(random)),
    ...random.list(4, 8, () => onSocketCall(random, options)),
    ...some(random, NEW_NAMES, 6).map((name) => linkCall(random, name)),
    ...some(random, PEERS, 4).map((target): Call => ({ line: `change_profile ${target}`, access: { class: 'change_profile', target } })),
    { line: 'userns', access: { class: 'userns' } },
    ...(random.chance(30) ? [{ line: 'io_uring', access: { class: 'io_uring', access: 'sqpoll' } } as const] : []),
    ...(options.unix ? random.list(2, 4, () => bindCall(random)) : []),
    ...some(random, Object.keys(LIMITS), 4).flatMap(limitCalls),
  ];
}

function limitCalls(resource: string): Call[] {
  const [number, values] = LIMITS[resource];
  return values.map((value) => ({ line: `rlimit ${number} ${resource === 'nice' ? 20 - value : value}`, access: { class: 'rlimit', resource, value } }));
}

function linkCall(random: Random, name: string): Call {
  const [path, target] = [`/t/${name}`, random.pick(['/t/a', '/t/ab', '/t/b'])];
  return { line: `link ${path} ${target}`, access: { class: 'link', path, target, owner: true } };
}

function peerCall(random: Random): Call {
  const peer = random.pick(PEERS);
  if (random.chance(50)) {
    const access = random.pick(['send', 'receive'] as const);
    // Nobody could wake the confined process again: its profile holds for signals from outside, too.
    const signal = random.pick(SIGNAL_NAMES.filter((name) => access === 'send' || name !== 'stop'));
    return { line: `${access} ${peer} ${SIGNALS[signal]} peer`, access: { class: 'signal', access, signal, peer } };
  }
  const access = random.pick(['trace', 'read', 'tracedby', 'readby'] as const);
  return { line: `${access} ${peer} - peer`, access: { class: 'ptrace', access, peer } };
}

function socketCall(random: Random): Call {
  const [family, type] = [random.pick(['inet', 'inet6', 'unix', 'netlink', 'packet']), random.pick(['stream', 'dgram', 'raw', 'seqpacket'])];
  return { line: `socket ${NETWORK_FAMILIES[family]} ${SOCKET_TYPES[type]}`, access: family === 'unix' ? { class: 'unix', type } : { class: 'network', family, type } };
}

const ON_SOCKET = ['bind', 'listen', 'accept', 'connect', 'send', 'receive', 'getattr', 'getopt', 'setopt', 'shutdown'];

function onSocketCall(random: Random, { unix }: CallOptions): Call {
  const [family, type] = random.pick([['inet', 'stream'], ['inet', 'dgram'], ['inet6', 'dgram'], ['netlink', 'raw'], [unix ? 'inet' : 'unix', 'stream']]);
  const access = random.pick(ON_SOCKET);
  return { line: `${access} ${NETWORK_FAMILIES[family]} ${SOCKET_TYPES[type]} - socket`, access: { class: 'network', family, type, access } };
}

function bindCall(random: Random): Call {
  const [type, address] = [random.pick(['stream', 'dgram', 'seqpacket']), random.pick(ABSTRACT)];
  return { line: `unix-bind ${SOCKET_TYPES[type]} ${address}`, access: { class: 'unix', access: 'bind', type, address } };
}

const ORDINARY = ['ro', 'nosuid', 'nodev', 'noexec', 'noatime', 'sync', 'dirsync', 'silent'];

/** Mounts that fail behind AppArmor's check: an unknown option, a source that may not be bound, a place or a new root that is no mount. */
function mountCall(random: Random): Call {
  const extra = random.chance(60) ? some(random, ORDINARY, 3) : [];
  const place = () => random.pick(['/mnt/', '/mnt/a/', '/a/b/']);
  switch (random.below(8)) {
    case 0: return umountCall(random.pick(['/mnt/m/', '/a/m/']));
    case 1: return pivotCall(random.pick(['/mnt/', '/a/b/']), random.pick(['/mnt/a/', '/srv/d/']));
    case 2: return call(['remount', ...extra], { target: random.pick(['/mnt/', '/srv/', '/', '/a/b/']) });
    case 3: return call([random.pick(['private', 'rslave', 'shared', 'unbindable']), ...extra], { target: place() });
    case 4: return call([random.pick(['bind', 'rbind']), ...extra], { source: random.pick(['/srv/', '/srv/d/', '/srv/b']), target: place() });
    case 5: return call(['move'], { source: random.pick(['/srv/d/', '/mnt/', '/a/b/']), target: place() });
    default: return call(extra, { source: random.pick(['tmpfs', 'none', '/srv/b', '/mnt/']), target: random.pick(['/mnt/', '/srv/', '/a/b/', '/']), fstype: random.pick(['tmpfs', 'proc', '']) });
  }
}

function call(options: readonly string[], { source = '', target, fstype = '' }: { source?: string; target: string; fstype?: string }): Call {
  const flags = options.reduce((sum, option) => sum + (MOUNT_OPTIONS.get(option)?.flag ?? 0), 0);
  return { line: `mount ${source || '-'} ${target} ${fstype || '-'} ${flags}`, access: { class: 'mount', operation: 'mount', source, target, fstype, options } };
}

function umountCall(target: string): Call {
  return { line: `umount ${target}`, access: { class: 'mount', operation: 'umount', target } };
}

function pivotCall(target: string, source: string): Call {
  return { line: `pivot_root ${target} ${source}`, access: { class: 'mount', operation: 'pivot_root', target, source } };
}
