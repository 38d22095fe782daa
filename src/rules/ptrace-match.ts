import type { PtraceAccess } from './access';
import { bitOf, bitsOf, bitTable, type Match, patternField } from './match';
import type { PtraceRule } from './ptrace';

const BITS = bitTable('trace', 'read', 'tracedby', 'readby');

export const ptraceMatch: Match<PtraceRule, PtraceAccess> = {
  clauses: ({ access, peer }, ground) => [{ table: 'ptrace', fields: [patternField(peer, ground)], permissions: bitsOf(access, BITS) }],
  questions({ access, peer = 'unconfined' }, ground) {
    const permissions = bitOf(access, BITS, 'ptrace access');
    return ground.has('ptrace') ? [{ table: 'ptrace', fields: [peer], permissions }] : undefined;
  },
};
