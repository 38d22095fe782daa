const NAMED: Readonly<Record<string, string>> = {
  '"': '\\"', '\\': '\\\\', '\u0007': '\\a', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v',
};

/** What Go's `unicode.IsPrint` takes: letters, marks, numbers, punctuation, symbols, and of all spaces the ASCII one. */
const PRINTED = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/** A text as Go's `%q` writes it, which is how the API server quotes what it refuses. */
export function goQuoted(text: string): string {
  return `"${Array.from(text, quotedCharacter).join('')}"`;
}

function quotedCharacter(character: string): string {
  if (Object.hasOwn(NAMED, character)) return NAMED[character];
  if (PRINTED.test(character)) return character;
  const hex = character.codePointAt(0)!.toString(16);
  if (character < ' ' || character === '\u007f') return `\\x${hex.padStart(2, '0')}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
