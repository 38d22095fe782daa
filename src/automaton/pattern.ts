/*
 * The globs of apparmor.d(5), "Globbing (AARE)", to an expression over bytes:
 *
 *   *      bytes but `/` and NUL      **     bytes but NUL       ?       one byte but `/` and NUL
 *   [abc]  one of these bytes         [^abc] one other byte      {a,b}   one of these, nested up to 49 deep
 *   \c     c itself                   other bytes stand for themselves
 *
 * A star that follows a slash and ends a path segment takes at least one byte other than a slash: `/a/*` is not `/a/`.
 */
import { bytesOf } from './bytes';
import { PatternError, LimitError } from './errors';
import { byteSet, sequence, alternatives, repeat, literal, type Expression } from './expression';

/** Longest pattern that is read, in UTF-16 units; variables are expanded by then. */
export const MAX_PATTERN_LENGTH = 256 * 1024;

/** Nesting of `{…}` that parsers follow. */
const MAX_DEPTH = 49;

export interface PatternOptions {
  /** Lets stars and `?` take NUL bytes, too, and reads `\000` as one: for the addresses of abstract unix sockets. */
  readonly nul?: boolean;
}

/** @throws PatternError where the glob is malformed, LimitError where it is too long */
export function parsePattern(pattern: string, options: PatternOptions = {}): Expression {
  if (pattern.length > MAX_PATTERN_LENGTH) {
    const message = `the pattern '${pattern.slice(0, 40)}…' has ${pattern.length} characters; at most ${MAX_PATTERN_LENGTH} are read`;
    throw new LimitError(message, 'pattern-length', MAX_PATTERN_LENGTH);
  }
  return new PatternReader(pattern, options.nul ?? false).read();
}

interface Group {
  readonly offset: number;
  readonly arms: Expression[];
  parts: Expression[];
}

const [STAR, QUESTION, OPEN, CLOSE, BRACE_OPEN, BRACE_CLOSE, COMMA, BACKSLASH] = [...'*?[]{},\\'].map((char) => char.charCodeAt(0));

/** Bytes that `*` and `?` take, and those that `**` takes; by whether NUL is one of them. */
const SEGMENT = [byteSet((byte) => byte !== 0x2F && byte !== 0), byteSet((byte) => byte !== 0x2F)];
const TEXT = [byteSet((byte) => byte !== 0), byteSet(() => true)];

class PatternReader {
  private at = 0;
  /** Unescaped literal text not yet put into `parts`. */
  private text = '';
  private parts: Expression[] = [];
  private readonly groups: Group[] = [];
  private readonly sets: number;

  constructor(private readonly pattern: string, private readonly nul: boolean) {
    this.sets = nul ? 1 : 0;
  }

  read(): Expression {
    while (this.at < this.pattern.length) {
      this.step(this.pattern.charCodeAt(this.at));
    }
    const unclosed = this.groups.pop();
    if (unclosed !== undefined) {
      throw this.fault('the group opened by `{` is not closed; write `\\{` for the character itself', unclosed.offset);
    }
    this.flush();
    return sequence(...this.parts);
  }

  private step(char: number): void {
    switch (char) {
      case STAR: return this.star();
      case QUESTION: this.at++; return this.push(SEGMENT[this.sets]);
      case OPEN: return this.set();
      case CLOSE: throw this.fault('`]` closes no set; write `\\]` for the character itself', this.at);
      case BRACE_OPEN: return this.open();
      case BRACE_CLOSE: return this.close();
      case COMMA: return this.comma();
      case BACKSLASH: return this.escape();
      default:
        this.text += this.pattern[this.at++];
    }
  }

  private star(): void {
    const after = this.text.endsWith('/');
    const width = this.pattern.charCodeAt(this.at + 1) === STAR ? 2 : 1;
    let end = this.at;
    while (this.pattern.charCodeAt(end) === STAR) {
      end++;
    }
    const wholeSegment = after && (end === this.pattern.length || this.pattern[end] === '/');
    if (wholeSegment) {
      this.push(SEGMENT[this.sets]);
    }
    this.push(repeat(width === 2 ? TEXT[this.sets] : SEGMENT[this.sets]));
    this.at += width;
  }

