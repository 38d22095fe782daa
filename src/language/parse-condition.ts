import { CHAR, endsWord, isSpace } from './characters';
import { type Cursor, wordEnd } from './cursor';
import type { ComparisonOperator, Condition, Operand } from './tree';
import { variableAt } from './variable-name';
import { decodeWord } from './words';

const OPERATORS: readonly ComparisonOperator[] = ['==', '!=', '>=', '<=', '>', '<'];
const KEYWORDS: ReadonlySet<string> = new Set(['and', 'or', 'not', 'defined', 'in']);
const DEEPEST = 200;

/**
 * Reads the condition of an `if`: `not` binds tightest, then comparisons of words, `and`, `or`; apparmor.d(5),
 * "Conditionals". Parsers before 5.0 know `not`, `defined` and booleans only.
 */
export function parseCondition(cursor: Cursor): Condition {
  if (cursor.atLeast('5.0')) {
    return new Expression(cursor, false).parse();
  }
  const start = cursor.pos;
  const condition = parseOldCondition(cursor);
  cursor.skip();
  if (condition !== undefined && cursor.code() === CHAR.OPEN_BRACE) {
    return condition;
  }
  cursor.pos = start;
  const newer = new Expression(cursor, false).parse();
  cursor.since('5.0', 'such conditions', cursor.text.slice(start, cursor.pos).trim());
  return newer;
}

/** Reads the value of a boolean, `true` or `false`, since 5.0 any condition. */
export function parseBooleanValue(cursor: Cursor): Condition {
  cursor.skipContinued();
  if (cursor.atLeast('5.0')) {
    if (isSpace(cursor.code()) && gluedLiteral(cursor)) {
      cursor.skip();
      const literal = cursor.peekIdentifier();
      cursor.pos += literal.length;
      return { type: 'literal', value: literal.toLowerCase() === 'true' };
    }
    return new Expression(cursor, true).parse();
  }
  const start = cursor.pos;
  const word = isSpace(cursor.code()) ? '' : cursor.word('true or false').toLowerCase();
  if (word === 'true' || word === 'false') {
    return { type: 'literal', value: word === 'true' };
  }
  cursor.pos = start;
  const newer = new Expression(cursor, true).parse();
  cursor.since('5.0', 'conditions as the value of a boolean', cursor.text.slice(start, cursor.pos).trim());
  return newer;
}

/** On a line of its own the word ends with its letters, and the next assignment may touch it. */
function gluedLiteral(cursor: Cursor): boolean {
  const literal = /\s+(?:true|false)(?=[$@/])/iy;
  literal.lastIndex = cursor.pos;
  return literal.test(cursor.text);
}

/** `[not …] $name` and `[not …] defined …`; undefined where something else stands. */
function parseOldCondition(cursor: Cursor): Condition | undefined {
  let negated = false;
  while (cursor.takeKeyword('not')) {
    negated = !negated;
  }
  const defined = cursor.takeKeyword('defined');
  cursor.skip();
  const isSet = cursor.code() === CHAR.AT;
  const found = (isSet && defined) || cursor.code() === CHAR.DOLLAR ? variableAt(cursor.text, cursor.pos) : undefined;
  if (found === undefined || (isSet && isPath(cursor.text, cursor.pos, found.end))) {
    return undefined;
  }
  cursor.pos = found.end;
  const { name } = found;
  const operand: Condition = defined ? { type: 'defined', kind: isSet ? 'set' : 'boolean', name } : { type: 'is', name };
  return negated ? { type: 'not', operand } : operand;
}

/** Whether a set variable is the beginning of a longer word. */
function isPath(text: string, start: number, end: number): boolean {
  return wordEnd(text, start) > end && text[end] !== '=' && text[end] !== '+';
}

/** The end of the word of an expression: only paths may hold `=`, `)` and escapes, and no word begins with `(`, `+` or a comma. */
export function expressionWordEnd(text: string, start: number): number {
  const most = wordEnd(text, start);
  const variable = text[start] === '@' ? variableAt(text, start) : undefined;
  if (text[start] === '/' || (variable !== undefined && isPath(text, start, variable.end))) {
    return most;
  }
  let end = start;
  while (end < most && !'=)'.includes(text[end]) && !(end === start && '(+,'.includes(text[end]))) {
    const [blank, colon] = [endsWord(text.charCodeAt(end)), text[end] === ':'];
    if ((blank && text[end] !== ',') || (colon && (text[end + 1] === '=' || endsWord(text.charCodeAt(end + 1))))) {
      break;
    }
    end++;
  }
  return end;
}

/** An expression as the newest parser reads it. */
class Expression {
  constructor(private readonly cursor: Cursor, private readonly assigned: boolean) {}

  parse(depth = 0): Condition {
    let left = this.parseAnd(depth);
    while (this.takeWord('or')) {
      left = { type: 'or', left, right: this.parseAnd(depth) };
    }
    return left;
  }

