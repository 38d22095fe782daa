import { CHAR, isDigit } from './characters';
import type { Cursor } from './cursor';
import { isLaterKeyword } from './keywords';
import { beginsFileRule } from '../rules/path-word';
import { NO_QUALIFIERS, type Qualifiers } from '../rules/rule';

/** Place of each qualifier in the fixed order. */
const RANK: Readonly<Record<string, number>> = { priority: 0, audit: 1, allow: 2, deny: 2, prompt: 2, owner: 3, other: 3, user: 3 };

/** Reads the qualifiers that come next and passes the blanks behind them. */
export function readQualifiers(cursor: Cursor): Qualifiers {
  let qualifiers: Qualifiers = NO_QUALIFIERS;
  let rank = -1;
  for (;;) {
    const start = cursor.pos;
    const word = cursor.peekIdentifier();
    if (!Object.hasOwn(RANK, word) || (word === 'priority' && !cursor.atLeast('4.1')) || (isLaterKeyword(word, cursor.generation) && beginsFileRule(cursor, word))) {
      return qualifiers;
    }
    cursor.pos += word.length;
    const value = word === 'priority' ? readPriority(cursor) : undefined;
    if (RANK[word] <= rank) {
      const help = 'the order is: priority=N, audit, allow or deny or prompt, owner or other';
      cursor.report({ code: 'qualifier-order', message: `"${word}" stands behind a qualifier that follows it`, help }, start, cursor.pos);
    }
    rank = Math.max(rank, RANK[word]);
    if (word === 'prompt') {
      cursor.since('4.1', 'the qualifier prompt', 'prompt');
    }
    qualifiers = { ...qualifiers, ...qualifier(word, value) };
    cursor.skip();
  }
}

function qualifier(word: string, priority: number | undefined): Qualifiers {
  switch (word) {
    case 'priority':
      return { priority };
    case 'audit':
      return { audit: true };
    case 'allow':
    case 'deny':
    case 'prompt':
      return { access: word };
    default:
      return { owner: word === 'other' ? 'other' : 'owner' };
  }
}

function readPriority(cursor: Cursor): number {
  cursor.skipBlanks();
  if (cursor.code() !== CHAR.EQUALS) {
    cursor.fail({ code: 'syntax', message: `${cursor.found()} stands where "=" is expected`, help: 'write priority=N' });
  }
  cursor.pos++;
  cursor.skipBlanks();
  const start = cursor.pos;
  if (cursor.code() === CHAR.PLUS || cursor.code() === CHAR.MINUS) {
    cursor.pos++;
  }
  while (isDigit(cursor.code())) {
    cursor.pos++;
  }
  const text = cursor.text.slice(start, cursor.pos);
  const value = Number(text === '' ? NaN : text);
  if (!(Math.abs(value) <= 1000)) {
    cursor.report({ code: 'priority-range', message: `the priority ${text === '' ? cursor.found() : text} is no number from -1000 to 1000`, help: 'write priority=N' },
      start, Math.max(start + 1, cursor.pos));
    return 0;
  }
  return value;
}
