import type { Code, Diagnostic, Severity, SourceText } from '../diagnostics';
import { CHAR, endsWord, isBlank, isIdentifierPart, isSpace } from './characters';
import { decodeWord } from './words';

/** Generations of the real parser that differ in what they accept; the newest is the default. */
export type ParserGeneration = '3.0' | '4.1' | '5.0';

/** The texts of one fault. */
export interface Fault {
  readonly code: Code;
  readonly message: string;
  readonly help?: string;
  readonly severity?: Severity;
}

/** Faults of one text that are kept: nobody reads more, and hostile texts have millions. */
const MOST_FAULTS = 1000;

/** Ends the reading of one node; the loop over nodes goes on behind it. */
export class GiveUp {}

/** A place in a text that is read from left to right, and the faults that were found on the way. */
export class Cursor {
  readonly diagnostics: Diagnostic[] = [];
  readonly text: string;
  /** Offset of the next character. */
  pos = 0;
  /** Offset at which the last word began, quote included. */
  wordStart = 0;
  /** Whether the last word was quoted. */
  quoted = false;
  /** Offset at which the rule that is read began. */
  ruleStart = 0;
  /** Depth of open blocks. */
  depth = 0;
  /** Whether a block that is not closed was reported: those around it are not either. */
  unclosed = false;

  constructor(readonly source: SourceText, readonly generation: ParserGeneration = '5.0') {
    this.text = source.text;
  }

  /** Whether the chosen generation is this one or newer. */
  atLeast(generation: ParserGeneration): boolean {
    return this.generation >= generation;
  }

  /** Whether everything was read. */
  get done(): boolean {
    return this.pos >= this.text.length;
  }

  /** Code of the next character, NaN at the end. */
  code(ahead = 0): number {
    return this.text.charCodeAt(this.pos + ahead);
  }

  /** Passes blanks, line ends and comments. */
  skip(): void {
    for (;;) {
      this.skipSpace();
      if (this.text.charCodeAt(this.pos) !== CHAR.HASH) {
        return;
      }
      if (this.text.startsWith('#include', this.pos)) {
        this.report({ code: 'include-misplaced', message: 'an include stands inside of something else', help: 'move it to a line of its own' });
      }
      this.skipComment();
    }
  }

