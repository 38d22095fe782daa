import type { Access } from './access';
import { coversNames, isAccessWord, readAccesses } from './accesses';
import { conditionValues } from './condition-values';
import { coversOptional } from './pattern-relation';
import { accessList, conditionText, peerText, ruleText } from './printing';
import { type Family, NO_QUALIFIERS, type PatternRelation, type Qualifiers, type QualifiedRule } from './rule';
import { checkPeerAccess, SOCKET_ACCESSES } from './socket';
import { readTail, type RuleTail } from '../language/conditions';
import type { Cursor } from '../language/cursor';
import { printWord } from '../language/words';

/** One end of a connection. */
export interface NetworkEnd {
  /** An IPv4 or IPv6 address, or `none`. */
  readonly ip?: string;
  /** A number or `FROM-TO`. */
  readonly port?: string;
  readonly label?: string;
  /** Local end only. */
  readonly interface?: string;
}

/** `network [ACCESS] [FAMILY [TYPE|PROTOCOL]] [CONDITIONS] [peer=(CONDITIONS)],` */
export interface NetworkRule extends QualifiedRule {
  readonly type: 'network';
  /** `create`, `bind`, `send` …; empty: all. */
  readonly access: readonly string[];
  readonly family?: string;
  /** `stream`, `dgram` … */
  readonly socketType?: string;
  /** `tcp`, `udp` or `icmp`. */
  readonly protocol?: string;
  readonly local: NetworkEnd;
  readonly peer?: NetworkEnd;
}

/** Address families and their numbers in the kernel (socket.h); decnet, 12, is not in the language. */
export const NETWORK_FAMILIES: Readonly<Record<string, number>> = {
  unspec: 0,
  unix: 1,
  inet: 2,
  ax25: 3,
  ipx: 4,
  appletalk: 5,
  netrom: 6,
  bridge: 7,
  atmpvc: 8,
  x25: 9,
  inet6: 10,
  rose: 11,
  netbeui: 13,
  security: 14,
  key: 15,
  netlink: 16,
  packet: 17,
  ash: 18,
  econet: 19,
  atmsvc: 20,
  rds: 21,
  sna: 22,
  irda: 23,
  pppox: 24,
  wanpipe: 25,
  llc: 26,
  ib: 27,
  mpls: 28,
  can: 29,
  tipc: 30,
  bluetooth: 31,
  iucv: 32,
  rxrpc: 33,
  isdn: 34,
  phonet: 35,
  ieee802154: 36,
  caif: 37,
  alg: 38,
  nfc: 39,
  vsock: 40,
  kcm: 41,
  qipcrtr: 42,
  smc: 43,
  xdp: 44,
  mctp: 45,
};

/** Socket types and their numbers in the kernel (net.h). */
export const SOCKET_TYPES: Readonly<Record<string, number>> = { stream: 1, dgram: 2, raw: 3, rdm: 4, seqpacket: 5, packet: 10 };

/** Protocols, the socket type that each stands for, and the families that have it. */
export const NETWORK_PROTOCOLS: Readonly<Record<string, { readonly type: string; readonly families: readonly string[] }>> = {
  tcp: { type: 'stream', families: ['inet', 'inet6'] },
  udp: { type: 'dgram', families: ['inet', 'inet6'] },
  icmp: { type: 'raw', families: ['inet'] },
};

const IP_FAMILIES = ['inet', 'inet6'];

export const network: Family<NetworkRule> = {
  type: 'network',
  keywords: ['network'],
  order: 50,
  parse,
  print: (rule) => ruleText(rule.qualifiers, 'network', [
    accessList(rule.access), rule.family, rule.socketType, rule.protocol,
    ...(['ip', 'port', 'interface', 'label'] as const).map((name) => conditionText(name, rule.local[name])),
    rule.peer === undefined ? undefined : peerText((['ip', 'port', 'label'] as const).map((name) => [name, rule.peer![name]])) ?? 'peer=()',
  ]),
  patterns: ({ local, peer }) => [local.interface, local.label, peer?.label].filter((label) => label !== undefined),
  unenforced,
  covers,
  fromAccess,
};

