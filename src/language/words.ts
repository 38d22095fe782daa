/**
 * Words as the lexer of the real parser reads them: quotes go, escapes are decoded. A decoded character that has a
 * meaning in patterns keeps a backslash before it, so the decoded word is still a pattern with the same meaning.
 * Bytes that no UTF-8 text holds are kept as lone surrogates U+DC80 … U+DCFF.
 */
import { withoutSteering } from '../diagnostics';

const SIMPLE: Readonly<Record<string, string>> = { a: '\x07', e: '\x1b', f: '\f', n: '\n', r: '\r', t: '\t' };
const PATTERN_CHARACTERS = '*?[]{}^,\\';
/** Begins like the assignment of a variable, and would be read as one. */
const ASSIGNMENT = /^@\{?\w*\}?[+?:]?=/;
const LOWEST_LONE = 0xdc80;

/** Decodes the escapes of a word without its quotes. */
export function decodeWord(raw: string): string {
  let at = raw.indexOf('\\');
  if (at === -1) {
    return raw;
  }
  let [out, from, bytes] = ['', 0, [] as number[]];
  const flush = (end: number) => {
    if (bytes.length > 0) {
      out += bytesToText(bytes);
      bytes = [];
    }
    out += raw.slice(from, end);
  };
  while (at !== -1 && at + 1 < raw.length) {
    const escape = readEscape(raw, at);
    if (escape === undefined) {
      at = raw.indexOf('\\', at + 2);
      continue;
    }
    if (at !== from || escape.text !== undefined) {
      flush(at);
    }
    if (escape.text !== undefined) {
      out += escape.text;
    } else {
      bytes.push(escape.byte!);
    }
    from = escape.end;
    at = raw.indexOf('\\', from);
  }
  flush(raw.length);
  return out;
}

interface Escape {
  readonly text?: string;
  readonly byte?: number;
  readonly end: number;
}

/** The escape at a backslash; undefined for those that stay as they are. */
function readEscape(raw: string, at: number): Escape | undefined {
  const next = raw[at + 1];
  if (next in SIMPLE) {
    return { text: SIMPLE[next], end: at + 2 };
  }
  if (next === '"') {
    return { text: '"', end: at + 2 };
  }
  const { value, end } = readNumber(raw, at + 1);
  if (value === undefined || value === 0) {
    return undefined;
  }
  if (value >= 0x80) {
    return { byte: value, end };
  }
  const character = String.fromCharCode(value);
  return { text: PATTERN_CHARACTERS.includes(character) ? `\\${character}` : character, end };
}

/** `NNN` octal, `xHH`, `dNNN`: as many digits as keep the value a byte. */
function readNumber(raw: string, at: number): { value?: number; end: number } {
  if (raw[at] === 'x') {
    return readDigits(raw, at + 1, 16, 2);
  }
  return raw[at] === 'd' ? readDigits(raw, at + 1, 10, 3) : readDigits(raw, at, 8, 3);
}

function readDigits(raw: string, at: number, base: number, most: number): { value?: number; end: number } {
  let [value, end] = [undefined as number | undefined, at];
  while (end < raw.length && end - at < most) {
    const digit = parseInt(raw[end], base);
    const next = (value ?? 0) * base + digit;
    if (Number.isNaN(digit) || next > 255) {
      break;
    }
    value = next;
    end++;
  }
  return { value, end };
}

function bytesToText(bytes: readonly number[]): string {
  const text = Buffer.from(bytes).toString('utf8');
  return text.includes('\ufffd') ? bytes.map((byte) => String.fromCharCode(0xdc00 + byte)).join('') : text;
}

/** The bytes of a decoded word, single bytes that are no UTF-8 included. */
export function wordBytes(word: string): Buffer {
  if (!/[\udc80-\udcff]/.test(word)) {
    return Buffer.from(word, 'utf8');
  }
  const parts: Buffer[] = [];
  for (const character of word) {
    const code = character.codePointAt(0)!;
    parts.push(code >= LOWEST_LONE && code <= 0xdcff ? Buffer.from([code - 0xdc00]) : Buffer.from(character, 'utf8'));
  }
  return Buffer.concat(parts);
}

/** A decoded word as it is written in a profile: quoted only where it must be. */
export function printWord(word: string): string {
  let text = '';
  let quote = word === '' || ASSIGNMENT.test(word);
  for (let at = 0; at < word.length; at++) {
    const [character, code] = [word[at], word.charCodeAt(at)];
    if (character === '\\' && at + 1 < word.length) {
      at++;
      // A backslash at the end of a word would take the blank, comma or quote behind it.
      text += word[at] === '\\' && at + 1 === word.length ? '\\x5c' : character + word[at];
      quote ||= /[\s!"]/.test(word[at]);
    } else if (character === '"') {
      text += '\\"';
      quote = true;
    } else if (code < 0x20 || code === 0x7f) {
      text += `\\${code.toString(8).padStart(3, '0')}`;
    } else if (code >= LOWEST_LONE && code <= 0xdcff && !isHighSurrogate(word.charCodeAt(at - 1))) {
      text += `\\x${(code - 0xdc00).toString(16)}`;
    } else {
      text += character;
      quote ||= character === ' ' || character === '!' || (character === ',' && (at + 1 === word.length || ', !"'.includes(word[at + 1])));
    }
  }
  // An escape of such a character stays what it is: what follows a backslash is no place for another one.
  const shown = /\\[^\x00-\x7f]/.test(word) ? text : withoutSteering(text, bytesOf);
  return quote ? `"${shown}"` : shown;
}

/** What nobody would see in a review, or see in another order, is written as its bytes. */
function bytesOf(character: string): string {
  return [...Buffer.from(character, 'utf8')].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

/** A text as a pattern that matches this text only. */
export function literalPattern(text: string): string {
  return text.replace(/[\\*?[\]{}]/g, '\\$&');
}
