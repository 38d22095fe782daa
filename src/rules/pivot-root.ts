import type { Access } from './access';
import { readPath } from './path-word';
import { coversOptional } from './pattern-relation';
import { conditionText, mountWord, ruleText } from './printing';
import { type Family, NO_QUALIFIERS, type Qualifiers, type QualifiedRule } from './rule';
import { CHAR } from '../language/characters';
import { nextPiece, readCondition } from '../language/conditions';
import type { Cursor } from '../language/cursor';
import { literalPattern } from '../language/words';

/** `pivot_root [oldroot=PATH] [NEWROOT] [-> PROFILE],` */
export interface PivotRootRule extends QualifiedRule {
  readonly type: 'pivot_root';
  /** Where the old root is put; of several only the last counts. */
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
  const oldRoot = readOldRoot(cursor);
  const newRoot = cursor.code() === CHAR.COMMA || atArrow(cursor) ? undefined : readNewRoot(cursor);
  const target = cursor.takeArrow() ? cursor.word('the target of pivot_root') : undefined;
  cursor.endRule('pivot_root');
  return { type: 'pivot_root', qualifiers, oldRoot, newRoot, target };
}

/** Of several conditions the real parser looks at the last, and of a list at its first word. */
function readOldRoot(cursor: Cursor): string | undefined {
  const conditions = [];
  for (cursor.skip(); nextPiece(cursor) === 'condition'; cursor.skip()) {
    conditions.push(readCondition(cursor));
  }
  for (const [at, { name, values, start, end }] of conditions.entries()) {
    const counts = at === conditions.length - 1;
    if (name !== 'oldroot' && counts) {
      cursor.report({ code: 'unknown-condition', message: `a pivot_root rule does not know the condition "${name}"`, help: 'it knows oldroot' }, start, end);
    } else if (!counts || values.length > 1) {
      const message = counts ? 'only the first value of oldroot counts' : 'only the last condition of a pivot_root rule counts';
      cursor.report({ code: 'rule-dropped', severity: 'warning', message, help: 'write one rule for each' }, start, end);
    }
  }
  return conditions.at(-1)?.values[0];
}

/** A path, as in file rules; a variable alone is none here. */
function readNewRoot(cursor: Cursor): string {
  const path = readPath(cursor, 'the new root');
  if (/^@(?:\{\w+\}|\w+)$/.test(path) && !cursor.quoted) {
    const help = 'write a path around it, such as @{run}/new/';
    cursor.report({ code: 'path-syntax', message: `the variable "${path}" alone is no new root`, help }, cursor.wordStart, cursor.pos);
  }
  return path;
}

function atArrow(cursor: Cursor): boolean {
  return cursor.code() === CHAR.MINUS && cursor.code(1) === CHAR.GREATER;
}

function fromAccess(access: Access): PivotRootRule | undefined {
  if (access.class !== 'mount' || access.operation !== 'pivot_root') {
    return undefined;
  }
  const pattern = (text: string | undefined) => (text === undefined ? undefined : literalPattern(text));
  return { type: 'pivot_root', qualifiers: NO_QUALIFIERS, oldRoot: pattern(access.source), newRoot: pattern(access.target) };
}
