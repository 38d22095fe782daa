import type { AccessWords } from './accesses';
import type { Cursor } from '../language/cursor';

/** What network and unix rules give: the system calls on a socket. */
export const SOCKET_ACCESSES: AccessWords = {
  create: ['create'],
  bind: ['bind'],
  listen: ['listen'],
  accept: ['accept'],
  connect: ['connect'],
  shutdown: ['shutdown'],
  getattr: ['getattr'],
  setattr: ['setattr'],
  getopt: ['getopt'],
  setopt: ['setopt'],
  send: ['send'],
  receive: ['receive'],
  read: ['receive'],
  write: ['send'],
  r: ['receive'],
  w: ['send'],
};

/** Accesses that concern the local end only: no rule that names the other end may have them. */
export const LOCAL_ACCESSES: ReadonlySet<string> = new Set([
  'create', 'bind', 'listen', 'shutdown', 'getattr', 'setattr', 'getopt', 'setopt',
]);

export function checkPeerAccess(cursor: Cursor, access: readonly string[], rule: string): void {
  const local = access.filter((name) => LOCAL_ACCESSES.has(name));
  if (local.length > 0) {
    cursor.reportAt(local[0], {
      code: 'condition-conflict',
      message: `${local.join(', ')} in a ${rule} rule knows no peer`,
      help: 'leave peer=(…) out, or keep only accept, connect, send, receive',
    });
  }
}
