import type { MqueueAccess } from './access';
import { bitOf, bitsOf, bitTable, type Match, patternField, wordsField } from './match';
import { type MqueueRule, queueTypeOf } from './mqueue';

const BITS = bitTable('create', 'open', 'delete', 'read', 'write', 'getattr', 'setattr');

export const mqueueMatch: Match<MqueueRule, MqueueAccess> = {
  clauses(rule, ground) {
    const type = queueTypeOf(rule);
    const fields = [wordsField(type === undefined ? [] : [type]), patternField(rule.name, ground), patternField(rule.label, ground)];
    return [{ table: 'mqueue', fields, permissions: bitsOf(rule.access, BITS) }];
  },
  questions({ access, name, type = name.startsWith('/') ? 'posix' : 'sysv', label = '' }, ground) {
    const permissions = bitOf(access, BITS, 'mqueue access');
    return ground.has(`ipc/${type}_mqueue`) ? [{ table: 'mqueue', fields: [type, name, label], permissions }] : undefined;
  },
};
