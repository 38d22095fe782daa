import type { Access } from './access';
import { type AccessWords, coversNames, isAccessWord, readAccesses } from './accesses';
import { conditionValues } from './condition-values';
import { coversOptional } from './pattern-relation';
import { accessText, conditionText, ruleText } from './printing';
import { type Family, NO_QUALIFIERS, type Qualifiers, type QualifiedRule } from './rule';
import { readTail } from '../language/conditions';
import type { Cursor } from '../language/cursor';
import { literalPattern } from '../language/words';

/** `io_uring [sqpoll|override_creds] [label=L],` */
export interface IoUringRule extends QualifiedRule {
  readonly type: 'io_uring';
  /** `sqpoll`, `override_creds`; empty: both. */
  readonly access: readonly string[];
  readonly label?: string;
}

const ACCESSES: AccessWords = { sqpoll: ['sqpoll'], override_creds: ['override_creds'] };

export const ioUring: Family<IoUringRule> = {
  type: 'io_uring',
  keywords: ['io_uring'],
  order: 130,
  parse,
  print: ({ qualifiers, access, label }) => ruleText(qualifiers, 'io_uring', [accessText(access), conditionText('label', label)]),
  patterns: ({ label }) => (label === undefined ? [] : [label]),
  unenforced: (_rule, has) => (has('io_uring') ? undefined : 'the features in force do not mediate io_uring'),
  covers: (wide, narrow, patterns) => coversNames(wide.access, narrow.access) && coversOptional(wide.label, narrow.label, patterns),
  fromAccess: (access: Access) => (access.class === 'io_uring' ? {
    type: 'io_uring',
    qualifiers: NO_QUALIFIERS,
    access: [access.access],
    label: access.label === undefined ? undefined : literalPattern(access.label),
  } : undefined),
};

function parse(cursor: Cursor, qualifiers: Qualifiers): IoUringRule {
  cursor.since('4.1', 'io_uring rules', 'io_uring');
  cursor.skip();
  const tail = readTail(cursor, { rule: 'io_uring', words: 1, wordFits: (word) => isAccessWord(word, ACCESSES) });
  const values = conditionValues(cursor, tail.conditions, { rule: 'io_uring', known: ['label'] });
  // In a list the real parser passes over words that it does not know.
  const access = readAccesses(cursor, tail.list ?? tail.words.map(({ text }) => text), ACCESSES, 'io_uring', 'warning');
  return { type: 'io_uring', qualifiers, access, label: values.label?.[0] };
}
