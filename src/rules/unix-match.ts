import { ANY_BYTES, byteSet, type Expression, literal, parsePattern, sequence } from '../automaton';
import type { UnixAccess } from './access';
import { AccessError, bitOf, bitsOf, type Clause, type Ground, type Match, patternField, type Question, wordsField } from './match';
import { SOCKET_TYPES } from './network';
import { common, CREATE, LOCAL, mediatesNetwork, PEER, SOCKET_BITS } from './network-match';
import type { UnixRule } from './unix';

/** What the kernel binds where the program leaves the name to it: `@` and five hexadecimal digits. */
const AUTO = sequence(literal('@'), ...Array.from({ length: 5 }, () => byteSet((byte) => '0123456789abcdef'.includes(String.fromCharCode(byte)))));

export const unixMatch: Match<UnixRule, UnixAccess> = { clauses, questions };

/** Whether unix sockets are mediated by address and peer; else they are one more network family. */
export function mediatesUnix(ground: Ground): boolean {
  return ground.has('network/af_unix') || ground.has('network_v9/af_unix');
}

function clauses(rule: UnixRule, ground: Ground): readonly Clause[] {
  const { access, socketType, address, peerAddress, peerLabel, qualifiers } = rule;
  const type = wordsField(socketType === undefined ? [] : [socketType]);
  if (!mediatesUnix(ground)) {
    // The parser widens what is allowed to the family, before 4.1 to every access, and drops what is denied.
    const permissions = bitsOf(ground.atLeast('4.1') ? access : [], SOCKET_BITS);
    return qualifiers.access === 'deny' ? [] : [{ table: 'network', fields: [literal('unix'), type], permissions, priority: 0 }];
  }
  const bits = bitsOf(access, SOCKET_BITS);
  const permissions = peerAddress === undefined && peerLabel === undefined ? bits : common(bits, PEER);
  const local = [type, addressField(address, ground)];
  return [
    { table: 'unix', fields: [type], permissions: common(permissions, CREATE) },
    { table: 'unix-local', fields: local, permissions: common(permissions, LOCAL) },
    { table: 'unix-peer', fields: [...local, addressField(peerAddress, ground), patternField(peerLabel, ground)], permissions: common(permissions, PEER) },
  ];
}

function addressField(address: string | undefined, ground: Ground): Expression {
  switch (address) {
    case undefined: return ANY_BYTES;
    case 'none': return literal('');
    case 'auto': return AUTO;
    default: return parsePattern(ground.expand(address), { nul: true });
  }
}

function questions(access: UnixAccess, ground: Ground): readonly Question[] | undefined {
  const { type, address, peerAddress, peer = 'unconfined' } = access;
  if (!Object.hasOwn(SOCKET_TYPES, type)) {
    throw new AccessError(`socket type '${String(type).slice(0, 40)}' is unknown; use one of ${Object.keys(SOCKET_TYPES).join(', ')}`);
  }
  const bit = bitOf(access.access ?? 'create', SOCKET_BITS, 'unix access');
  if (!mediatesUnix(ground)) {
    return mediatesNetwork(ground) ? [{ table: 'network', fields: ['unix', type], permissions: bit }] : undefined;
  }
  const local = [type, addressText(address)];
  if (bit === CREATE) {
    return [{ table: 'unix', fields: [type], permissions: bit }];
  }
  return common(bit, LOCAL) === bit
    ? [{ table: 'unix-local', fields: local, permissions: bit }]
    : [{ table: 'unix-peer', fields: [...local, addressText(peerAddress), peer], permissions: bit }];
}

function addressText(address: string | undefined): string {
  return address === undefined || address === 'none' ? '' : address;
}
