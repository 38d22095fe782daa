import { literal } from '../automaton';
import type { UnixAccess } from './access';
import { AccessError, bitOf, bitsOf, type Clause, type Ground, type Match, type Question, wordsField } from './match';
import { SOCKET_TYPES } from './network';
import { mediatesNetwork } from './network-match';
import { mediatesUnix, SOCKET_BITS, unixClauses, unixQuestion } from './socket-match';
import type { UnixRule } from './unix';

export const unixMatch: Match<UnixRule, UnixAccess> = { clauses, questions };

function clauses(rule: UnixRule, ground: Ground): readonly Clause[] {
  const { access, socketType, qualifiers } = rule;
  const type = wordsField(socketType === undefined ? [] : [socketType]);
  if (!mediatesUnix(ground)) {
    // The parser widens what is allowed to the family, before 4.1 to every access, and drops what is denied.
    const permissions = bitsOf(ground.atLeast('4.1') ? access : [], SOCKET_BITS);
    return qualifiers.access === 'deny' ? [] : [{ table: 'network', fields: [literal('unix'), type], permissions, priority: 0 }];
  }
  return unixClauses(rule, type, ground);
}

function questions(access: UnixAccess, ground: Ground): readonly Question[] | undefined {
  const { type, address, peerAddress, peer } = access;
  if (!Object.hasOwn(SOCKET_TYPES, type)) {
    throw new AccessError(`socket type '${String(type).slice(0, 40)}' is unknown; use one of ${Object.keys(SOCKET_TYPES).join(', ')}`);
  }
  const bit = bitOf(access.access ?? 'create', SOCKET_BITS, 'unix access');
  if (!mediatesUnix(ground)) {
    return mediatesNetwork(ground) ? [{ table: 'network', fields: ['unix', type], permissions: bit }] : undefined;
  }
  return [unixQuestion({ type, address, peerAddress, peer }, bit)];
}
