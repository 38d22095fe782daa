import { CHAR, isBlank, isSpace } from './characters';
import type { Cursor } from './cursor';
import { quotedEnd, wordEnd } from './cursor';
import type { Abi, Alias, Include } from './tree';
import { atPath, isBarePath, readPath } from '../rules/path-word';

/** Whether an include comes next: `include` and a blank, or `#include` with anything but the end behind it. */
export function atInclude(cursor: Cursor): boolean {
  const { text, pos } = cursor;
  if (text.charCodeAt(pos) !== CHAR.HASH) {
    return isBlank(text.charCodeAt(pos + 'include'.length));
  }
  let at = pos + '#include'.length;
  while (isSpace(text.charCodeAt(at))) {
    at++;
  }
  return at < text.length;
}

/** Reads an include. Behind `#include` even a line end is only a blank, as the real parser has it. */
export function parseInclude(cursor: Cursor): Include {
  cursor.pos += cursor.code() === CHAR.HASH ? '#include'.length : 'include'.length;
  cursor.skipBlanks();
  const sameLine = cursor.code() !== CHAR.LF && cursor.code() !== CHAR.CR;
  cursor.skipSpace();
  const condition = /if[ \t]+exists[ \t]+/y;
  condition.lastIndex = cursor.pos;
  const ifExists = sameLine && isSpace(cursor.code(-1)) && condition.test(cursor.text);
  cursor.pos = ifExists ? condition.lastIndex : cursor.pos;
  cursor.skipSpace();
  const start = cursor.pos;
  if (cursor.code() === CHAR.LESS) {
    const path = bracketed(cursor, 'include-syntax');
    return { type: 'include', path, magic: true, ifExists };
  }
  if (cursor.code() === CHAR.QUOTE) {
    return { type: 'include', path: cursor.quotedWord(), magic: false, ifExists };
  }
  const end = includeWordEnd(cursor.text, start);
  if (end === start) {
    cursor.fail({ code: 'include-syntax', message: `${cursor.found()} names no file to include`, help: 'write include <abstractions/base>' });
  }
  cursor.pos = end;
  return { type: 'include', path: cursor.text.slice(start, end), magic: false, ifExists };
}

function includeWordEnd(text: string, from: number): number {
  const most = wordEnd(text, from);
  let end = from;
  while (end < most && text[end] !== '<' && text[end] !== '>') {
    end++;
  }
  return end;
}

/** Reads `<…>`; blanks at its inside are no part of the name, quotes may be around it. */
function bracketed(cursor: Cursor, code: 'include-syntax' | 'abi-syntax'): string {
  const { text, pos } = cursor;
  const end = text.charCodeAt(pos + 1) === CHAR.QUOTE ? text.indexOf('>', Math.max(pos, quotedEnd(text, pos + 1))) : text.indexOf('>', pos);
  const line = text.indexOf('\n', pos);
  const inside = end === -1 || (line !== -1 && line < end) ? '' : text.slice(pos + 1, end).replace(/^[ \t]+|[ \t]+$/g, '');
  const name = /^"[^"]*"$/.test(inside) ? inside.slice(1, -1) : inside;
  if (name === '' || name.includes('"') || name.includes('<')) {
    const stop = line === -1 ? text.length : line;
    cursor.fail({ code, message: `"${text.slice(pos, Math.min(stop, pos + 40))}" is no file in angle brackets`, help: 'write <DIRECTORY/FILE>' }, pos, stop);
  }
  cursor.pos = end + 1;
  return name;
}

/** Reads `abi <path>,`. */
export function parseAbi(cursor: Cursor): Abi {
  cursor.pos += 'abi'.length;
  cursor.skipSpace();
  const magic = cursor.code() === CHAR.LESS;
  let path = '';
  if (magic) {
    path = bracketed(cursor, 'abi-syntax');
  } else if (cursor.code() === CHAR.QUOTE) {
    path = cursor.quotedWord();
  } else {
    const start = cursor.pos;
    cursor.pos = includeWordEnd(cursor.text, start);
    path = cursor.text.slice(start, cursor.pos);
  }
  if (path === '') {
    cursor.fail({ code: 'abi-syntax', message: 'the abi names no features file', help: 'write abi <abi/4.0>,' });
  }
  cursor.rejectGluedComma('abi');
  if (cursor.code() !== CHAR.COMMA) {
    cursor.fail({ code: 'abi-syntax', message: `${cursor.found()} stands where the comma of the abi is expected`, help: 'write abi <abi/4.0>,' });
  }
  cursor.pos++;
  return { type: 'abi', path, magic };
}

/** Reads `alias FROM -> TO,`. */
export function parseAlias(cursor: Cursor): Alias {
  cursor.pos += cursor.peekIdentifier().length;
  const from = aliasPath(cursor, 'the path to rewrite');
  if (!cursor.takeArrow()) {
    cursor.fail({ code: 'alias-syntax', message: `${cursor.found()} stands where "->" is expected`, help: 'write alias /from -> /to,' });
  }
  const to = cursor.word('the path to write');
  cursor.endRule('alias');
  return { type: 'alias', from, to };
}

function aliasPath(cursor: Cursor, what: string): string {
  cursor.skip();
  if (!atPath(cursor) && isBarePath(cursor, cursor.peekIdentifier())) {
    return readPath(cursor, what);
  }
  if (!atPath(cursor)) {
    cursor.fail({ code: 'alias-syntax', message: `${cursor.found()} stands where ${what} is expected`, help: 'a path starts with "/"' });
  }
  const path = cursor.word(what);
  if (/^@(?:\{\w+\}|\w+)$/.test(path) && !cursor.quoted) {
    cursor.report({ code: 'alias-syntax', message: `the variable "${path}" alone is no path to rewrite`, help: 'write its value' }, cursor.wordStart, cursor.pos);
  }
  return path;
}
