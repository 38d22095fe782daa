import { CHAR } from './characters';
import { readConditionList, readList } from './conditions';
import type { Cursor } from './cursor';
import { checkFlags } from './flags';
import type { Body, Profile, XattrCondition } from './tree';
import { atPath } from '../rules/path-word';

type Keyword = Profile['keyword'];

/** Whether what follows a path makes it the name of a profile. */
export function atProfileHeader(cursor: Cursor): boolean {
  const code = cursor.code();
  return code === CHAR.OPEN_BRACE || code === CHAR.OPEN_PAREN || code === CHAR.PLUS || atPath(cursor) || groupAhead(cursor) !== undefined;
}

/** Reads a profile, from its keyword to its closing brace; apparmor.d(5), "Profiles". */
export function parseProfile(cursor: Cursor, keyword: Keyword, parseBody: (cursor: Cursor, what: string) => Body): Profile {
  cursor.pos += keyword?.length ?? 0;
  if (keyword === '^' && !/[^\s,!]/.test(cursor.text[cursor.pos] ?? '')) {
    cursor.fail({ code: 'profile-name', message: 'the name of a hat touches its ^', help: 'write ^NAME' });
  }
  cursor.skipBlanks();
  if (cursor.code() === CHAR.LF || cursor.code() === CHAR.EQUALS) {
    cursor.fail({ code: 'profile-name', message: `the name is missing behind "${keyword}"`, help: 'write it on the same line' }, cursor.ruleStart, cursor.pos);
  }
  const full = cursor.word('the name of the profile');
  const start = cursor.wordStart;
  const named = readName(cursor, full, keyword, [start, cursor.pos]);
  cursor.skip();
  const attachment = atPath(cursor) || (cursor.code() !== CHAR.OPEN_BRACE && groupAhead(cursor) === undefined && cursor.peekIdentifier() !== '')
    ? readAttachment(cursor) : undefined;
  const xattrs = readXattrs(cursor, keyword);
  const identities = readIdentities(cursor);
  const flags = readFlags(cursor);
  const body = parseBody(cursor, `profile ${full}`);
  return {
    type: 'profile',
    ...(keyword === undefined ? {} : { keyword }),
    ...named,
    ...(attachment === undefined ? {} : { attachment }),
    ...(xattrs === undefined ? {} : { xattrs }),
    ...(identities === undefined ? {} : { identities }),
    flags,
    body,
  };
}

/** `flags=`, `xattrs=` or `identities=`, if one of them comes next. */
function groupAhead(cursor: Cursor): string | undefined {
  const match = /(flags|xattrs|identities)[ \t]*=/y;
  match.lastIndex = cursor.pos;
  return match.exec(cursor.text)?.[1];
}

function readName(cursor: Cursor, full: string, keyword: Keyword, range: readonly [number, number]): { name: string; namespace?: string } {
  const fail = (code: 'profile-name' | 'profile-namespace', message: string, help: string) => cursor.report({ code, message, help }, ...range);
  if (full.startsWith('&')) {
    fail('profile-name', `"${full}" begins with &`, 'a profile is defined by its own name');
  }
  if (!full.startsWith(':')) {
    if (full === '') {
      fail('profile-name', 'the name of the profile is empty', 'name it');
    } else if (keyword === undefined && !full.startsWith('/')) {
      fail('profile-name', `"${full}" is no path`, `write profile ${full}`);
    }
    return { name: full };
  }
  const end = full.indexOf(':', 1);
  const name = full.slice(end + 1).replace(/^\/\//, '');
  if (end === -1) {
    fail('profile-namespace', `the namespace of "${full}" is not closed`, 'write :namespace:name');
    return { name: full };
  }
  if (end === 1) {
    fail('profile-namespace', `the namespace of "${full}" is empty`, 'write :namespace:name');
  } else if (name === '') {
    fail('profile-namespace', `"${full}" names no profile`, 'write :namespace:name');
  }
  return { name, namespace: full.slice(1, end) };
}

function readAttachment(cursor: Cursor): string {
  const attachment = cursor.word('the attachment');
  if (!attachment.startsWith('/') && !attachment.startsWith('@{')) {
    const help = 'an attachment starts with "/" or a variable; a name with blanks is quoted';
    cursor.report({ code: 'profile-attachment', message: `"${attachment}" is no path`, help }, cursor.wordStart, cursor.pos);
  }
  return attachment;
}

/** Passes `NAME = (` up to the parenthesis. */
function takeGroup(cursor: Cursor, name: string): boolean {
  cursor.skip();
  if (groupAhead(cursor) !== name) {
    return false;
  }
  cursor.pos = cursor.text.indexOf('=', cursor.pos) + 1;
  if (name === 'xattrs') {
    cursor.skipBlanks();
  } else {
    cursor.skipSpace();
  }
  if (cursor.code() !== CHAR.OPEN_PAREN) {
    cursor.fail({ code: 'profile-flags', message: `${cursor.found()} stands where "(" is expected`, help: `write ${name}=(…)` });
  }
  return true;
}

function readXattrs(cursor: Cursor, keyword: Keyword): XattrCondition[] | undefined {
  const start = cursor.pos;
  if (!takeGroup(cursor, 'xattrs')) {
    return undefined;
  }
  const conditions = readConditionList(cursor);
  if (keyword === 'hat' || keyword === '^') {
    cursor.report({ code: 'profile-xattrs', message: 'a hat takes no xattrs', help: 'leave them out' }, start, cursor.pos);
  }
  return conditions.map(({ name, values }) => (values.length === 0 ? { name } : { name, value: values[0] }));
}

function readIdentities(cursor: Cursor): string[][] | undefined {
  const lists: string[][] = [];
  for (cursor.skip(); cursor.code() === CHAR.PLUS; cursor.skip()) {
    const start = cursor.pos++;
    if (!takeGroup(cursor, 'identities')) {
      cursor.fail({ code: 'profile-identities', message: `${cursor.found()} stands where identities are expected`, help: 'write + identities=(NAME "/path")' });
    }
    const identities = readList(cursor);
    cursor.since('5.0', 'identities', 'identities');
    if (identities.length === 0) {
      cursor.report({ code: 'profile-identities', message: 'the list of identities is empty', help: 'name one, or leave it out' }, start, cursor.pos);
    }
    const bad = identities.find((identity) => /(?:^|[^\\])\\$/.test(identity) || (!identity.startsWith('/') && /\s/.test(identity)));
    if (bad !== undefined) {
      cursor.report({ code: 'profile-identities', message: `"${bad}" is no identity`, help: 'a name has no blanks and ends in no backslash' }, start, cursor.pos);
    }
    lists.push(identities);
  }
  return lists.length === 0 ? undefined : lists;
}

/** `flags=(…)`, or the list alone. */
function readFlags(cursor: Cursor): readonly string[] {
  if (!takeGroup(cursor, 'flags') && cursor.code() !== CHAR.OPEN_PAREN) {
    return [];
  }
  const start = cursor.pos;
  const flags = readList(cursor);
  if (flags.length === 0) {
    cursor.report({ code: 'profile-flags', message: 'the list of flags is empty', help: 'name a flag, or leave the list out' }, start, cursor.pos);
  }
  checkFlags(cursor, flags, start);
  return flags;
}