  private parseAnd(depth: number): Condition {
    let left = this.parseTerm(depth);
    while (this.takeWord('and')) {
      left = { type: 'and', left, right: this.parseTerm(depth) };
    }
    return left;
  }

  private parseTerm(depth: number): Condition {
    if (depth > DEEPEST) {
      this.cursor.fail({ code: 'nesting-too-deep', message: `the condition is nested more than ${DEEPEST} deep`, help: 'split it' });
    }
    let negated = false;
    while (this.takeWord('not')) {
      negated = !negated;
    }
    const term = this.takeWord('defined') ? this.parseDefined() : this.parsePrimary(depth);
    return negated ? { type: 'not', operand: term } : term;
  }

  private parsePrimary(depth: number): Condition {
    const { cursor } = this;
    if (cursor.code() === CHAR.OPEN_PAREN) {
      return this.parseGroup(depth);
    }
    const start = cursor.pos;
    if (cursor.code() === CHAR.DOLLAR && variableAt(cursor.text, start)?.end === expressionWordEnd(cursor.text, start)) {
      return { type: 'is', name: this.variable() };
    }
    const left = this.readOperand();
    const operator = this.readOperator();
    return operator === undefined ? this.literal(left, start) : { type: 'compare', operator, left, right: this.readOperand() };
  }

  private parseGroup(depth: number): Condition {
    const { cursor } = this;
    const start = cursor.pos++;
    const inner = this.parse(depth + 1);
    this.passBlanks();
    if (cursor.code() !== CHAR.CLOSE_PAREN || (this.assigned && cursor.text.slice(start, cursor.pos).includes('\n'))) {
      this.fail('")"');
    }
    cursor.pos++;
    return inner;
  }

  private literal(operand: Operand, start: number): Condition {
    const word = 'word' in operand ? operand.word.toLowerCase() : undefined;
    if (word !== 'true' && word !== 'false') {
      const text = this.cursor.text.slice(start, this.cursor.pos).trim();
      const help = 'write true, false, $name, defined $name or a comparison; words and signs are separated by blanks';
      this.cursor.fail({ code: 'condition-syntax', message: `"${text}" is neither true nor false`, help }, start, this.cursor.pos);
    }
    return { type: 'literal', value: word === 'true' };
  }

  private parseDefined(): Condition {
    this.passBlanks();
    const kind = this.cursor.code() === CHAR.AT ? 'set' : 'boolean';
    return { type: 'defined', kind, name: this.variable() };
  }

  /** A variable that is a word of its own. */
  private variable(): string {
    const { text, pos } = this.cursor;
    const found = text[pos] === '@' || text[pos] === '$' ? variableAt(text, pos) : undefined;
    if (found === undefined || found.end !== expressionWordEnd(text, pos)) {
      this.fail('a variable');
    }
    this.cursor.pos = found.end;
    return found.name;
  }

  private readOperand(): Operand {
    this.passBlanks();
    const { text, pos } = this.cursor;
    if (text[pos] === '"') {
      return { word: this.cursor.quotedWord() };
    }
    const end = expressionWordEnd(text, pos);
    const word = text.slice(pos, end);
    if (word === '' || word === '{' || KEYWORDS.has(word) || OPERATORS.includes(word as ComparisonOperator)) {
      this.fail('a condition');
    }
    const variable = text[pos] === '@' || text[pos] === '$' ? variableAt(text, pos) : undefined;
    if (variable?.end === end && text[pos] === '$') {
      this.fail('a word or a set variable');
    }
    this.cursor.pos = end;
    return variable?.end === end ? { variable: variable.name } : { word: decodeWord(word) };
  }

  private readOperator(): ComparisonOperator | undefined {
    this.passBlanks();
    const { text, pos } = this.cursor;
    const operator = OPERATORS.find((sign) => text.startsWith(sign, pos));
    if (operator !== undefined && (operator.length === 2 || expressionWordEnd(text, pos) === pos + 1)) {
      this.cursor.pos += operator.length;
      return operator;
    }
    return this.takeWord('in') ? 'in' : undefined;
  }

  private takeWord(word: string): boolean {
    this.passBlanks();
    const { text, pos } = this.cursor;
    if (!text.startsWith(word, pos) || expressionWordEnd(text, pos) !== pos + word.length) {
      return false;
    }
    this.cursor.pos += word.length;
    return true;
  }

  /** A condition may span lines; only behind an assignment it may hold comments. */
  private passBlanks(): void {
    if (this.assigned) {
      this.cursor.skip();
    } else {
      this.cursor.skipSpace();
    }
  }

  private fail(what: string): never {
    const help = 'write if $name { … }, if defined @{name} { … } or a comparison';
    this.cursor.fail({ code: 'condition-syntax', message: `${this.cursor.found()} stands where ${what} is expected`, help });
  }
}
