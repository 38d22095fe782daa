import { CHAR, endsWord, isBlank, isIdentifierPart, isLetter } from './characters';
import { type Cursor, wordEnd } from './cursor';
import { decodeWord } from './words';

/** `name=value`, `name=(value …)` or `name in (value …)`. */
export interface RuleCondition {
  readonly name: string;
  readonly operator: '=' | 'in' | ':=';
  readonly values: readonly string[];
  readonly start: number;
  readonly end: number;
}

/** The words, lists and conditions that follow the keyword of a rule, in the order in which they may stand. */
export interface RuleTail {
  /** `(a, b)` right behind the keyword. */
  readonly list?: readonly string[];
  /** Bare words before the conditions. */
  readonly words: readonly Word[];
  readonly conditions: readonly RuleCondition[];
  /** What stands in `peer=(…)`. */
  readonly peer?: readonly RuleCondition[];
  /** The bare word behind the conditions. */
  readonly last?: Word;
}

export interface Word {
  readonly text: string;
  readonly quoted: boolean;
  readonly start: number;
  readonly end: number;
}

/** What kind of piece comes next in the tail of a rule. */
export type NextPiece = 'end' | 'arrow' | 'list' | 'condition' | 'peer' | 'word' | 'other';

/** Looks at what comes next, without passing it. */
export function nextPiece(cursor: Cursor): NextPiece {
  cursor.skipSpace();
  const code = cursor.code();
  if (code === CHAR.COMMA) {
    return 'end';
  }
  if (code === CHAR.OPEN_PAREN) {
    return 'list';
  }
  if (code === CHAR.MINUS && cursor.code(1) === CHAR.GREATER && wordEnd(cursor.text, cursor.pos) === cursor.pos + 2) {
    return 'arrow';
  }
  if (isLetter(code)) {
    const kind = conditionAhead(cursor);
    if (kind !== undefined) {
      return kind;
    }
  }
  return code === CHAR.QUOTE || (code === code && !endsWord(code)) ? 'word' : 'other';
}

function conditionAhead(cursor: Cursor): 'condition' | 'peer' | undefined {
  const { text } = cursor;
  let at = cursor.pos;
  while (isIdentifierPart(text.charCodeAt(at))) {
    at++;
  }
  const name = text.slice(cursor.pos, at);
  at = passBlanks(text, at);
  if (text.charCodeAt(at) === CHAR.EQUALS) {
    return name === 'peer' && text.charCodeAt(passBlanks(text, at + 1)) === CHAR.OPEN_PAREN ? 'peer' : 'condition';
  }
  const spelled = text.startsWith('in', at) && isBlank(text.charCodeAt(at - 1));
  return spelled && text.charCodeAt(passBlanks(text, at + 2)) === CHAR.OPEN_PAREN ? 'condition' : undefined;
}

function passBlanks(text: string, from: number): number {
  let at = from;
  while (isBlank(text.charCodeAt(at))) {
    at++;
  }
  return at;
}

/** Reads the condition that comes next. */
export function readCondition(cursor: Cursor): RuleCondition {
  const start = cursor.pos;
  const name = cursor.peekIdentifier();
  cursor.pos += name.length;
  cursor.skipBlanks();
  const operator = cursor.code() === CHAR.EQUALS ? '=' : 'in';
  cursor.pos += operator.length;
  cursor.skipBlanks();
  const sameLine = cursor.pos;
  cursor.skipSpace();
  const list = cursor.code() === CHAR.OPEN_PAREN;
  if (!list && cursor.pos !== sameLine) {
    const help = `write the value behind ${name}=`;
    cursor.fail({ code: 'condition-value', message: `the value of ${name} stands on another line`, help }, start, sameLine);
  }
  const values = list ? readFullList(cursor, name) : [cursor.word(`the value of ${name}`)];
  return { name, operator, values, start, end: cursor.pos };
}

function readFullList(cursor: Cursor, name: string): string[] {
  const start = cursor.pos;
  const values = readList(cursor);
  if (values.length === 0) {
    cursor.fail({ code: 'condition-value', message: `the list of ${name} is empty`, help: 'name a value or leave the condition out' }, start, cursor.pos);
  }
  return values;
}

