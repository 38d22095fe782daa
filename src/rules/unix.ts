import type { Access } from './access';
import { coversNames, isAccessWord, readAccesses } from './accesses';
import { conditionValues } from './condition-values';
import { coversOptional } from './pattern-relation';
import { accessList, conditionText, peerText, ruleText } from './printing';
import { type Family, NO_QUALIFIERS, type Qualifiers, type QualifiedRule } from './rule';
import { checkPeerAccess, SOCKET_ACCESSES } from './socket';
import { readTail } from '../language/conditions';
import type { Cursor } from '../language/cursor';
import { literalPattern } from '../language/words';

/** `unix [ACCESS] [type=T] [addr=A] [peer=(addr=A label=L)],` */
export interface UnixRule extends QualifiedRule {
  readonly type: 'unix';
  /** `create`, `bind`, `send` …; empty: all. */
  readonly access: readonly string[];
  readonly socketType?: string;
  /** `@pattern` (abstract), `none` or `auto`. */
  readonly address?: string;
  readonly peerAddress?: string;
  readonly peerLabel?: string;
}

/** Socket types that `type=` takes. */
export const UNIX_TYPES: readonly string[] = ['none', 'stream', 'dgram', 'raw', 'rdm', 'seqpacket', 'dccp', 'packet'];

export const unix: Family<UnixRule> = {
  type: 'unix',
  keywords: ['unix'],
  order: 100,
  parse,
  print: (rule) => ruleText(rule.qualifiers, 'unix', [
    accessList(rule.access), conditionText('type', rule.socketType), conditionText('addr', rule.address),
    peerText([['addr', rule.peerAddress], ['label', rule.peerLabel]]),
  ]),
  patterns: ({ address, peerAddress, peerLabel }) => [address, peerAddress, peerLabel].filter((value) => value !== undefined),
  unenforced: (_rule, has) => (has('network/af_unix') || has('network_v9/af_unix')
    ? undefined : 'the features in force know no unix rules: a deny is dropped, another widened to the whole family'),
  covers: (wide, narrow, patterns) => coversNames(wide.access, narrow.access)
    && (wide.socketType === undefined || wide.socketType === narrow.socketType)
    && coversOptional(wide.address, narrow.address, patterns)
    && coversOptional(wide.peerAddress, narrow.peerAddress, patterns)
    && coversOptional(wide.peerLabel, narrow.peerLabel, patterns),
  fromAccess,
};

function parse(cursor: Cursor, qualifiers: Qualifiers): UnixRule {
  const tail = readTail(cursor, { rule: 'unix', words: 1, wordFits: (word) => isAccessWord(word, SOCKET_ACCESSES), peer: true });
  const access = readAccesses(cursor, tail.list ?? tail.words.map(({ text }) => text), SOCKET_ACCESSES, 'unix');
  const local = conditionValues(cursor, tail.conditions, { rule: 'unix', known: ['type', 'addr'] });
  const peer = conditionValues(cursor, tail.peer ?? [], { rule: 'unix', known: ['addr', 'label'] });
  const socketType = local.type?.[0];
  if (socketType !== undefined && !UNIX_TYPES.includes(socketType)) {
    const help = `use one of ${UNIX_TYPES.join(', ')}`;
    cursor.reportAt(socketType, { code: 'unknown-family', message: `there is no socket type "${socketType}"`, help });
  }
  for (const address of [local.addr?.[0], peer.addr?.[0]]) {
    checkAddress(cursor, address);
  }
  if ((tail.peer ?? []).length > 0) {
    checkPeerAccess(cursor, access, 'unix');
  }
  return {
    type: 'unix', qualifiers, access, socketType, address: local.addr?.[0], peerAddress: peer.addr?.[0], peerLabel: peer.label?.[0],
  };
}

function checkAddress(cursor: Cursor, address: string | undefined): void {
  if (address !== undefined && !address.startsWith('@') && address !== 'none' && address !== 'auto') {
    const help = 'write @name for an abstract socket, none or auto; sockets with a path are ruled by file rules';
    cursor.reportAt(address, { code: 'condition-value', message: `"${address}" is no address of a unix rule`, help });
  }
}

function fromAccess(access: Access): UnixRule | undefined {
  if (access.class !== 'unix') {
    return undefined;
  }
  return {
    type: 'unix',
    qualifiers: NO_QUALIFIERS,
    access: [access.access ?? 'create'],
    socketType: access.type,
    address: addressPattern(access.address),
    peerAddress: addressPattern(access.peerAddress),
    peerLabel: access.peer === undefined ? undefined : literalPattern(access.peer),
  };
}

/** A path has no place in unix rules: file rules judge it. */
function addressPattern(address: string | undefined): string | undefined {
  return address === undefined || address.startsWith('/') ? undefined : literalPattern(address);
}
