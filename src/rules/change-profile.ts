import type { Access } from './access';
import { coversOptional } from './pattern-relation';
import { ruleText } from './printing';
import { type Family, NO_QUALIFIERS, type Qualifiers, type QualifiedRule } from './rule';
import { endsWord } from '../language/characters';
import { endTail, nextPiece, readWord } from '../language/conditions';
import type { Cursor } from '../language/cursor';
import { literalPattern, printWord } from '../language/words';

/** `change_profile [[safe|unsafe] EXEC] [-> TARGET],` */
export interface ChangeProfileRule extends QualifiedRule {
  readonly type: 'change_profile';
  readonly mode?: 'safe' | 'unsafe';
  readonly exec?: string;
  /** Pattern over profile names; absent: all. */
  readonly target?: string;
}

export const changeProfile: Family<ChangeProfileRule> = {
  type: 'change_profile',
  keywords: ['change_profile'],
  order: 140,
  parse,
  print: ({ qualifiers, mode, exec, target }) => ruleText(qualifiers, 'change_profile', [
    mode, exec === undefined ? undefined : printWord(exec), target === undefined ? undefined : `-> ${printWord(target)}`,
  ]),
  patterns: ({ exec, target }) => [exec, target].filter((word) => word !== undefined),
  covers: (wide, narrow, patterns) => (wide.exec === undefined || (wide.mode === narrow.mode && coversOptional(wide.exec, narrow.exec, patterns)))
    && coversOptional(wide.target, narrow.target, patterns),
  fromAccess,
};

function parse(cursor: Cursor, qualifiers: Qualifiers): ChangeProfileRule {
  cursor.skipSpace();
  const word = cursor.peekIdentifier();
  const mode = (word === 'safe' || word === 'unsafe') && !(cursor.code(word.length) >= 0 && !endsWord(cursor.code(word.length))) ? word : undefined;
  cursor.pos += mode?.length ?? 0;
  const exec = nextPiece(cursor) === 'word' ? readExec(cursor) : undefined;
  if (mode !== undefined && exec === undefined) {
    cursor.report({ code: 'change-profile-exec', message: `"${mode}" needs the program whose start changes the profile`, help: `write change_profile ${mode} /program -> …` });
  }
  let target: string | undefined;
  if (nextPiece(cursor) === 'arrow') {
    cursor.pos += 2;
    target = readWord(cursor, 'change_profile').text;
  }
  cursor.rejectGluedComma('change_profile');
  endTail(cursor, 'change_profile');
  return { type: 'change_profile', qualifiers, mode, exec, target };
}

function readExec(cursor: Cursor): string {
  const { text, start, end } = readWord(cursor, 'change_profile');
  if (!text.startsWith('/') && !text.startsWith('@{')) {
    cursor.report({ code: 'change-profile-exec', message: `"${text}" is no program path`, help: 'write change_profile -> PROFILE, or a path that starts with "/"' }, start, end);
  }
  return text;
}

function fromAccess(access: Access): ChangeProfileRule | undefined {
  if (access.class !== 'change_profile') {
    return undefined;
  }
  const exec = access.exec === undefined ? undefined : literalPattern(access.exec);
  return { type: 'change_profile', qualifiers: NO_QUALIFIERS, exec, target: literalPattern(access.target) };
}
