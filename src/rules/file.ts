import type { Access } from './access';
import type { LinkRule } from './link';
import { atPath, readPath } from './path-word';
import { coversOptional } from './pattern-relation';
import { type ExecMode, PERMISSION_LETTERS, type Permissions, readPermissions } from './permissions';
import { ruleText } from './printing';
import { type Family, NO_QUALIFIERS, type PatternRelation, type Qualifiers, type QualifiedRule } from './rule';
import { CHAR, isSpace } from '../language/characters';
import type { Cursor } from '../language/cursor';
import { literalPattern, printWord } from '../language/words';

/** `[file] [safe|unsafe] PATH PERMISSIONS [-> TARGET],` and its other spellings. */
export interface FileRule extends QualifiedRule {
  readonly type: 'file';
  /** Path pattern; absent in the bare rule `file,`, which gives everything and ix. */
  readonly path?: string;
  /** Some of `m r w a l k`, in this order, each once; in the bare rule all but `a`. */
  readonly permissions: string;
  readonly exec?: ExecMode;
  /** Whether the environment is scrubbed (a capital mode such as `Px`, or `safe`). */
  readonly scrub?: boolean;
  /** Only with ix: the word `unsafe` is written, which the kernel's table keeps though it changes nothing for ix. */
  readonly unsafe?: boolean;
  /** Named transition. */
  readonly target?: string;
  /** With `l` among other permissions and no exec mode: what the link may point to. */
  readonly linkTarget?: string;
}

/** Permissions of the bare rule `file,`, which also has ix. */
const EVERYTHING = 'mrwlk';

export const file: Family<FileRule> = {
  type: 'file',
  keywords: ['file'],
  order: 160,
  parse: (cursor, qualifiers) => parseFile(cursor, qualifiers, true) as FileRule,
  print,
  patterns: ({ path, linkTarget }) => (path === undefined ? [] : linkTarget === undefined ? [path] : [path, linkTarget]),
  covers,
  fromAccess,
};

/** Reads a file rule behind its qualifiers, with or without the word `file`. `l PATH -> TARGET` is a link rule. */
export function parseFile(cursor: Cursor, qualifiers: Qualifiers, keyword: boolean): FileRule | LinkRule {
  cursor.skip();
  if (keyword && cursor.code() === CHAR.COMMA) {
    cursor.pos++;
    return bareRule(cursor, qualifiers);
  }
  const word = cursor.peekIdentifier();
  const prefix = word === 'safe' || word === 'unsafe' ? word : undefined;
  if (prefix !== undefined) {
    cursor.pos += prefix.length;
    cursor.skip();
  }
  return !atPath(cursor) && isPermissionsAhead(cursor) ? leadingForm(cursor, qualifiers, prefix) : trailingForm(cursor, qualifiers, prefix);
}

function bareRule(cursor: Cursor, qualifiers: Qualifiers): FileRule {
  if (qualifiers.access === 'deny') {
    cursor.reportAt('file', { code: 'exec-deny', message: 'the bare file rule gives ix, which cannot be denied', help: 'write deny /{**,} rwlkmx' });
  }
  return { type: 'file', qualifiers, permissions: EVERYTHING, exec: 'ix', scrub: false };
}

/** Whether a word of permissions comes next: in front of a blank, a line end or a comma. */
export function isPermissionsAhead(cursor: Cursor): boolean {
  const word = cursor.peekIdentifier();
  const next = cursor.code(word.length);
  return (next === CHAR.COMMA || isSpace(next)) && readPermissions(word) !== undefined && !(word === 'all' && cursor.atLeast('4.1'));
}

function trailingForm(cursor: Cursor, qualifiers: Qualifiers, prefix: 'safe' | 'unsafe' | undefined): FileRule | LinkRule {
  return trailingTail(cursor, qualifiers, readPath(cursor, 'a path'), prefix);
}

/** Reads what follows the path of a file rule. */
export function trailingTail(cursor: Cursor, qualifiers: Qualifiers, path: string, prefix: 'safe' | 'unsafe' | undefined): FileRule | LinkRule {
  const permissions = takePermissions(cursor, path);
  const target = cursor.takeArrow() ? cursor.word('the target of the transition') : undefined;
  cursor.endRule('file');
  return judged(cursor, { qualifiers, permissions, prefix, path, target, subset: false });
}

function leadingForm(cursor: Cursor, qualifiers: Qualifiers, prefix: 'safe' | 'unsafe' | undefined): FileRule | LinkRule {
  const word = cursor.peekIdentifier();
  const permissions = readPermissions(word)!;
  cursor.pos += word.length;
  const subset = cursor.takeKeyword('subset');
  if (subset && word.toLowerCase() !== 'l') {
    cursor.reportAt('subset', { code: 'link-syntax', message: '"subset" is for link rules', help: 'leave it out, or write link subset PATH -> TARGET' });
  }
  const path = readPath(cursor, 'a path');
  const target = cursor.takeArrow() ? cursor.word('the target') : undefined;
  cursor.endRule('file');
  if (target !== undefined && permissions.letters.includes('l')) {
    checkLeadingLink(cursor, permissions, target);
  }
  return judged(cursor, { qualifiers, permissions, prefix, path, target, subset });
}

function checkLeadingLink(cursor: Cursor, permissions: Permissions, target: string): void {
  if (permissions.exec !== undefined) {
    cursor.reportAt('->', { code: 'link-syntax', message: 'with l and an exec mode "->" could tell either target', help: 'write one rule for the link and one for the program' });
  }
  if (target.startsWith(':')) {
    cursor.reportAt(target, { code: 'link-syntax', message: 'the target of a link has no namespace', help: 'write a path' });
  }
}

