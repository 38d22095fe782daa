import type { Access } from './access';
import { conditionValues } from './condition-values';
import { coversOptional } from './pattern-relation';
import { conditionText, mountWord, ruleText } from './printing';
import { type Family, NO_QUALIFIERS, type Qualifiers, type QualifiedRule } from './rule';
import { endTail, nextPiece, readCondition, readWord } from '../language/conditions';
import type { Cursor } from '../language/cursor';
import { literalPattern } from '../language/words';

/** `pivot_root [oldroot=PATH] [NEWROOT] [-> PROFILE],` */
export interface PivotRootRule extends QualifiedRule {
  readonly type: 'pivot_root';
  /** Where the old root is put. */
  readonly oldRoot?: string;
  readonly newRoot?: string;
  /** Parsed by every parser, without effect. */
  readonly target?: string;
}

export const pivotRoot: Family<PivotRootRule> = {
  type: 'pivot_root',
  keywords: ['pivot_root'],
  order: 70,
  parse,
  print: ({ qualifiers, oldRoot, newRoot, target }) => ruleText(qualifiers, 'pivot_root', [
    conditionText('oldroot', oldRoot),
    newRoot === undefined ? undefined : mountWord(newRoot),
    target === undefined ? undefined : `-> ${mountWord(target)}`,
  ]),
  patterns: ({ oldRoot, newRoot }) => [oldRoot, newRoot].filter((word) => word !== undefined),
  unenforced: (_rule, has) => (has('mount') ? undefined : 'the features in force do not mediate pivot_root'),
  covers: (wide, narrow, patterns) => coversOptional(wide.oldRoot, narrow.oldRoot, patterns)
    && coversOptional(wide.newRoot, narrow.newRoot, patterns),
  fromAccess,
};

function parse(cursor: Cursor, qualifiers: Qualifiers): PivotRootRule {
  const conditions = [];
  while (nextPiece(cursor) === 'condition') {
    conditions.push(readCondition(cursor));
  }
  const values = conditionValues(cursor, conditions, { rule: 'pivot_root', known: ['oldroot'], repeated: ['oldroot'] });
  const newRoot = nextPiece(cursor) === 'word' ? readWord(cursor, 'pivot_root').text : undefined;
  let target: string | undefined;
  if (nextPiece(cursor) === 'arrow') {
    cursor.pos += 2;
    target = readWord(cursor, 'pivot_root').text;
  }
  endTail(cursor, 'pivot_root');
  return { type: 'pivot_root', qualifiers, oldRoot: values.oldroot?.[0], newRoot, target };
}

function fromAccess(access: Access): PivotRootRule | undefined {
  if (access.class !== 'mount' || access.operation !== 'pivot_root') {
    return undefined;
  }
  const pattern = (text: string | undefined) => (text === undefined ? undefined : literalPattern(text));
  return { type: 'pivot_root', qualifiers: NO_QUALIFIERS, oldRoot: pattern(access.source), newRoot: pattern(access.target) };
}
