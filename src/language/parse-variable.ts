import { CHAR, endsWord, isSpace } from './characters';
import type { Cursor } from './cursor';
import { parseBooleanValue } from './parse-condition';
import type { AssignmentOperator, BooleanVariable, Variable } from './tree';
import { variableAt } from './variable-name';

/** Reads `@{name} = values`; undefined if what begins with `@` is a path. Bad names are faults only where they are assigned. */
export function parseVariable(cursor: Cursor): Variable | undefined {
  const variable = variableAt(cursor.text, cursor.pos);
  const end = variable?.end;
  const operator = end === undefined ? undefined : operatorAt(cursor.text, end, end + 1);
  if (variable === undefined || end === undefined || operator === undefined) {
    checkName(cursor);
    return undefined;
  }
  cursor.pos = passSpace(cursor.text, end) + operator.length;
  since5(cursor, operator);
  const values = readValues(cursor, variable.name);
  return { type: 'variable', name: variable.name, operator, values };
}

function since5(cursor: Cursor, operator: AssignmentOperator): void {
  if (operator === '?=' || operator === ':=') {
    cursor.since('5.0', `the assignment ${operator}`, operator);
  }
}

/** Behind the name of a set variable `:=` needs a blank, else it is part of a word. */
function operatorAt(text: string, from: number, override: number): AssignmentOperator | undefined {
  const at = passSpace(text, from);
  const two = text.slice(at, at + 2);
  if (two === '+=' || two === '?=' || (two === ':=' && at >= override)) {
    return two;
  }
  return text[at] === '=' ? '=' : undefined;
}

/** Passes blanks, line ends and, behind them, comments. */
function passSpace(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at)) || (text[at] === '#' && at > from)) {
    at = text[at] === '#' ? text.indexOf('\n', at) : at + 1;
    if (at === -1) {
      return text.length;
    }
  }
  return at;
}

function checkName(cursor: Cursor): void {
  const match = /^@\{?[^}\s=]{0,100}\}?[ \t]*[+?:]?=/.exec(cursor.text.slice(cursor.pos, cursor.pos + 120));
  if (match !== null && variableAt(cursor.text, cursor.pos) === undefined) {
    const help = 'write @{name}: a letter, then letters, digits and underscores';
    cursor.fail({ code: 'variable-syntax', message: `"${match[0].replace(/[ \t]*[+?:]?=$/, '')}" is no variable`, help }, cursor.pos, cursor.pos + match[0].length);
  }
}

/** The values up to the end of the line; a backslash at the end of a line goes on with the next. */
function readValues(cursor: Cursor, name: string): string[] {
  const values: string[] = [];
  const start = cursor.pos;
  while (!atLineEnd(cursor)) {
    if (cursor.code() === CHAR.COMMA && endsWord(cursor.code(1) || CHAR.LF)) {
      cursor.fail({ code: 'variable-value', message: 'an assignment takes no comma', help: 'separate values by blanks and end with the line' }, cursor.pos, cursor.pos + 1);
    }
    if (cursor.code() === CHAR.BANG) {
      cursor.fail({ code: 'variable-value', message: '"!" cannot stand in a value', help: 'quote the value' }, cursor.pos, cursor.pos + 1);
    }
    values.push(cursor.word('a value'));
  }
  if (values.length === 0) {
    const help = 'write at least one value; "" is the empty one';
    cursor.fail({ code: 'variable-value', message: `@{${name}} is assigned no value`, help }, start, Math.max(start + 1, cursor.pos));
  }
  return values;
}

/** Passes blanks and line continuations. @returns whether the line ends here, or its rest is a comment */
function atLineEnd(cursor: Cursor): boolean {
  cursor.skipContinued();
  return atEndOfLine(cursor);
}

/** Reads `${name} = condition`. */
export function parseBoolean(cursor: Cursor): BooleanVariable {
  const variable = variableAt(cursor.text, cursor.pos);
  const operator = variable === undefined ? undefined : operatorAt(cursor.text, variable.end, variable.end);
  const at = variable === undefined ? 0 : passSpace(cursor.text, variable.end);
  if (variable === undefined || operator === undefined || (cursor.atLeast('5.0') && cursor.text.slice(variable.end, at).includes('\n'))) {
    cursor.fail({ code: 'variable-syntax', message: `${cursor.found()} is no assignment of a boolean`, help: 'write ${name} = true or ${name} = false' });
  }
  cursor.pos = at + operator.length;
  since5(cursor, operator);
  if (operator === '+=') {
    cursor.report({ code: 'variable-value', message: 'nothing can be added to a boolean', help: 'assign it once with =' }, cursor.pos - 2, cursor.pos);
  }
  const value = parseBooleanValue(cursor);
  while (isSpace(cursor.code(-1))) {
    cursor.pos--;
  }
  const end = cursor.pos;
  cursor.skipBlanks();
  if (!atEndOfLine(cursor) && !(cursor.atLeast('5.0') && cursor.text.slice(at, end).includes('\n') && cursor.pos === end)) {
    cursor.fail({ code: 'variable-value', message: `${cursor.found()} stands behind the value of $${variable.name}`, help: 'end the line there' });
  }
  cursor.pos = end;
  return { type: 'boolean', name: variable.name, operator, value };
}

/** Whether the line ends here, or its rest is a comment. Parser 3.0 knows no comments in assignments. */
function atEndOfLine(cursor: Cursor): boolean {
  const code = cursor.code();
  return cursor.done || code === CHAR.LF || (code === CHAR.HASH && cursor.atLeast('4.1')) || (code === CHAR.CR && cursor.code(1) === CHAR.LF);
}
