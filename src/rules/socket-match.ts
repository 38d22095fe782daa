import { ANY_BYTES, byteSet, type Expression, literal, parsePattern, sequence } from '../automaton';
import type { UnixAccess } from './access';
import { bitsOf, bitTable, type Clause, type Ground, patternField, type Question } from './match';
import type { Qualifiers } from './rule';
import { LOCAL_ACCESSES } from './socket';
import type { UnixRule } from './unix';

/** System calls on sockets. */
export const SOCKET_BITS = bitTable(
  'create', 'bind', 'listen', 'accept', 'connect', 'shutdown', 'getattr', 'setattr', 'getopt', 'setopt', 'send', 'receive',
);

/** Calls by what they are judged with: the kind of socket, its own end, or both ends. */
export const CREATE = SOCKET_BITS.create;
export const LOCAL = bitsOf([...LOCAL_ACCESSES].filter((name) => name !== 'create'), SOCKET_BITS);
export const PEER = bitsOf(['accept', 'connect', 'send', 'receive'], SOCKET_BITS);

/* eslint-disable no-bitwise -- permissions are bits */
export function common(one: number, other: number): number {
  return one & other;
}
/* eslint-enable no-bitwise */

/** What the kernel binds where the program leaves the name to it: `@` and five hexadecimal digits. */
const AUTO = sequence(literal('@'), ...Array.from({ length: 5 }, () => byteSet((byte) => '0123456789abcdef'.includes(String.fromCharCode(byte)))));

/** Whether unix sockets are mediated by address and peer; else they are one more network family. */
export function mediatesUnix(ground: Ground): boolean {
  return ground.has('network/af_unix') || ground.has('network_v9/af_unix');
}

/** What of a rule a unix socket is matched with. */
type UnixConditions = Pick<UnixRule, 'access' | 'address' | 'peerAddress' | 'peerLabel'>;

/** What a rule says of the kind of socket, of its own end, and of both ends. */
export function unixClauses({ access, address, peerAddress, peerLabel }: UnixConditions, type: Expression, ground: Ground): readonly Clause[] {
  const bits = bitsOf(access, SOCKET_BITS);
  const permissions = peerAddress === undefined && peerLabel === undefined ? bits : common(bits, PEER);
  const local = [type, addressField(address, ground)];
  return [
    { table: 'unix', fields: [type], permissions: common(permissions, CREATE) },
    { table: 'unix-local', fields: local, permissions: common(permissions, LOCAL) },
    { table: 'unix-peer', fields: [...local, addressField(peerAddress, ground), patternField(peerLabel, ground)], permissions: common(permissions, PEER) },
  ];
}

/**
 * What a network rule for the family says where unix sockets are mediated by address: everything that a unix rule could,
 * whatever its list of accesses. What is denied so is logged where the rule does not ask for it, and is not where it does.
 */
export function unixClausesOfNetwork(type: Expression, { access, audit }: Qualifiers, ground: Ground): readonly Clause[] {
  const clauses = mediatesUnix(ground) ? unixClauses({ access: [] }, type, ground) : [];
  return clauses.map((clause): Clause => ({ ...clause, priority: 0, ...(access === 'deny' ? { audit: audit !== true } : {}) }));
}

function addressField(address: string | undefined, ground: Ground): Expression {
  switch (address) {
    case undefined: return ANY_BYTES;
    case 'none': return literal('');
    case 'auto': return AUTO;
    default: return parsePattern(ground.expand(address), { nul: true });
  }
}

/** The question of one access, where unix sockets are mediated by address. */
export function unixQuestion(access: Pick<UnixAccess, 'type' | 'address' | 'peerAddress' | 'peer'>, bit: number): Question {
  const { type, address, peerAddress, peer = 'unconfined' } = access;
  const local = [type, addressText(address)];
  if (bit === CREATE) {
    return { table: 'unix', fields: [type], permissions: bit };
  }
  return common(bit, LOCAL) === bit
    ? { table: 'unix-local', fields: local, permissions: bit }
    : { table: 'unix-peer', fields: [...local, addressText(peerAddress), peer], permissions: bit };
}

function addressText(address: string | undefined): string {
  return address === undefined || address === 'none' ? '' : address;
}