function parse(cursor: Cursor, qualifiers: Qualifiers): NetworkRule {
  if (qualifiers.priority !== undefined) {
    cursor.reportAt('priority', { code: 'qualifier-not-allowed', message: 'network rules take no priority', help: 'leave it out' });
  }
  const tail = readTail(cursor, { rule: 'network', words: 3, wordsAfterList: true, peer: true });
  const words = tail.words.map(({ text }) => text);
  const single = tail.list === undefined && words.length > 0 && isAccessWord(words[0], SOCKET_ACCESSES) ? [words.shift()!] : undefined;
  const access = readAccesses(cursor, tail.list ?? single ?? [], SOCKET_ACCESSES, 'network');
  const kind = readKind(cursor, words);
  const ends = readEnds(cursor, tail, kind.family);
  if ((tail.peer ?? []).length > 0) {
    checkPeerAccess(cursor, access, 'network');
  }
  if (tail.list !== undefined || single !== undefined || tail.conditions.length > 0 || tail.peer !== undefined) {
    cursor.since('4.1', 'accesses and conditions of network rules', 'network');
  }
  return { type: 'network', qualifiers, access, ...kind, ...ends };
}

/** `FAMILY TYPE`, `FAMILY PROTOCOL`, or one of the three alone. */
function readKind(cursor: Cursor, words: readonly string[]): { family?: string; socketType?: string; protocol?: string } {
  const [first, second] = words;
  if (words.length > 2) {
    cursor.reportAt(words[2], { code: 'unknown-family', message: 'a network rule takes a family and a type or protocol', help: 'leave the third word out' });
  }
  if (first === undefined) {
    return {};
  }
  const family = Object.hasOwn(NETWORK_FAMILIES, first) ? first : undefined;
  const kind = family === undefined ? first : second;
  if (kind === undefined) {
    return { family };
  }
  if (Object.hasOwn(SOCKET_TYPES, kind) && (family !== undefined || second === undefined)) {
    return { family, socketType: kind };
  }
  if (Object.hasOwn(NETWORK_PROTOCOLS, kind) && (family === undefined ? second === undefined : NETWORK_PROTOCOLS[kind].families.includes(family))) {
    return { family, protocol: kind };
  }
  cursor.reportAt(kind, {
    code: 'unknown-family',
    message: `"${words.slice(0, 2).join(' ')}" is no network family, type or protocol`,
    help: 'write a family (inet, inet6, unix, netlink, …), then a type (stream, dgram, raw, …) or tcp, udp, icmp',
  });
  return { family };
}

function readEnds(cursor: Cursor, tail: RuleTail, family: string | undefined): { local: NetworkEnd; peer?: NetworkEnd } {
  const local = readEnd(cursor, conditionValues(cursor, tail.conditions, {
    rule: 'network', known: ['ip', 'port', 'interface', 'label'], lists: ['ip', 'port', 'interface', 'label'],
  }));
  const peer = tail.peer && readEnd(cursor, conditionValues(cursor, tail.peer, {
    rule: 'network', known: ['ip', 'port', 'label'], lists: ['ip', 'port', 'label'],
  }));
  if (family !== undefined && !IP_FAMILIES.includes(family) && (tail.conditions.length > 0 || (tail.peer ?? []).length > 0)) {
    cursor.reportAt(family, { code: 'condition-conflict', message: `the family ${family} takes no conditions`, help: 'they are for inet and inet6' });
  }
  return { local, peer };
}

/** Lists are no fault: the real parser takes their first value and forgets the others. */
function readEnd(cursor: Cursor, values: Record<string, readonly string[]>): NetworkEnd {
  for (const name of Object.keys(values)) {
    if (values[name].length > 1) {
      const help = 'write one rule for each';
      cursor.reportAt(values[name][1], { code: 'rule-dropped', severity: 'warning', message: `only the first value of ${name} counts`, help });
    }
  }
  const [ip, port] = [values.ip?.[0], values.port?.[0]];
  if (ip !== undefined && ip !== 'none' && !isAddress(ip)) {
    cursor.reportAt(ip, { code: 'network-address', message: `"${ip}" is no IP address`, help: 'write one IPv4 or IPv6 address, without a range or a mask, or none' });
  }
  if (port !== undefined && !isPort(port)) {
    cursor.reportAt(port, { code: 'network-port', message: `"${port}" is no port`, help: 'write 0 to 65535, or FROM-TO without blanks' });
  }
  if (values.interface !== undefined || values.label !== undefined) {
    cursor.since('5.0', 'interfaces and labels in network rules', values.interface === undefined ? 'label' : 'interface');
  }
  return { ip, port, interface: values.interface?.[0], label: values.label?.[0] };
}

