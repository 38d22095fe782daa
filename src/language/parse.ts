import type { Diagnostic } from '../diagnostics';
import { SourceText } from '../diagnostics';
import { CHAR, isLetter, isSpace } from './characters';
import { Cursor, GiveUp, type ParserGeneration, quotedEnd } from './cursor';
import { isLaterKeyword } from './keywords';
import { parseConditional } from './parse-conditional';
import { atInclude, parseAbi, parseAlias, parseInclude } from './parse-files';
import { atProfileHeader, parseProfile } from './parse-profile';
import { parseBoolean, parseVariable } from './parse-variable';
import { misplaced, type Place } from './placement';
import { readQualifiers } from './qualifiers';
import type { Body, Item, ProfileFile, QualifierBlock } from './tree';
import { isPermissionsAhead, parseFile, trailingTail } from '../rules/file';
import { atPath, beginsFileRule } from '../rules/path-word';
import { type AccessRule, familyOfKeyword } from '../rules/registry';
import { type Layout, NO_QUALIFIERS, type Qualifiers } from '../rules/rule';

/** Blocks within blocks; the real parser's stack takes some more. */
const DEEPEST = 1000;

export interface ParseOptions {
  /** Name of the text in diagnostics. Default: `<text>`. */
  readonly fileName?: string;
  /** Default: the newest. */
  readonly parser?: ParserGeneration;
}

export interface ParseResult {
  readonly tree: ProfileFile;
  /** In the order of the text. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads one text; includes are not followed. What cannot be read is reported and stays in the tree as text between nodes.
 */
export function parseProfileText(text: string, options: ParseOptions = {}): ParseResult {
  return parseSource(new SourceText(options.fileName ?? '<text>', text), 'file', options.parser);
}

/** Reads a source; `anywhere` for a file whose place is known only where it is included. */
export function parseSource(source: SourceText, place: Place, parser?: ParserGeneration): ParseResult {
  const cursor = new Cursor(source, parser);
  const { text } = source;
  const nul = text.indexOf('\0');
  if (nul !== -1) {
    cursor.report({ code: 'nul-byte', message: 'the text holds a NUL byte', help: 'profiles are plain text' }, nul, nul + 1);
  }
  const items: Item[] = [];
  let tail = parseItems(cursor, place, items);
  while (!cursor.done) {
    cursor.report({ code: 'unexpected-brace', message: 'this closing brace has no block', help: 'remove it, or open the block' }, cursor.pos, cursor.pos + 1);
    cursor.pos++;
    tail = parseItems(cursor, place, items, tail);
  }
  const layout: Layout = { source, lead: 0, start: 0, end: text.length };
  const tree: ProfileFile = { type: 'file', body: { items, layout: { open: 0, tail, close: text.length } }, layout };
  return { tree, diagnostics: inOrder(cursor.diagnostics) };
}

function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.length < 2 ? diagnostics : [...diagnostics].sort((one, other) => one.range.start - other.range.start);
}

/** Reads nodes up to a closing brace or the end. @returns the offset behind the last node */
function parseItems(cursor: Cursor, place: Place, items: Item[], from = cursor.pos): number {
  let lead = from;
  let afterProfile = items.some(({ type }) => type === 'profile');
  for (;;) {
    const include = skipToItem(cursor);
    const start = cursor.pos;
    if (!include && (cursor.done || cursor.code() === CHAR.CLOSE_BRACE)) {
      return lead;
    }
    cursor.ruleStart = start;
    try {
      const item = include ? parseInclude(cursor) : parseItem(cursor);
      if (item !== undefined) {
        (item as { layout?: Layout }).layout = { source: cursor.source, lead, start, end: cursor.pos };
        lead = cursor.pos;
        const fault = misplaced(item, place, afterProfile);
        afterProfile ||= item.type === 'profile';
        if (fault !== undefined) {
          cursor.report(fault, start);
        }
        items.push(item);
      }
    } catch (error) {
      if (!(error instanceof GiveUp)) {
        throw error;
      }
      recover(cursor, start);
    }
  }
}

/** Passes blanks and comments. @returns whether an include comes next, `#include` included */
function skipToItem(cursor: Cursor): boolean {
  for (;;) {
    cursor.skipSpace();
    if (cursor.code() !== CHAR.HASH) {
      return cursor.text.startsWith('include', cursor.pos) && atInclude(cursor);
    }
    if (cursor.text.startsWith('#include', cursor.pos) && atInclude(cursor)) {
      return true;
    }
    cursor.skipComment();
  }
}

function parseItem(cursor: Cursor): Item | undefined {
  const code = cursor.code();
  if (code === CHAR.SLASH || code === CHAR.QUOTE || code === CHAR.COLON || code === CHAR.AMPERSAND) {
    return parsePathItem(cursor, NO_QUALIFIERS);
  }
  if (code === CHAR.AT) {
    return parseVariable(cursor) ?? parsePathItem(cursor, NO_QUALIFIERS);
  }
  if (code === CHAR.DOLLAR) {
    return parseBoolean(cursor);
  }
  if (code === CHAR.CARET) {
    return parseProfile(cursor, '^', parseBody);
  }
  const qualifiers = isLetter(code) ? readQualifiers(cursor) : NO_QUALIFIERS;
  if (cursor.code() === CHAR.OPEN_BRACE) {
    return parseBlock(cursor, qualifiers);
  }
  return qualifiers === NO_QUALIFIERS ? parseWordItem(cursor) : parseRule(cursor, qualifiers);
}

/** Some editors begin UTF-8 files with it. */
const BYTE_ORDER_MARK = 0xfeff;

