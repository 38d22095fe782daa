import { CHAR } from './characters';
import type { Cursor } from './cursor';
import type { ComparisonOperator, Condition, Operand } from './tree';
import { variableAt } from './variable-name';
import { decodeWord } from './words';

const OPERATORS: readonly ComparisonOperator[] = ['==', '!=', '>=', '<=', '>', '<'];
const DEEPEST = 200;

/** Reads an expression: `not` binds tightest, then comparisons of words, `and`, `or`; apparmor.d(5), "Conditionals". */
export function parseCondition(cursor: Cursor, depth = 0): Condition {
  let left = parseAnd(cursor, depth);
  while (takeWord(cursor, 'or')) {
    left = { type: 'or', left, right: parseAnd(cursor, depth) };
  }
  return left;
}

function parseAnd(cursor: Cursor, depth: number): Condition {
  let left = parseTerm(cursor, depth);
  while (takeWord(cursor, 'and')) {
    left = { type: 'and', left, right: parseTerm(cursor, depth) };
  }
  return left;
}

function parseTerm(cursor: Cursor, depth: number): Condition {
  if (depth > DEEPEST) {
    cursor.fail({ code: 'nesting-too-deep', message: `the condition is nested more than ${DEEPEST} deep`, help: 'split it' });
  }
  let nots = 0;
  while (takeWord(cursor, 'not')) {
    nots++;
  }
  let term = takeWord(cursor, 'defined') ? parseDefined(cursor) : parsePrimary(cursor, depth);
  for (; nots > 0 && nots % 2 === 1; nots--) {
    term = { type: 'not', operand: term };
  }
  return term;
}

function parsePrimary(cursor: Cursor, depth: number): Condition {
  const start = cursor.pos;
  if (cursor.code() === CHAR.OPEN_PAREN) {
    cursor.since('5.0', 'parentheses in conditions', '(');
    cursor.pos++;
    const inner = parseCondition(cursor, depth + 1);
    passBlanks(cursor);
    if (cursor.code() !== CHAR.CLOSE_PAREN) {
      expression(cursor, '")"');
    }
    cursor.pos++;
    return inner;
  }
  if (cursor.code() === CHAR.DOLLAR) {
    return { type: 'is', name: variable(cursor) };
  }
  const left = readOperand(cursor);
  const operator = readOperator(cursor);
  if (operator !== undefined) {
    cursor.since('5.0', 'comparisons', operator);
    return { type: 'compare', operator, left, right: readOperand(cursor) };
  }
  return literal(cursor, left, start);
}

function literal(cursor: Cursor, operand: Operand, start: number): Condition {
  const inBoolean = cursor.depth === 0;
  const word = 'word' in operand ? operand.word.toLowerCase() : undefined;
  if (word !== 'true' && word !== 'false') {
    const text = cursor.text.slice(start, cursor.pos).trim();
    const help = 'write true, false, $name, defined $name or a comparison';
    cursor.fail({ code: 'condition-syntax', message: `"${text}" is neither true nor false`, help }, start, cursor.pos);
  }
  if (!inBoolean) {
    cursor.since('5.0', 'true and false as conditions', word);
  }
  return { type: 'literal', value: word === 'true' };
}

function parseDefined(cursor: Cursor): Condition {
  passBlanks(cursor);
  const kind = cursor.code() === CHAR.AT ? 'set' : 'boolean';
  if (cursor.code() !== CHAR.AT && cursor.code() !== CHAR.DOLLAR) {
    expression(cursor, 'a variable');
  }
  return { type: 'defined', kind, name: variable(cursor) };
}

function variable(cursor: Cursor): string {
  const found = variableAt(cursor.text, cursor.pos);
  if (found === undefined) {
    expression(cursor, 'a variable');
  }
  cursor.pos = found.end;
  return found.name;
}

function readOperand(cursor: Cursor): Operand {
  passBlanks(cursor);
  if (cursor.code() === CHAR.AT) {
    return { variable: variable(cursor) };
  }
  if (cursor.code() === CHAR.QUOTE) {
    return { word: cursor.quotedWord() };
  }
  const match = /[^\s"!,=<>()$]+/y;
  match.lastIndex = cursor.pos;
  const [word] = match.exec(cursor.text) ?? [''];
  if (word === '' || word === '{') {
    expression(cursor, 'a condition');
  }
  cursor.pos += word.length;
  return { word: decodeWord(word) };
}

function readOperator(cursor: Cursor): ComparisonOperator | undefined {
  passBlanks(cursor);
  const operator = OPERATORS.find((text) => cursor.text.startsWith(text, cursor.pos));
  if (operator !== undefined) {
    cursor.pos += operator.length;
    return operator;
  }
  return takeWord(cursor, 'in') ? 'in' : undefined;
}

function takeWord(cursor: Cursor, word: string): boolean {
  passBlanks(cursor);
  if (!cursor.text.startsWith(word, cursor.pos) || !/[\s($@"]|^$/.test(cursor.text[cursor.pos + word.length] ?? '')) {
    return false;
  }
  if (word === 'and' || word === 'or') {
    cursor.since('5.0', `"${word}" in conditions`, word);
  }
  cursor.pos += word.length;
  return true;
}

/** A condition may span lines, but holds no comments. */
function passBlanks(cursor: Cursor): void {
  cursor.skipSpace();
}

function expression(cursor: Cursor, what: string): never {
  cursor.fail({ code: 'condition-syntax', message: `${cursor.found()} stands where ${what} is expected`, help: 'write if $name { … }, if defined @{name} { … } or a comparison' });
}