  /** Passes blanks and line ends. In the tails of rules with conditions a `#` begins no comment. */
  skipSpace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.pos);
      if (code === CHAR.SPACE || code === CHAR.LF || code === CHAR.TAB) {
        this.pos++;
      } else if (code === CHAR.CR && this.text.charCodeAt(this.pos + 1) === CHAR.LF) {
        this.pos += 2;
      } else {
        return;
      }
    }
  }

  /** Passes spaces and tabs. */
  skipBlanks(): void {
    while (isBlank(this.text.charCodeAt(this.pos))) {
      this.pos++;
    }
  }

  /** Passes spaces, tabs and line ends behind a backslash. */
  skipContinued(): void {
    for (this.skipBlanks(); this.code() === CHAR.BACKSLASH; this.skipBlanks()) {
      const width = this.code(1) === CHAR.LF ? 2 : this.code(1) === CHAR.CR && this.code(2) === CHAR.LF ? 3 : 0;
      if (width === 0) {
        return;
      }
      this.pos += width;
    }
  }

  skipComment(): void {
    const end = this.text.indexOf('\n', this.pos);
    if (end === -1) {
      this.report(
        { code: 'unterminated-comment', message: 'the comment ends with the file', help: 'end the last line with a line end' },
        this.pos, this.text.length,
      );
    }
    this.pos = end === -1 ? this.text.length : end + 1;
  }

  /** Passes blanks and this character, if it comes next. */
  take(code: number): boolean {
    this.skip();
    if (this.text.charCodeAt(this.pos) !== code) {
      return false;
    }
    this.pos++;
    return true;
  }

  /** Passes blanks and `->`, if that comes next. */
  takeArrow(): boolean {
    this.skip();
    if (this.code() !== CHAR.MINUS || this.code(1) !== CHAR.GREATER) {
      return false;
    }
    this.pos += 2;
    return true;
  }

  /** The identifier that comes next (letters, digits, underscores), without passing it; empty if there is none. */
  peekIdentifier(): string {
    let end = this.pos;
    while (isIdentifierPart(this.text.charCodeAt(end))) {
      end++;
    }
    return this.text.slice(this.pos, end);
  }

  /** Passes blanks and this whole word, if it comes next. */
  takeKeyword(word: string): boolean {
    this.skip();
    if (!this.text.startsWith(word, this.pos) || isIdentifierPart(this.code(word.length))) {
      return false;
    }
    this.pos += word.length;
    return true;
  }

  /** Reads the word that comes next behind blanks and line ends, quoted or not, and decodes its escapes. */
  word(what: string): string {
    this.skipSpace();
    this.wordStart = this.pos;
    if (this.code() === CHAR.QUOTE) {
      return this.quotedWord();
    }
    this.quoted = false;
    const end = wordEnd(this.text, this.pos);
    if (end === this.pos) {
      this.fail({ code: 'syntax', message: `${this.found()} stands where ${what} is expected` });
    }
    const raw = this.text.slice(this.pos, end);
    this.pos = end;
    return decodeWord(raw);
  }

  /** Reads the quoted string that begins here. */
  quotedWord(): string {
    const end = quotedEnd(this.text, this.pos);
    this.wordStart = this.pos;
    if (end === -1) {
      const line = this.text.indexOf('\n', this.pos);
      this.fail({ code: 'unterminated-quote', message: 'the quoted string is not closed', help: 'close it with "' },
        this.pos, line === -1 ? this.text.length : line);
    }
    const raw = this.text.slice(this.pos + 1, end - 1);
    this.quoted = true;
    this.pos = end;
    return decodeWord(raw);
  }

  /** Passes the comma that ends a rule. */
  endRule(what: string): void {
    this.skip();
    if (this.code() === CHAR.COMMA) {
      this.pos++;
      return;
    }
    const end = lastOfRule(this.text, this.pos);
    if (this.done || this.code() === CHAR.CLOSE_BRACE || this.text.slice(end, this.pos).includes('\n')) {
      this.fail({ code: 'missing-comma', message: `the ${what} rule does not end in a comma`, help: 'write "," at its end' }, end, end + 1);
    }
    this.fail({ code: 'syntax', message: `${this.found()} does not belong into the ${what} rule`, help: 'end the rule with ","' });
  }

  /** In some places a comma belongs to the word that follows it without a blank. */
  rejectGluedComma(what: string): void {
    this.skipSpace();
    if (this.code() === CHAR.COMMA && this.pos + 1 < this.text.length && !endsWord(this.code(1))) {
      this.fail({ code: 'missing-comma', message: `${this.found()} does not end the ${what}`, help: 'put a blank or a line end behind the comma' });
    }
  }

  /** What comes next, as a message names it. */
  found(): string {
    if (this.done) {
      return 'the end of the file';
    }
    const end = Math.max(this.pos + 1, wordEnd(this.text, this.pos));
    const word = this.text.slice(this.pos, Math.min(end, this.pos + 40)).replace(/[ \t\r\n\f\v]+/g, ' ');
    return `"${word}"`;
  }

  /** Notes a fault and goes on. Without a range: at the next word. */
  report(fault: Fault, start = this.pos, end = Math.max(start + 1, wordEnd(this.text, start))): void {
    if (this.diagnostics.length >= MOST_FAULTS) {
      return;
    }
    this.diagnostics.push({
      code: fault.code,
      severity: fault.severity ?? 'error',
      message: fault.message,
      help: fault.help,
      source: this.source,
      range: { start: Math.min(start, this.text.length), end: Math.min(end, this.text.length) },
    });
  }

  /** Notes a fault at the first place in this rule that reads so; at the whole rule where none does. */
  reportAt(written: string, fault: Fault): void {
    const at = written === '' ? -1 : this.text.indexOf(written, this.ruleStart);
    if (at === -1 || at >= this.pos) {
      this.report(fault, this.ruleStart, this.pos);
    } else {
      this.report(fault, at, at + written.length);
    }
  }

  /** Notes that older parsers do not know something, where such a parser was chosen. */
  since(generation: ParserGeneration, what: string, written = ''): void {
    if (!this.atLeast(generation)) {
      this.reportAt(written, {
        code: 'unsupported-by-parser',
        message: `apparmor_parser ${this.generation} does not know ${what}`,
        help: `they came with ${generation === '4.1' ? '4.0' : generation}`,
      });
    }
  }

  /** Notes a fault and gives up the node. */
  fail(fault: Fault, start?: number, end?: number): never {
    this.report(fault, start, end);
    throw new GiveUp();
  }
}

/** The end of the unquoted word that begins at an offset. */
export function wordEnd(text: string, from: number): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== code) {
      return at;
    }
    if (code === CHAR.BACKSLASH) {
      const next = text.charCodeAt(at + 1);
      at += next === CHAR.SPACE || next === CHAR.TAB || next === CHAR.QUOTE || next === CHAR.BANG || next === CHAR.COMMA ? 2 : 1;
    } else if (!endsWord(code)) {
      at++;
    } else if (code === CHAR.COMMA && at + 1 < text.length && !endsWord(text.charCodeAt(at + 1))) {
      at += 2;
    } else {
      return at;
    }
  }
}

/** The offset behind the closing quote of the string that begins at an offset; -1 if there is none. */
export function quotedEnd(text: string, from: number): number {
  let end = -1;
  for (let at = text.indexOf('"', from + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    end = at + 1;
    if (text.charCodeAt(at - 1) !== CHAR.BACKSLASH) {
      return end;
    }
  }
  return end;
}

/** The offset behind the last character before `from` that is no blank. */
function lastOfRule(text: string, from: number): number {
  let at = from;
  while (at > 0 && isSpace(text.charCodeAt(at - 1))) {
    at--;
  }
  return at;
}
