import { CHAR, isIdentifierPart, isLetter } from './characters';

/** The name of `@{name}`, `@name`, `${name}` or `$name` at an offset, and where it ends; undefined if none is there. */
export function variableAt(text: string, at: number): { name: string; end: number } | undefined {
  const braced = text.charCodeAt(at + 1) === CHAR.OPEN_BRACE;
  const start = at + (braced ? 2 : 1);
  let end = start;
  while (isIdentifierPart(text.charCodeAt(end))) {
    end++;
  }
  if (!isLetter(text.charCodeAt(start)) || (braced && text.charCodeAt(end) !== CHAR.CLOSE_BRACE)) {
    return undefined;
  }
  return { name: text.slice(start, end), end: braced ? end + 1 : end };
}
