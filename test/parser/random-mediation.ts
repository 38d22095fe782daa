import type { Random } from './random';
import type { Access } from '../../src/rules/access';

export const PEERS = ['a', 'ab', 'unconfined', 'a//b', '/usr/bin/a', '/usr/bin/a//k'];
export const PEER_PATTERNS = ['a', 'a*', '**', '*', 'unconfined', '/usr/bin/*', '/usr/bin/*{,//*}', '{a,ab}', 'a//b', '?'];
const SIGNALS = ['term', 'kill', 'hup', 'chld', 'exists', 'stop', 'rtmin+1', 'rtmin+32'];
const FAMILIES = ['inet', 'inet6', 'unix', 'netlink', 'packet', 'rose', 'appletalk', 'mctp'];
const TYPES = ['stream', 'dgram', 'raw', 'seqpacket', 'rdm', 'packet'];
const SOCKET_ACCESS = ['create', 'bind', 'listen', 'accept', 'connect', 'send', 'receive', 'getopt', 'setopt', 'getattr', 'setattr', 'shutdown'];
const PATHS = ['/mnt/', '/mnt/a/', '/srv/', '/srv/b', '/a/b/', '/'];
const PATTERNS = ['/mnt/', '/mnt/*', '/mnt/**', '/**', '/srv/{,b}', '/a/*/', '/{,**}', '//mnt//a/'];
const FSTYPES = ['tmpfs', 'ext4', 'proc', ''];
const ORDINARY = ['ro', 'rw', 'nosuid', 'nodev', 'noexec', 'exec', 'noatime', 'relatime', 'sync', 'dirsync', 'silent'];
const KINDS = ['bind', 'rbind', 'move', 'private', 'rslave', 'shared', 'unbindable', 'remount'];

/** Random rules of the families that are matched by text, and accesses near them. */
export interface MediationOptions {
  readonly priorities: boolean;
  /** Whether network rules have accesses, and features of parsers from 4.1 on count. */
  readonly newer: boolean;
}

export function mediationRules(random: Random, options: MediationOptions): string[] {
  return random.list(1, 10, () => {
    const kind = random.below(5);
    const words = [options.priorities && kind !== 2 && random.chance(15) ? `priority=${random.below(3) - 1}` : '', random.chance(25) ? 'audit' : '', random.chance(25) ? 'deny' : ''];
    const qualifiers = words.filter((word) => word !== '').map((word) => `${word} `).join('');
    return `  ${qualifiers}${[signalRule, ptraceRule, networkRule, mountRule, mountRule][kind](random, options)},`;
  });
}

export function some(random: Random, from: readonly string[], most = 2): string[] {
  return [...new Set(random.list(1, most, () => random.pick(from)))];
}

function list(words: readonly string[]): string {
  return words.length === 1 ? words[0] : `(${words.join(', ')})`;
}

function signalRule(random: Random): string {
  const access = random.chance(60) ? ` ${list(some(random, ['send', 'receive']))}` : '';
  const set = random.chance(70) ? ` set=(${some(random, SIGNALS, 3).join(' ')})` : '';
  return `signal${access}${set}${random.chance(70) ? ` peer=${random.pick(PEER_PATTERNS)}` : ''}`;
}

function ptraceRule(random: Random): string {
  const access = random.chance(60) ? ` ${list(some(random, ['trace', 'read', 'tracedby', 'readby']))}` : '';
  return `ptrace${access}${random.chance(70) ? ` peer=${random.pick(PEER_PATTERNS)}` : ''}`;
}

function networkRule(random: Random, { newer }: MediationOptions): string {
  const access = newer && random.chance(40) ? ` ${list(some(random, SOCKET_ACCESS, 4))}` : '';
  const kind = random.pick(['', ` ${random.pick(FAMILIES)}`, ` ${random.pick(FAMILIES)} ${random.pick(TYPES)}`, ' tcp', ' inet udp', ' stream', ' icmp']);
  return `network${access}${kind}`;
}

function mountRule(random: Random): string {
  switch (random.below(8)) {
    case 0: return `umount${random.chance(80) ? ` ${random.pick(PATTERNS)}` : ''}`;
    case 1: return `pivot_root${random.chance(50) ? ` oldroot=${random.pick(PATTERNS)}` : ''}${random.chance(70) ? ` ${random.pick(PATTERNS)}` : ''}`;
    case 2: return `remount${random.chance(40) ? optionsText(random, ORDINARY) : ''}${random.chance(80) ? ` ${random.pick(PATTERNS)}` : ''}`;
    case 3: return `mount options=(${random.pick(['private', 'rslave', 'shared', 'unbindable'])}) -> ${random.pick(PATTERNS)}`;
    case 4: return `mount options=(${random.pick(['bind', 'rbind', 'move'])})${ends(random)}`;
    case 5: return `mount${ends(random)}`;
    default: {
      const fstype = random.chance(60) ? ` fstype=${list(some(random, ['tmpfs', 'ext4', 'proc']))}` : '';
      return `mount${fstype}${random.chance(70) ? optionsText(random, ORDINARY) : ''}${ends(random)}`;
    }
  }
}

function optionsText(random: Random, from: readonly string[]): string {
  const compatible = some(random, from, 3).filter((word, _at, all) => !(word === 'rw' && all.includes('ro')) && !(word === 'exec' && all.includes('noexec')));
  return random.chance(50) ? ` options=(${compatible.join(',')})` : ` options in (${compatible.join(',')})`;
}

function ends(random: Random): string {
  const source = random.chance(50) ? ` ${random.pick([...PATTERNS, 'tmpfs', 'none'])}` : '';
  return `${source}${random.chance(70) ? ` -> ${random.pick(PATTERNS)}` : ''}`;
}

export function mediationAccess(random: Random): Access {
  switch (random.below(5)) {
    case 0: return { class: 'signal', access: random.pick(['send', 'receive'] as const), signal: random.pick(SIGNALS), peer: random.pick(PEERS) };
    case 1: return { class: 'ptrace', access: random.pick(['trace', 'read', 'tracedby', 'readby'] as const), peer: random.pick(PEERS) };
    case 2: return { class: 'network', family: random.pick(FAMILIES), type: random.pick(TYPES), access: random.pick(SOCKET_ACCESS) };
    default: return mountAccess(random);
  }
}

function mountAccess(random: Random): Access {
  const target = random.pick(PATHS);
  switch (random.below(6)) {
    case 0: return { class: 'mount', operation: 'umount', target };
    case 1: return { class: 'mount', operation: 'pivot_root', target, source: random.pick(PATHS) };
    default: {
      const options = [...(random.chance(50) ? [random.pick(KINDS)] : []), ...(random.chance(60) ? some(random, ORDINARY, 3) : [])];
      return { class: 'mount', operation: 'mount', target, source: random.pick([...PATHS, 'tmpfs', 'none']), fstype: random.pick(FSTYPES), options };
    }
  }
}
