import type { Access } from './access';
import { type AccessWords, coversNames, isAccessWord, readAccesses } from './accesses';
import { conditionValues } from './condition-values';
import { accessText, conditionText, ruleText } from './printing';
import { type Family, NO_QUALIFIERS, type Qualifiers, type QualifiedRule } from './rule';
import { readTail } from '../language/conditions';
import type { Cursor } from '../language/cursor';
import { literalPattern } from '../language/words';

/** `ptrace [ACCESS] [peer=LABEL],` */
export interface PtraceRule extends QualifiedRule {
  readonly type: 'ptrace';
  /** `trace`, `read`, `tracedby`, `readby`; empty: all. */
  readonly access: readonly string[];
  readonly peer?: string;
}

const ACCESSES: AccessWords = {
  trace: ['trace'], read: ['read'], tracedby: ['tracedby'], readby: ['readby'], write: ['trace'], r: ['read'], w: ['trace'],
};

export const ptrace: Family<PtraceRule> = {
  type: 'ptrace',
  keywords: ['ptrace'],
  order: 90,
  parse,
  print: ({ qualifiers, access, peer }) => ruleText(qualifiers, 'ptrace', [accessText(access), conditionText('peer', peer)]),
  patterns: ({ peer }) => (peer === undefined ? [] : [peer]),
  unenforced: (_rule, has) => (has('ptrace') ? undefined : 'the features in force do not mediate ptrace'),
  covers: (wide, narrow, patterns) => coversNames(wide.access, narrow.access)
    && (wide.peer === undefined || (narrow.peer !== undefined && patterns.includes(wide.peer, narrow.peer))),
  fromAccess,
};

function parse(cursor: Cursor, qualifiers: Qualifiers): PtraceRule {
  const tail = readTail(cursor, { rule: 'ptrace', words: 1, wordFits: (word) => isAccessWord(word, ACCESSES) });
  const values = conditionValues(cursor, tail.conditions, { rule: 'ptrace', known: ['peer'] });
  const access = readAccesses(cursor, tail.list ?? tail.words.map(({ text }) => text), ACCESSES, 'ptrace');
  return { type: 'ptrace', qualifiers, access, peer: values.peer?.[0] };
}

function fromAccess(access: Access): PtraceRule | undefined {
  if (access.class !== 'ptrace') {
    return undefined;
  }
  const peer = access.peer === undefined ? undefined : literalPattern(access.peer);
  return { type: 'ptrace', qualifiers: NO_QUALIFIERS, access: [access.access], peer };
}
