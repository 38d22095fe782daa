import { isIPv6 } from 'node:net';
import { alternatives, ANY_TEXT, byteSet, type Expression, literal, sequence } from '../automaton';
import type { NetworkAccess } from './access';
import { AccessError, bitOf, bitsOf, type Clause, type Ground, type Match, type Question, wordsField } from './match';
import { familiesOf, NETWORK_FAMILIES, type NetworkEnd, type NetworkRule, SOCKET_TYPES, socketTypeOf } from './network';
import { common, CREATE, LOCAL, mediatesUnix, PEER, SOCKET_BITS, unixClausesOfNetwork, unixQuestion } from './socket-match';

export const networkMatch: Match<NetworkRule, NetworkAccess> = { clauses, questions };

/** Whether sockets are mediated at all, and whether by address, too. */
export function mediatesNetwork(ground: Ground): boolean {
  return ground.has('network_v8') || ground.has('network_v9');
}

function mediatesAddresses(ground: Ground): boolean {
  return ground.atLeast('4.1') && (ground.has('network_v8/af_inet') || ground.has('network_v9/af_inet'));
}

function clauses(rule: NetworkRule, ground: Ground): readonly Clause[] {
  const type = socketTypeOf(rule);
  const families = familiesOf(rule);
  const kind = [wordsField(families ?? []), wordsField(type === undefined ? [] : [type])];
  const access = bitsOf(rule.access, SOCKET_BITS);
  const unix = families?.includes('unix') ?? true ? unixClausesOfNetwork(kind[1], rule.qualifiers, ground) : [];
  if (!mediatesAddresses(ground)) {
    return [{ table: 'network', fields: kind, permissions: access, priority: 0 }, ...unix];
  }
  const permissions = rule.peer === undefined ? access : common(access, PEER);
  const local = [...kind, addressField(rule.local), portField(rule.local)];
  return [
    { table: 'network', fields: kind, permissions: access, priority: 0 },
    { table: 'network-local', fields: local, permissions: common(permissions, LOCAL), priority: 0 },
    { table: 'network-peer', fields: [...local, addressField(rule.peer ?? {}), portField(rule.peer ?? {})], permissions: common(permissions, PEER), priority: 0 },
    ...unix,
  ];
}

function addressField({ ip }: NetworkEnd): Expression {
  return ip === undefined ? ANY_TEXT : literal(ip === 'none' ? '' : canonicalAddress(ip));
}

/** One spelling for each address. */
function canonicalAddress(address: string): string {
  return isIPv6(address) ? new URL(`http://[${address}]`).hostname : address;
}

/** Port 0 stands for any port. */
function portField({ port }: NetworkEnd): Expression {
  if (port === undefined || port === '0') {
    return ANY_TEXT;
  }
  const [from, to = from] = port.split('-').map(Number);
  return between(hex(from), hex(to));
}

function hex(port: number): string {
  return port.toString(16).padStart(4, '0');
}

const DIGITS = '0123456789abcdef';

/** Texts of equal length from one to another, digit by digit. */
function between(from: string, to: string): Expression {
  if (from === '') {
    return literal('');
  }
  const [first, last] = [from[0], to[0]];
  if (first === last) {
    return sequence(literal(first), between(from.slice(1), to.slice(1)));
  }
  const rest = from.length - 1;
  return alternatives(
    sequence(literal(first), between(from.slice(1), 'f'.repeat(rest))),
    ...[...DIGITS].filter((digit) => digit > first && digit < last)
      .map((digit) => sequence(literal(digit), ...Array.from({ length: rest }, anyDigit))),
    sequence(literal(last), between('0'.repeat(rest), to.slice(1))),
  );
}

function anyDigit(): Expression {
  return byteSet((byte) => DIGITS.includes(String.fromCharCode(byte)));
}

function questions(access: NetworkAccess, ground: Ground): readonly Question[] | undefined {
  const { family, type, localAddress, localPort, peerAddress, peerPort } = access;
  known(family, NETWORK_FAMILIES, 'network family');
  known(type, SOCKET_TYPES, 'socket type');
  const bit = bitOf(access.access ?? 'create', SOCKET_BITS, 'network access');
  if (!mediatesNetwork(ground)) {
    return undefined;
  }
  if (family === 'unix' && mediatesUnix(ground)) {
    return [unixQuestion({ type, address: localAddress, peerAddress }, bit)];
  }
  const local = [family, type, addressText(localAddress), portText(localPort)];
  if (!mediatesAddresses(ground) || bit === CREATE || (family !== 'inet' && family !== 'inet6')) {
    return [{ table: 'network', fields: [family, type], permissions: bit }];
  }
  return common(bit, LOCAL) === bit
    ? [{ table: 'network-local', fields: local, permissions: bit }]
    : [{ table: 'network-peer', fields: [...local, addressText(peerAddress), portText(peerPort)], permissions: bit }];
}

function known(word: string, table: Readonly<Record<string, number>>, what: string): void {
  if (!Object.hasOwn(table, word)) {
    throw new AccessError(`${what} '${String(word).slice(0, 40)}' is unknown; use one of ${Object.keys(table).join(', ')}`);
  }
}

function addressText(address: string | undefined): string {
  return address === undefined || address === 'none' ? '' : canonicalAddress(address);
}

function portText(port: number | undefined): string {
  return port === undefined ? '' : hex(port);
}