/** Reads `(a, b c)`; commas are optional. */
export function readList(cursor: Cursor): string[] {
  const start = cursor.pos++;
  const values: string[] = [];
  for (;;) {
    passSeparators(cursor);
    const code = cursor.code();
    if (code === CHAR.CLOSE_PAREN) {
      cursor.pos++;
      return values;
    }
    values.push(listWord(cursor, start));
  }
}

function passSeparators(cursor: Cursor): void {
  cursor.skipSpace();
  while (cursor.code() === CHAR.COMMA) {
    cursor.pos++;
    cursor.skipSpace();
  }
}

/** A word inside parentheses: also ends at a parenthesis. */
function listWord(cursor: Cursor, open: number, alsoAt = ''): string {
  if (cursor.code() === CHAR.QUOTE) {
    return cursor.quotedWord();
  }
  const most = wordEnd(cursor.text, cursor.pos);
  let end = cursor.pos;
  while (end < most && !'(),'.includes(cursor.text[end]) && !alsoAt.includes(cursor.text[end])) {
    end += cursor.text[end] === '\\' && end + 1 < most ? 2 : 1;
  }
  if (end === cursor.pos) {
    cursor.fail(cursor.done
      ? { code: 'syntax', message: 'the list is not closed', help: 'write ")" behind its last word' }
      : { code: 'syntax', message: `${cursor.found()} does not belong into a list` }, cursor.done ? open : cursor.pos);
  }
  const raw = cursor.text.slice(cursor.pos, end);
  cursor.wordStart = cursor.pos;
  cursor.quoted = false;
  cursor.pos = end;
  return decodeWord(raw);
}

/** Reads `(name=value, name …)`, as behind `peer=` and `xattrs=`; a name without a value gets no values. */
export function readConditionList(cursor: Cursor): RuleCondition[] {
  const open = cursor.pos++;
  const conditions: RuleCondition[] = [];
  for (;;) {
    passSeparators(cursor);
    if (cursor.code() === CHAR.CLOSE_PAREN) {
      cursor.pos++;
      return conditions;
    }
    conditions.push(listedCondition(cursor, open));
  }
}

function listedCondition(cursor: Cursor, open: number): RuleCondition {
  const start = cursor.pos;
  rejectQuote(cursor);
  const name = listWord(cursor, open, '=');
  const colon = name.endsWith(':') && cursor.code() === CHAR.EQUALS;
  if (colon) {
    cursor.pos--;
  } else if (name.endsWith(':') && cursor.atLeast('5.0')) {
    cursor.fail({ code: 'syntax', message: `"${name}" does not stand here`, help: 'write NAME=VALUE' }, start);
  }
  cursor.skipSpace();
  const override = cursor.text.startsWith(':=', cursor.pos);
  if (!override && cursor.code() !== CHAR.EQUALS) {
    return { name, operator: '=', values: [], start, end: cursor.pos };
  }
  cursor.pos += override ? 2 : 1;
  cursor.skipSpace();
  if (cursor.text.startsWith('""', cursor.pos)) {
    rejectQuote(cursor);
  }
  const values = cursor.code() === CHAR.OPEN_PAREN ? readSingle(cursor, name) : [listWord(cursor, open)];
  return { name: colon ? name.slice(0, -1) : name, operator: override ? ':=' : '=', values, start, end: cursor.pos };
}

/** Within a list a value may stand in parentheses, alone. */
function readSingle(cursor: Cursor, name: string): string[] {
  const start = cursor.pos;
  const values = readList(cursor);
  if (values.length !== 1 || cursor.text.slice(start, cursor.pos).includes(',')) {
    cursor.fail({ code: 'condition-value', message: `"${name}" takes one value, not a list`, help: `write ${name}=VALUE` }, start, cursor.pos);
  }
  return values;
}

/** Names are not quoted in such lists, and values are not empty. */
function rejectQuote(cursor: Cursor): void {
  if (cursor.code() === CHAR.QUOTE) {
    cursor.fail({ code: 'syntax', message: `${cursor.found()} does not stand here`, help: 'write NAME=VALUE' });
  }
}

