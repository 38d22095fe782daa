import { ANY_TEXT } from '../automaton';
import type { IoUringAccess } from './access';
import type { IoUringRule } from './io-uring';
import { bitOf, bitsOf, bitTable, type Match, patternField } from './match';

const BITS = bitTable('sqpoll', 'override_creds');

export const ioUringMatch: Match<IoUringRule, IoUringAccess> = {
  clauses({ access, label }, ground) {
    const permissions = bitsOf(access, BITS);
    // A thread that polls belongs to nobody else: kernels ask for no label, and rules give it whatever label they name.
    const polling = permissions % 2 === BITS.sqpoll ? [{ table: 'io_uring', fields: [ANY_TEXT], permissions: BITS.sqpoll } as const] : [];
    return [{ table: 'io_uring', fields: [patternField(label, ground)], permissions }, ...polling];
  },
  questions({ access, label = '' }, ground) {
    const permissions = bitOf(access, BITS, 'io_uring access');
    return ground.has('io_uring') ? [{ table: 'io_uring', fields: [label], permissions }] : undefined;
  },
};
