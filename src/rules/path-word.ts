import { isPermissionWord } from './permissions';
import { CHAR, endsWord, isIdentifierPart, isLetter } from '../language/characters';
import type { Cursor } from '../language/cursor';
import { isKeyword } from '../language/keywords';
import { variableAt } from '../language/variable-name';

/** Whether the word of a path begins here: `/`, `@{`, `:`, `&`, or a quote in front of one of them. */
export function atPath(cursor: Cursor): boolean {
  return beginsPath(cursor.text, cursor.code() === CHAR.QUOTE ? cursor.pos + 1 : cursor.pos)
    && !(cursor.code() === CHAR.COLON && cursor.atLeast('5.0') && (endsWord(cursor.code(1)) || cursor.code(1) === CHAR.EQUALS));
}

function beginsPath(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === CHAR.SLASH || code === CHAR.COLON || code === CHAR.AMPERSAND
    || (code === CHAR.AT
      && (variableAt(text, at) !== undefined || text.charCodeAt(at - 1) === CHAR.QUOTE));
}

/** Reads the path that comes next. A bare identifier is a path to the real parser, too, though no file has such a name. */
export function readPath(cursor: Cursor, what: string): string {
  cursor.skip();
  if (atPath(cursor)) {
    return cursor.word(what);
  }
  const name = cursor.peekIdentifier();
  if (!isBarePath(cursor, name)) {
    cursor.fail({ code: 'path-syntax', message: `${cursor.found()} stands where ${what} is expected`, help: 'a path starts with "/" or a variable' });
  }
  if (/^[ \t]*\{/.test(cursor.text.slice(cursor.pos + name.length, cursor.pos + name.length + 80))) {
    cursor.fail({ code: 'profile-name', message: `"${name}" is no path, so it begins no profile`, help: `write profile ${name}` });
  }
  cursor.report({ code: 'path-syntax', severity: 'warning', message: `"${name}" is no absolute path and matches nothing`, help: 'start it with "/"' },
    cursor.pos, cursor.pos + name.length);
  cursor.pos += name.length;
  return name;
}

/** Whether an identifier reads as a path: no keyword, no permissions, and nothing glued to it. */
export function isBarePath(cursor: Cursor, name: string): boolean {
  return name !== '' && isLetter(name.charCodeAt(0)) && !isKeyword(name, cursor.generation)
    && !(isPermissionWord(name) && endsWord(cursor.code(name.length) || CHAR.LF)) && !isIdentifierPart(cursor.code(name.length));
}

/**
 * Whether a word that newer parsers know for a keyword begins a file rule to an older one: as its path (`mqueue r,`), or, if
 * it is made of the letters, as its permissions (`all /a,`).
 */
export function beginsFileRule(cursor: Cursor, word: string): boolean {
  const rest = /[ \t]+(?:([a-zA-Z]+)[ \t]*(?:,|->)|([/:&"@]|[a-z_]+[ \t]*,))/y;
  rest.lastIndex = cursor.pos + word.length;
  const [, permissions, path] = rest.exec(cursor.text) ?? [];
  return (permissions !== undefined && isPermissionWord(permissions)) || (path !== undefined && isPermissionWord(word));
}
