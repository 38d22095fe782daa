import { isAccessRule, printWord, type Item, type Profile } from '../language';
import type { RuleItem } from './qualify';
import type { FileRule } from '../rules/file';
import { PERMISSION_LETTERS } from '../rules/permissions';
import { familyOf, printRule } from '../rules/registry';

/** The header and body of a profile, typed: what `profilePrinter` needs. */
export interface TypedProfile {
  readonly abi: string;
  /** Variables that the includes use, `tunables/global`. */
  readonly preamble: readonly Item[];
  readonly flags: readonly string[];
  readonly items: readonly RuleItem[];
}

/**
 * Makes the text of a profile under any name: families in a fixed order with a blank line between them, sorted inside,
 * nothing twice. The order in which a program gave the rules has no influence on a byte of it.
 */
export function profilePrinter({ abi, preamble, flags, items }: TypedProfile): (name: string) => string {
  const head = [`abi <${abi}>,`, ...preamble.map(printNode)].join('\n');
  const tail = `${flags.length > 0 ? ` flags=(${flags.join(',')})` : ''} {\n${bodyText(items, '  ')}}\n`;
  return (name) => `${head}\n\nprofile ${printWord(name)}${tail}`;
}

function bodyText(items: readonly RuleItem[], indent: string): string {
  const groups = new Map<string, Line[]>();
  for (const line of lines(items, indent)) {
    const group = groups.get(line.family);
    if (group === undefined) {
      groups.set(line.family, [line]);
    } else {
      group.push(line);
    }
  }
  return [...groups.values()]
    .map((group) => group.map((line) => lineText(line, indent)).join(group[0].family === 'profile' ? '\n' : ''))
    .join('\n');
}

interface Line {
  readonly family: string;
  readonly place: number;
  /** Sorts inside of the family: the path, or the text without qualifiers. */
  readonly key: string;
  readonly text: string;
  readonly comments: readonly string[];
}

function lines(items: readonly RuleItem[], indent: string): Line[] {
  const byText = new Map<string, Line>();
  for (const { node, comments, children } of mergeFileRules(items)) {
    const text = node.type === 'profile' ? childText(node, children ?? [], indent) : printNode(node);
    const seen = byText.get(text);
    const all = [...new Set([...seen?.comments ?? [], ...comments])];
    byText.set(text, { family: node.type, place: placeOf(node), key: sortKey(node), text, comments: seen ? all.sort(compare) : all });
  }
  return [...byText.values()].sort((one, other) =>
    compareNumbers(one.place, other.place) || compare(one.key, other.key) || compare(one.text, other.text));
}

function lineText({ text, comments }: Line, indent: string): string {
  return `${comments.map((comment) => `${indent}# ${comment}\n`).join('')}${indent}${text}\n`;
}

function childText(node: Profile, items: readonly RuleItem[], indent: string): string {
  const flags = node.flags.length > 0 ? ` flags=(${node.flags.join(',')})` : '';
  const attachment = node.attachment === undefined ? '' : ` ${printWord(node.attachment)}`;
  const keyword = node.keyword === '^' ? 'hat' : 'profile';
  return `${node.keyword === 'hat' ? 'hat' : keyword} ${printWord(node.name)}${attachment}${flags} {\n${bodyText(items, `${indent}  `)}${indent}}`;
}

/** Rules that differ in their permissions only become one, as people write them: `/a rw,` for `/a r,` and `/a w,`. */
function mergeFileRules(items: readonly RuleItem[]): RuleItem[] {
  const merged: RuleItem[] = [];
  const places = new Map<string, number>();
  for (const item of items) {
    const key = item.node.type === 'file' ? mergeKey(item.node) : undefined;
    const place = key === undefined ? undefined : places.get(key);
    if (place !== undefined) {
      merged[place] = mergePair(merged[place], item);
      continue;
    }
    if (key !== undefined) {
      places.set(key, merged.length);
    }
    merged.push(item);
  }
  return merged;
}

/** Equal for rules that may merge: not the bare rule, and not `a`, which excludes `w`. */
function mergeKey({ path, permissions, exec, scrub, target, qualifiers }: FileRule): string | undefined {
  if (path === undefined || permissions.includes('a')) {
    return undefined;
  }
  const { priority, audit, access, owner } = qualifiers;
  return JSON.stringify([path, exec, scrub, target, priority, audit, access, owner]);
}

function mergePair(one: RuleItem, other: RuleItem): RuleItem {
  const [first, second] = [one.node as FileRule, other.node as FileRule];
  const permissions = [...PERMISSION_LETTERS].filter((letter) => `${first.permissions}${second.permissions}`.includes(letter)).join('');
  return { node: { ...first, permissions }, comments: [...one.comments, ...other.comments].sort(compare) };
}

function printNode(node: Item): string {
  if (isAccessRule(node)) {
    return printRule(node);
  }
  if (node.type === 'include') {
    const path = node.magic ? `<${node.path}>` : `"${node.path}"`;
    return `include ${node.ifExists ? 'if exists ' : ''}${path}`;
  }
  throw new Error(`a program cannot build "${node.type}"`);
}

function sortKey(node: Item): string {
  if (node.type === 'file' || node.type === 'link') {
    return node.path ?? '';
  }
  return isAccessRule(node) ? printRule({ ...node, qualifiers: {} }) : printNodeName(node);
}

function printNodeName(node: Item): string {
  return node.type === 'profile' ? node.name : printNode(node);
}

/** Includes first, child profiles last. */
function placeOf(node: Item): number {
  return isAccessRule(node) ? familyOf(node).order : node.type === 'profile' ? Infinity : -1;
}

/** By code units: the same on every machine and in every locale. */
function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function compareNumbers(one: number, other: number): number {
  return one === other ? 0 : one - other;
}