/** What begins with a path: a file rule, or a profile whose name is a path. */
function parsePathItem(cursor: Cursor, qualifiers: Qualifiers): Item {
  if (!atPath(cursor)) {
    const help = cursor.code() === BYTE_ORDER_MARK ? 'save the file without a byte order mark' : 'rules begin with a path, a keyword or permissions';
    cursor.fail({ code: 'syntax', message: `${cursor.found()} begins no rule`, help });
  }
  const start = cursor.pos;
  const path = cursor.word('a path');
  cursor.skip();
  if (qualifiers === NO_QUALIFIERS && !isPermissionsAhead(cursor) && atProfileHeader(cursor)) {
    cursor.pos = start;
    return parseProfile(cursor, undefined, parseBody);
  }
  return trailingTail(cursor, qualifiers, path, undefined);
}

/** What begins with a word that is no qualifier. */
function parseWordItem(cursor: Cursor): Item {
  const word = cursor.peekIdentifier();
  switch (word) {
    case 'profile':
    case 'hat':
      return parseProfile(cursor, word, parseBody);
    case 'if':
      return parseConditional(cursor, parseBody);
    case 'else':
      return cursor.fail({ code: 'condition-syntax', message: 'this else has no if', help: 'it stands right behind the closing brace of an if' });
    case 'abi':
      return parseAbi(cursor);
    case 'alias':
    case 'rewrite':
      return parseAlias(cursor);
    default:
      return parseRule(cursor, NO_QUALIFIERS);
  }
}

/** A rule behind its qualifiers. */
function parseRule(cursor: Cursor, qualifiers: Qualifiers): AccessRule | Item {
  const code = cursor.code();
  if (!isLetter(code)) {
    return parsePathItem(cursor, qualifiers);
  }
  const word = cursor.peekIdentifier();
  const family = isLaterKeyword(word, cursor.generation) && beginsFileRule(cursor, word) ? undefined : familyOfKeyword(word);
  if (family === undefined) {
    return parseFile(cursor, qualifiers, false);
  }
  if (qualifiers.owner !== undefined && word !== 'file' && word !== 'link') {
    const help = 'owner and other are for file and link rules';
    cursor.report({ code: 'qualifier-not-allowed', message: `${word} rules take no ${qualifiers.owner}`, help });
  }
  cursor.pos += word.length;
  return family.parse(cursor, qualifiers, word)!;
}

function parseBlock(cursor: Cursor, qualifiers: Qualifiers): QualifierBlock {
  if (qualifiers.priority !== undefined) {
    cursor.reportAt('priority', { code: 'qualifier-not-allowed', message: 'a block takes no priority', help: 'write it before each rule' });
  }
  return { type: 'block', qualifiers, body: parseBody(cursor, 'the block') };
}

/** Reads `{ … }`. */
export function parseBody(cursor: Cursor, what: string): Body {
  cursor.skip();
  const brace = cursor.pos;
  if (cursor.code() !== CHAR.OPEN_BRACE) {
    cursor.fail({ code: 'missing-brace', message: `${cursor.found()} stands where the "{" of ${what} is expected`, help: 'write {' });
  }
  const open = ++cursor.pos;
  if (++cursor.depth > DEEPEST) {
    const help = 'flatten the profile';
    cursor.report({ code: 'nesting-too-deep', message: `blocks are nested more than ${DEEPEST} deep`, help }, brace, open);
    cursor.pos = cursor.text.length;
  }
  const items: Item[] = [];
  const tail = parseItems(cursor, 'body', items, open);
  const close = cursor.pos;
  cursor.depth--;
  if (!cursor.done) {
    cursor.pos++;
  } else if (cursor.depth < DEEPEST && !cursor.unclosed) {
    cursor.unclosed = true;
    cursor.report({ code: 'missing-brace', message: `the "{" of ${what} is not closed`, help: 'write } at its end' }, brace, open);
  }
  return { items, layout: { open, tail, close } };
}

/** Goes on behind a node that could not be read: behind its comma or block, before a closing brace, or on the next line. */
function recover(cursor: Cursor, start: number): void {
  const { text } = cursor;
  cursor.pos = Math.max(cursor.pos, start);
  for (; !cursor.done; cursor.pos++) {
    const code = cursor.code();
    const before = text.charCodeAt(cursor.pos - 1);
    if (code === CHAR.LF || (code === CHAR.CLOSE_BRACE && isSpace(before))) {
      break;
    }
    if (code === CHAR.COMMA && (isSpace(cursor.code(1)) || cursor.pos + 1 >= text.length)) {
      cursor.pos++;
      break;
    }
    if (code === CHAR.OPEN_BRACE && (isSpace(before) || isSpace(cursor.code(1)))) {
      recoverBlock(cursor);
      break;
    }
    if (code === CHAR.QUOTE) {
      passQuoted(cursor);
    } else if (code === CHAR.HASH && isSpace(before)) {
      break;
    }
  }
  if (cursor.pos === start) {
    cursor.pos++;
  }
}

function passQuoted(cursor: Cursor): void {
  const line = cursor.text.indexOf('\n', cursor.pos);
  const end = quotedEnd(cursor.text, cursor.pos);
  if (end !== -1 && (line === -1 || end <= line)) {
    cursor.pos = end - 1;
  }
}

/** The block behind a header that could not be read: its rules are read for their faults. */
function recoverBlock(cursor: Cursor): void {
  try {
    parseBody(cursor, 'the block');
  } catch (error) {
    if (!(error instanceof GiveUp)) {
      throw error;
    }
  }
}