  private open(): void {
    if (this.groups.length === MAX_DEPTH) {
      throw this.fault(`groups are nested deeper than the ${MAX_DEPTH} that parsers follow`, this.at);
    }
    this.flush();
    this.groups.push({ offset: this.at, arms: [], parts: this.parts });
    this.parts = [];
    this.at++;
  }

  private comma(): void {
    const group = this.groups.at(-1);
    if (group === undefined) {
      this.text += ',';
    } else {
      this.flush();
      group.arms.push(sequence(...this.parts));
      this.parts = [];
    }
    this.at++;
  }

  private close(): void {
    const group = this.groups.pop();
    if (group === undefined) {
      throw this.fault('`}` closes no group; write `\\}` for the character itself', this.at);
    }
    this.flush();
    if (group.arms.length === 0) {
      throw this.fault('the group in `{…}` has only one choice; separate choices by commas', group.offset);
    }
    const choice = alternatives(...group.arms, sequence(...this.parts));
    this.parts = group.parts;
    this.parts.push(choice);
    this.at++;
  }

  private escape(): void {
    const octal = this.nul ? /^\\(?:000|x00)/.exec(this.pattern.slice(this.at, this.at + 4)) : null;
    if (octal !== null) {
      this.text += '\0';
      this.at += octal[0].length;
      return;
    }
    if (this.at + 1 === this.pattern.length) {
      throw this.fault('a backslash stands at the end; write `\\\\` for the character itself', this.at);
    }
    this.text += this.pattern[this.at + 1];
    this.at += 2;
  }

  private set(): void {
    const start = this.at++;
    const negated = this.pattern[this.at] === '^';
    this.at += negated ? 1 : 0;
    const members = this.members(start);
    this.push(byteSet((byte) => members.has(byte) !== negated, !negated));
  }

  private members(start: number): ReadonlySet<number> {
    const end = this.setEnd(start);
    const bytes = setBytes(this.pattern.slice(this.at, end));
    if (bytes.length === 0) {
      throw this.fault('the set in `[…]` is empty; write `\\]` for the character itself', start);
    }
    const members = new Set<number>();
    for (let index = 0; index < bytes.length; index++) {
      const [from, dash, to] = [bytes[index], bytes[index + 1], bytes[index + 2]];
      if (from === RANGE ? index > 0 : dash === RANGE && to === undefined) {
        throw this.fault('a range in `[…]` lacks an end; a `-` for itself stands first in the set', start);
      }
      if (dash !== RANGE) {
        members.add(from === RANGE ? DASH : from);
        continue;
      }
      const ends = [from, to].map((byte) => (byte === RANGE ? DASH : byte));
      for (let byte = Math.min(...ends); byte <= Math.max(...ends); byte++) {
        members.add(byte);
      }
      index += 2;
    }
    this.at = end + 1;
    return members;
  }

  private setEnd(start: number): number {
    for (let end = this.at; end < this.pattern.length; end++) {
      const char = this.pattern[end];
      if (char === '\\') {
        end++;
      } else if (char === ']') {
        return end;
      } else if (char === '*' || char === '?') {
        throw this.fault(`\`${char}\` in \`[…]\` is not taken for itself by parsers; write \`\\${char}\``, end);
      }
    }
    throw this.fault('the set opened by `[` is not closed; write `\\[` for the character itself', start);
  }

  private push(part: Expression): void {
    this.flush();
    this.parts.push(part);
  }

  private flush(): void {
    if (this.text !== '') {
      this.parts.push(literal(this.text));
      this.text = '';
    }
  }

  private fault(message: string, offset: number): PatternError {
    return new PatternError(message, this.pattern, offset);
  }
}

const DASH = 0x2D;

/** A `-` among the bytes of a set. */
const RANGE = -1;

/** The members of a set. A backslash before `-` changes nothing: parsers drop it before they look for ranges. */
function setBytes(text: string): number[] {
  const bytes: number[] = [];
  for (let at = 0; at < text.length;) {
    const start = text[at] === '\\' ? at + 1 : at;
    const char = String.fromCodePoint(text.codePointAt(start) ?? 0);
    bytes.push(...(char === '-' ? [RANGE] : bytesOf(char)));
    at = start + char.length;
  }
  return bytes;
}