/** The module is loaded only here: it brings Node's whole network, which most checks do without. */
function isAddress(text: string): boolean {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- see above
  const { isIP } = require('node:net') as typeof import('node:net');
  return isIP(text) > 0 && !text.includes('%');
}

function isPort(text: string): boolean {
  const match = /^(\d{1,8})(?:-(\d{1,8}))?$/.exec(text);
  return match !== null && Number(match[1]) <= Number(match[2] ?? match[1]) && Number(match[2] ?? match[1]) <= 65535;
}

/** The socket type that a rule names, by itself or by a protocol. */
export function socketTypeOf({ socketType, protocol }: NetworkRule): string | undefined {
  return protocol === undefined ? socketType : NETWORK_PROTOCOLS[protocol].type;
}

/** The families that a rule speaks of; undefined: all. */
export function familiesOf({ family, protocol, local, peer }: NetworkRule): readonly string[] | undefined {
  if (family !== undefined) {
    return [family];
  }
  if (protocol !== undefined) {
    return NETWORK_PROTOCOLS[protocol].families;
  }
  const conditions = [...Object.values(local), ...Object.values(peer ?? {})];
  return conditions.some((value) => value !== undefined) ? IP_FAMILIES : undefined;
}

/** Conditions beyond what the features know are ignored: the rule is wider than it reads. Accesses count with all features. */
function unenforced({ local, peer }: NetworkRule, has: (key: string) => boolean): string | undefined {
  if (!has('network_v8') && !has('network_v9')) {
    return 'the features in force do not mediate network';
  }
  const asks = (name: keyof NetworkEnd) => local[name] !== undefined || peer?.[name] !== undefined;
  if ((asks('ip') || asks('port')) && !has('network_v8/af_inet') && !has('network_v9/af_inet')) {
    return 'the features in force ignore the addresses and ports of network rules, so the rule holds for all of them';
  }
  return (asks('interface') || asks('label')) && !has('network_v9_skb') ? 'the features in force ignore the interface and label of network rules' : undefined;
}

function covers(wide: NetworkRule, narrow: NetworkRule, patterns: PatternRelation): boolean {
  const [all, some] = [familiesOf(wide), familiesOf(narrow)];
  const families = all === undefined || (some !== undefined && some.every((name) => all.includes(name)));
  const type = socketTypeOf(wide);
  return families && coversNames(wide.access, narrow.access) && (type === undefined || type === socketTypeOf(narrow))
    && coversEnd(wide.local, narrow.local, patterns) && coversEnd(wide.peer ?? {}, narrow.peer ?? {}, patterns);
}

function coversEnd(wide: NetworkEnd, narrow: NetworkEnd, patterns: PatternRelation): boolean {
  return (wide.ip === undefined || wide.ip === narrow.ip) && (wide.interface === undefined || wide.interface === narrow.interface)
    && (wide.port === undefined || (narrow.port !== undefined && coversPorts(wide.port, narrow.port)))
    && coversOptional(wide.label, narrow.label, patterns);
}

function coversPorts(wide: string, narrow: string): boolean {
  const [from, to = from] = wide.split('-').map(Number);
  const [first, last = first] = narrow.split('-').map(Number);
  return from <= first && last <= to;
}

/** Addresses and ports of one event are left out: they differ with every connection. */
function fromAccess(access: Access): NetworkRule | undefined {
  if (access.class !== 'network') {
    return undefined;
  }
  return { type: 'network', qualifiers: NO_QUALIFIERS, access: [], family: printWord(access.family), socketType: access.type, local: {} };
}