function takePermissions(cursor: Cursor, path: string): Permissions {
  cursor.skip();
  const word = cursor.peekIdentifier();
  const permissions = isPermissionsAhead(cursor) ? readPermissions(word) : undefined;
  if (permissions !== undefined) {
    cursor.pos += word.length;
    return permissions;
  }
  const found = cursor.found();
  if (word === '') {
    const help = 'write them behind the path: some of r w a l k m and one exec mode';
    cursor.fail({ code: 'missing-permission', message: `${found} stands where the permissions for "${path}" are expected`, help });
  }
  const exec = /x/i.test(word) && /^[rwalkmpciux]+$/i.test(word);
  cursor.fail({
    code: exec ? 'exec-mode' : 'unknown-permission',
    message: `${found} is no file permission`,
    help: exec ? 'i, u, p, c stand directly before the x: ix, px, cx, ux, pix, pux, cix, cux' : 'use some of r w a l k m and one exec mode; blanks in a path need quotes',
  });
}

/** What was read of a rule. */
interface Read {
  readonly qualifiers: Qualifiers;
  readonly permissions: Permissions;
  readonly prefix: 'safe' | 'unsafe' | undefined;
  readonly path: string;
  readonly target: string | undefined;
  readonly subset: boolean;
}

/** The rule, with the faults of its permissions noted. A target behind `l` without an exec mode is that of a link. */
function judged(cursor: Cursor, read: Read): FileRule | LinkRule {
  const { qualifiers, permissions: { letters, exec, scrub }, prefix, path, target, subset } = read;
  if (exec !== undefined || prefix !== undefined || letters.length > 1) {
    checkPermissions(cursor, read);
  }
  const isLink = target !== undefined && exec === undefined && letters.includes('l');
  if (isLink && letters === 'l') {
    return { type: 'link', qualifiers, path, target, subset };
  }
  return {
    type: 'file',
    qualifiers,
    path,
    permissions: letters,
    exec,
    scrub: exec !== undefined && exec !== 'x' && exec !== 'ix' && (prefix === undefined ? scrub : prefix === 'safe'),
    target: isLink ? undefined : target,
    linkTarget: isLink ? target : undefined,
    unsafe: prefix === 'unsafe' && exec === 'ix' ? true : undefined,
    layout: undefined,
  };
}

function checkPermissions(cursor: Cursor, { qualifiers, permissions: { letters, exec, conflict }, prefix, target }: Read): void {
  const note = (code: 'exec-mode' | 'exec-deny' | 'permission-conflict', message: string, help: string) => cursor.reportAt('', { code, message, help });
  if (letters.includes('w') && letters.includes('a')) {
    note('permission-conflict', 'w and a exclude each other', 'w includes appending, so keep one of them');
  }
  if (conflict) {
    note('exec-mode', 'there are two exec modes in one word', 'keep one of them');
  }
  if (prefix !== undefined && exec === undefined) {
    note('exec-mode', `"${prefix}" needs an exec mode`, 'add one such as px, or leave the word out');
  }
  // An unsafe bare x passes all parsers, and 3.0 let one pass that names a target.
  const passes = prefix === 'unsafe' || (target !== undefined && !cursor.atLeast('4.1'));
  if (exec === 'x' && qualifiers.access !== 'deny' && !passes) {
    note('exec-mode', 'a bare x says not how the program runs', 'write ix, px, cx or ux (or their combinations)');
  }
  if (qualifiers.access === 'deny' && exec !== undefined && (exec !== 'x' || prefix === 'unsafe')) {
    note('exec-deny', 'a deny rule takes the bare x only', 'write deny PATH x');
  }
}

/** The word of permissions, exec mode included. */
export function permissionText({ permissions, exec, scrub }: Pick<FileRule, 'permissions' | 'exec' | 'scrub'>): string {
  const mode = exec === undefined ? '' : scrub === true ? exec[0].toUpperCase() + exec.slice(1) : exec;
  return permissions + mode;
}

function print(rule: FileRule): string {
  const { qualifiers, path, target, linkTarget } = rule;
  if (path === undefined) {
    return ruleText(qualifiers, 'file', []);
  }
  if (linkTarget !== undefined) {
    return ruleText(qualifiers, permissionText(rule), [printWord(path), '->', printWord(linkTarget)]);
  }
  const word = /^[/@:&]/.test(path) ? printWord(path) : path;
  return ruleText(qualifiers, rule.unsafe === true ? `unsafe ${word}` : word, [permissionText(rule), target === undefined ? undefined : `-> ${printWord(target)}`]);
}

function covers(wide: FileRule, narrow: FileRule, patterns: PatternRelation): boolean {
  return wide.linkTarget === narrow.linkTarget
    && [...narrow.permissions].every((letter) => wide.permissions.includes(letter) || (letter === 'a' && wide.permissions.includes('w')))
    && (narrow.exec === undefined || (wide.exec === narrow.exec && wide.scrub === narrow.scrub && wide.target === narrow.target))
    && coversOptional(wide.path, narrow.path, patterns);
}

/** Executing comes out as ix: the mode that gives the program nothing new. */
function fromAccess(access: Access): FileRule | undefined {
  if (access.class !== 'file' && access.class !== 'exec') {
    return undefined;
  }
  const qualifiers: Qualifiers = access.owner === true ? { owner: 'owner' } : NO_QUALIFIERS;
  const path = literalPattern(access.path);
  if (access.class === 'exec') {
    return { type: 'file', qualifiers, path, permissions: '', exec: 'ix', scrub: false };
  }
  const mask = access.mask.includes('w') ? access.mask.replaceAll('a', '') : access.mask;
  return { type: 'file', qualifiers, path, permissions: [...PERMISSION_LETTERS].filter((letter) => mask.includes(letter)).join(''), scrub: false };
}
