import { DiagnosticsError } from '../diagnostics';
import { isCalled, type Subject, subjectName } from './attribution';
import { explanation } from './explain';
import type { Need } from './rules-from-accesses';
import type { Suggestions } from './suggest';
import { parseProfileText } from '../language/parse';
import { childHead } from '../language/read-back';
import type { Item, Profile, ProfileFile } from '../language/tree';
import { familyOf, printRule } from '../rules/registry';

/** A text of profiles, read to be amended. */
export interface AmendedFile {
  readonly fileName: string;
  readonly text: string;
  readonly tree: ProfileFile;
}

/** @throws DiagnosticsError where the text is no policy */
export function readForAmending(fileName: string, text: string): AmendedFile {
  const { tree, diagnostics } = parseProfileText(text, { fileName });
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    throw new DiagnosticsError(`${fileName} cannot be amended: it is no correct profile`, errors);
  }
  return { fileName, text, tree };
}

/** Names of the profiles in a file, without their children. */
export function profilesIn({ tree }: AmendedFile): string[] {
  return rootsOf(tree).map(({ name }) => name);
}

function rootsOf(tree: ProfileFile): Profile[] {
  return tree.body.items.filter((item): item is Profile => item.type === 'profile');
}

/** The profile that a finding is about, undefined where the file has none; the nearest that it has, for a child that it lacks. */
export function findProfile({ tree }: AmendedFile, { namespace, names }: Subject): { profile: Profile; missing: readonly string[] } | undefined {
  const root = rootsOf(tree).find((profile) => profile.namespace === namespace && isCalled(names[0]!, profile.name));
  if (root === undefined) {
    return undefined;
  }
  let profile = root;
  for (const [index, name] of names.slice(1).entries()) {
    const child = profile.body.items.find((item): item is Profile => item.type === 'profile' && item.name === name);
    if (child === undefined) {
      return { profile, missing: names.slice(index + 1) };
    }
    profile = child;
  }
  return { profile, missing: [] };
}

/** The text with the rules added, and the profiles that it has no place for. What stood there stays to the byte. */
export function amend(file: AmendedFile, suggestions: readonly Suggestions[], explain: boolean): { text: string; unplaced: string[] } {
  const insertions = new Map<number, string[]>();
  const unplaced: string[] = [];
  for (const { subject, needs } of suggestions) {
    if (needs.length === 0) {
      continue;
    }
    const found = findProfile(file, subject);
    if (found === undefined) {
      unplaced.push(subjectName(subject));
    } else if (found.missing.length === 0) {
      insertRules(file.text, found.profile, needs, explain, insertions);
    } else {
      insertChild(file.text, found.profile, found.missing, needs, insertions);
    }
  }
  return { text: withInsertions(file.text, insertions), unplaced };
}

function insertRules(text: string, profile: Profile, needs: readonly Need[], explain: boolean, insertions: Map<number, string[]>): void {
  for (const need of needs) {
    const { at, indent } = placeFor(text, profile, need.rule.type);
    const comment = explain ? `  # ${explanation(need)}` : '';
    add(insertions, at, `\n${indent}${printRule(need.rule)}${comment}`);
  }
}

function insertChild(text: string, profile: Profile, missing: readonly string[], needs: readonly Need[], insertions: Map<number, string[]>): void {
  const { at, indent } = placeFor(text, profile, 'profile');
  const open = missing.map((name, depth) => `\n${indent}${'  '.repeat(depth)}${childHead(name)} {`).join('');
  const inner = needs.map(({ rule }) => `\n${indent}${'  '.repeat(missing.length)}${printRule(rule)}`).join('');
  const close = missing.map((_, depth) => `\n${indent}${'  '.repeat(missing.length - 1 - depth)}}`).join('');
  add(insertions, at, `\n${open}${inner}${close}`);
}

function add(insertions: Map<number, string[]>, at: number, text: string): void {
  const there = insertions.get(at) ?? [];
  there.push(text);
  insertions.set(at, there);
}

/** Behind the last rule of the family that is nearest in the order of families, else where the profile ends. */
function placeFor(text: string, profile: Profile, type: Item['type']): { at: number; indent: string } {
  const { body, layout } = profile;
  const written = body.items.filter((item) => item.layout !== undefined && item.layout.source === layout!.source);
  const same = written.filter((item) => item.type === type).at(-1);
  const rules = written.filter((item) => item.type !== 'profile');
  const after = same ?? (type === 'profile' ? written.at(-1) : nearest(rules, type));
  if (after === undefined) {
    return { at: body.layout!.open, indent: `${indentAt(text, layout!.start)}  ` };
  }
  return { at: lineEndBehind(text, after.layout!.end, body.layout!.close), indent: indentAt(text, after.layout!.start) };
}

/** The last rule of a family that stands before `type` in the order of families. */
function nearest(rules: readonly Item[], type: Item['type']): Item | undefined {
  const order = orderOf(type);
  return rules.filter((item) => orderOf(item.type) <= order).at(-1) ?? rules.at(-1);
}

function orderOf(type: Item['type']): number {
  switch (type) {
    case 'include': case 'abi': case 'alias': case 'variable': case 'boolean': case 'if': case 'block':
      return 0;
    case 'profile':
      return Infinity;
    default:
      return familyOf({ type } as Parameters<typeof familyOf>[0]).order;
  }
}

/** Behind a rule and the comment on its line; directly behind the rule where something else follows on the line. */
function lineEndBehind(text: string, end: number, close: number): number {
  const newline = text.indexOf('\n', end);
  const lineEnd = newline < 0 || newline > close ? close : newline;
  const rest = text.slice(end, lineEnd).trim();
  return newline >= 0 && newline <= close && (rest === '' || rest.startsWith('#')) ? lineEnd - (text[lineEnd - 1] === '\r' ? 1 : 0) : end;
}

function indentAt(text: string, start: number): string {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  return /^[ \t]*/.exec(text.slice(lineStart, start))![0];
}

function withInsertions(text: string, insertions: ReadonlyMap<number, readonly string[]>): string {
  let [result, from] = ['', 0];
  for (const [at, added] of [...insertions].sort(([one], [other]) => one - other)) {
    result += text.slice(from, at) + added.join('');
    from = at;
    if (!/^\s*(?:\n|#)/.test(text.slice(at)) && text.slice(at).trimStart().startsWith('}')) {
      // A body on one line: its brace comes onto a line of its own.
      result += '\n';
      from += /^[ \t]*/.exec(text.slice(at))![0].length;
    }
  }
  return result + text.slice(from);
}
