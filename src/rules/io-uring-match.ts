import type { IoUringAccess } from './access';
import type { IoUringRule } from './io-uring';
import { bitOf, bitsOf, bitTable, type Match, patternField } from './match';

const BITS = bitTable('sqpoll', 'override_creds');

export const ioUringMatch: Match<IoUringRule, IoUringAccess> = {
  clauses: ({ access, label }, ground) => [{ table: 'io_uring', fields: [patternField(label, ground)], permissions: bitsOf(access, BITS) }],
  questions({ access, label = '' }, ground) {
    const permissions = bitOf(access, BITS, 'io_uring access');
    return ground.has('io_uring') ? [{ table: 'io_uring', fields: [label], permissions }] : undefined;
  },
};
