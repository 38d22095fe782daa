import type { Access } from './access';
import { type AccessWords, coversNames, isAccessWord, readAccesses } from './accesses';
import { conditionValues } from './condition-values';
import { coversOptional } from './pattern-relation';
import { accessText, conditionText, ruleText } from './printing';
import { type Family, NO_QUALIFIERS, type Qualifiers, type QualifiedRule } from './rule';
import { readTail } from '../language/conditions';
import type { Cursor } from '../language/cursor';
import { literalPattern, printWord } from '../language/words';

/** `mqueue [ACCESS] [type=posix|sysv] [label=L] [NAME],` */
export interface MqueueRule extends QualifiedRule {
  readonly type: 'mqueue';
  /** `create`, `open`, `delete`, `read`, `write`, `getattr`, `setattr`; empty: all. */
  readonly access: readonly string[];
  readonly queueType?: 'posix' | 'sysv';
  readonly label?: string;
  /** A path pattern (posix) or digits (sysv). */
  readonly name?: string;
}

const ACCESSES: AccessWords = {
  create: ['create'],
  open: ['open'],
  delete: ['delete'],
  read: ['read'],
  write: ['write'],
  getattr: ['getattr'],
  setattr: ['setattr'],
  r: ['read'],
  w: ['write'],
};

export const mqueue: Family<MqueueRule> = {
  type: 'mqueue',
  keywords: ['mqueue'],
  order: 120,
  parse,
  print: (rule) => ruleText(rule.qualifiers, 'mqueue', [
    accessText(rule.access), conditionText('type', rule.queueType), conditionText('label', rule.label),
    rule.name === undefined ? undefined : printWord(rule.name),
  ]),
  patterns: ({ label, name }) => [label, name].filter((value) => value !== undefined),
  unenforced: (rule, has) => (queueTypeOf(rule) !== 'sysv' && has('ipc/posix_mqueue') || queueTypeOf(rule) !== 'posix' && has('ipc/sysv_mqueue')
    ? undefined : 'the features in force do not mediate message queues'),
  covers: (wide, narrow, patterns) => coversNames(wide.access, narrow.access)
    && (queueTypeOf(wide) === undefined || queueTypeOf(wide) === queueTypeOf(narrow))
    && coversOptional(wide.label, narrow.label, patterns) && coversOptional(wide.name, narrow.name, patterns),
  fromAccess,
};

/** The kind of queue that a rule speaks of: written, or told by the name. */
export function queueTypeOf({ queueType, name }: MqueueRule): 'posix' | 'sysv' | undefined {
  return queueType ?? (name === undefined ? undefined : name.startsWith('/') ? 'posix' : 'sysv');
}

function parse(cursor: Cursor, qualifiers: Qualifiers): MqueueRule {
  cursor.since('4.1', 'mqueue rules', 'mqueue');
  const tail = readTail(cursor, { rule: 'mqueue', words: 1, wordFits: (word) => isAccessWord(word, ACCESSES), last: true });
  const values = conditionValues(cursor, tail.conditions, { rule: 'mqueue', known: ['type', 'label'] });
  const access = readAccesses(cursor, tail.list ?? tail.words.map(({ text }) => text), ACCESSES, 'mqueue');
  const [queueType, name] = [values.type?.[0], tail.last?.text];
  if (queueType !== undefined && queueType !== 'posix' && queueType !== 'sysv') {
    cursor.reportAt(queueType, { code: 'condition-value', message: `there is no queue type "${queueType}"`, help: 'write posix or sysv' });
    return { type: 'mqueue', qualifiers, access, label: values.label?.[0], name };
  }
  checkName(cursor, queueType, name);
  return { type: 'mqueue', qualifiers, access, queueType, label: values.label?.[0], name };
}

function checkName(cursor: Cursor, queueType: 'posix' | 'sysv' | undefined, name: string | undefined): void {
  if (name === undefined) {
    return;
  }
  const [posix, sysv] = [name.startsWith('/'), /^\d+$/.test(name)];
  if ((queueType !== 'sysv' && posix) || (queueType !== 'posix' && sysv)) {
    return;
  }
  const kind = queueType === undefined ? 'a message queue' : `a ${queueType} message queue`;
  const help = 'posix queues are named by a pattern that starts with "/", sysv queues by digits';
  cursor.reportAt(name, { code: 'mqueue-name', message: `"${name}" names no ${kind.slice(2)}`, help });
}

function fromAccess(access: Access): MqueueRule | undefined {
  if (access.class !== 'mqueue') {
    return undefined;
  }
  return {
    type: 'mqueue',
    qualifiers: NO_QUALIFIERS,
    access: [access.access],
    queueType: access.type,
    label: access.label === undefined ? undefined : literalPattern(access.label),
    name: literalPattern(access.name),
  };
}
