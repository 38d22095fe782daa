/** Classes of the characters that the lexer tells apart; everything from 128 on is part of words. */
const END_OF_WORD = 1;
const IDENTIFIER = 2;
const LETTER = 4;

const CLASS = new Uint8Array(128);
for (const character of ' \t\r\n"!,') {
  CLASS[character.charCodeAt(0)] = END_OF_WORD;
}
for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code);
  if (/[A-Za-z]/.test(character)) {
    CLASS[code] = IDENTIFIER + LETTER;
  } else if (/[0-9_]/.test(character)) {
    CLASS[code] = IDENTIFIER;
  }
}

export const CHAR = {
  TAB: 9,
  LF: 10,
  CR: 13,
  SPACE: 32,
  BANG: 33,
  QUOTE: 34,
  HASH: 35,
  DOLLAR: 36,
  AMPERSAND: 38,
  OPEN_PAREN: 40,
  CLOSE_PAREN: 41,
  PLUS: 43,
  COMMA: 44,
  MINUS: 45,
  SLASH: 47,
  COLON: 58,
  LESS: 60,
  EQUALS: 61,
  GREATER: 62,
  QUESTION: 63,
  AT: 64,
  BACKSLASH: 92,
  CARET: 94,
  OPEN_BRACE: 123,
  CLOSE_BRACE: 125,
} as const;

/** Blank, line end, `"`, `!` or `,`: what ends an unquoted word (a comma only in front of another of these). */
export function endsWord(code: number): boolean {
  return code < 128 && CLASS[code] === END_OF_WORD;
}

export function isIdentifierPart(code: number): boolean {
  return code < 128 && CLASS[code] >= IDENTIFIER;
}

export function isLetter(code: number): boolean {
  return code < 128 && CLASS[code] > LETTER;
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** Space or tab. */
export function isBlank(code: number): boolean {
  return code === CHAR.SPACE || code === CHAR.TAB;
}

/** Blank or line end. */
export function isSpace(code: number): boolean {
  return code === CHAR.SPACE || code === CHAR.TAB || code === CHAR.LF || code === CHAR.CR;
}