/** What the tail of a rule may hold, in this order: a list or words, conditions, `peer=(…)`, a last word. */
export interface TailShape {
  /** The rule, as messages name it. */
  readonly rule: string;
  /** Most words that may stand before the conditions; none where a list stands there. */
  readonly words: number;
  /** Whether a word may stand before the conditions; any, where this is absent. */
  readonly wordFits?: (word: string) => boolean;
  /** Whether words may follow a list. */
  readonly wordsAfterList?: boolean;
  /** Whether `peer=(…)` is known. */
  readonly peer?: boolean;
  /** Whether a word may stand behind the conditions. */
  readonly last?: boolean;
}

/** Reads the tail of a rule up to and including its comma. */
export function readTail(cursor: Cursor, shape: TailShape): RuleTail {
  const list = nextPiece(cursor) === 'list' ? readList(cursor) : undefined;
  const words = list === undefined || shape.wordsAfterList === true ? leadingWords(cursor, shape) : [];
  const conditions: RuleCondition[] = [];
  while (nextPiece(cursor) === 'condition') {
    conditions.push(readCondition(cursor));
  }
  const peer = shape.peer === true && nextPiece(cursor) === 'peer' ? readPeer(cursor) : undefined;
  const last = shape.last === true && nextPiece(cursor) === 'word' ? readWord(cursor, shape.rule) : undefined;
  endTail(cursor, shape.rule);
  return { list, words, conditions, peer, last };
}

function leadingWords(cursor: Cursor, { rule, words: most, wordFits }: TailShape): Word[] {
  const words: Word[] = [];
  while (words.length < most && nextPiece(cursor) === 'word') {
    const before = cursor.pos;
    const word = readWord(cursor, rule);
    if (wordFits !== undefined && (word.quoted || !wordFits(word.text))) {
      cursor.pos = before;
      break;
    }
    words.push(word);
  }
  return words;
}

/** Passes the comma behind the tail of a rule; what else stands there is a fault. */
export function endTail(cursor: Cursor, rule: string): void {
  const piece = nextPiece(cursor);
  if (piece === 'list') {
    cursor.fail({ code: 'syntax', message: `a list does not stand here in a ${rule} rule`, help: `write ${rule} (…) with the list first` });
  }
  if (piece === 'peer' || piece === 'condition') {
    const name = cursor.peekIdentifier();
    const help = 'conditions stand behind the accesses and before peer=(…)';
    cursor.fail({ code: 'unknown-condition', message: `${name}= does not stand here in a ${rule} rule`, help }, cursor.pos, cursor.pos + name.length);
  }
  if (piece === 'word' && !atNextRule(cursor)) {
    const message = `${cursor.found()} does not belong into the ${rule} rule`;
    cursor.fail({ code: 'unknown-access', message, help: 'several accesses stand in parentheses, a rule ends in a comma' });
  }
  cursor.endRule(rule);
}

/** Whether the next word stands on a line of its own: most likely the comma was forgotten. */
function atNextRule(cursor: Cursor): boolean {
  let at = cursor.pos - 1;
  while (isBlank(cursor.text.charCodeAt(at))) {
    at--;
  }
  return cursor.text.charCodeAt(at) === CHAR.LF;
}

function readPeer(cursor: Cursor): RuleCondition[] {
  cursor.pos = cursor.text.indexOf('(', cursor.pos);
  return readConditionList(cursor);
}

/** Reads a bare word of a rule's tail. */
export function readWord(cursor: Cursor, rule: string): Word {
  const text = cursor.word(`a word of the ${rule} rule`);
  const { wordStart: start, pos: end, quoted } = cursor;
  const stray = quoted || rule === 'change_profile' || /^[/@:]/.test(text) ? -1 : cursor.text.slice(start, end).search(/^\+|[=)]/);
  if (stray !== -1) {
    const message = `"${cursor.text[start + stray]}" does not stand here in a ${rule} rule`;
    cursor.fail({ code: 'syntax', message, help: 'lists stand in parentheses behind NAME= or "NAME in"' }, start + stray, start + stray + 1);
  }
  return { text, quoted, start, end };
}
