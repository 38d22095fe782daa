import { hasErrors } from '../diagnostics';
import { parseProfileText } from './parse';
import { isAccessRule, type Profile } from './tree';
import { printWord } from './words';
import { type AccessRule, familyOf, printRule } from '../rules/registry';

/**
 * Whether a rule, written down, is read as itself. Rules that come from logs may hold words that the language does not have, or
 * that would be read as more than one rule: such a rule has no text.
 */
export function readsBack(rule: AccessRule): boolean {
  const text = printRule(rule);
  const item = onlyProfile(`profile x {\n${text}\n}\n`)?.body.items;
  const [read] = item ?? [];
  return item?.length === 1 && read !== undefined && isAccessRule(read) && read.type === rule.type
    && printRule(read) === text && sameWords(familyOf(read).patterns(read), familyOf(rule).patterns(rule));
}

/** A backslash that would take the quote behind it. */
const DANGLING = /(?<!\\)(?:\\\\)*\\$/;

function sameWords(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((word, at) => word === other[at]);
}

/** Whether a profile can be written down under these names: its own, and behind it those of its children. */
export function readsBackAsName(names: readonly string[], namespace: string | undefined): boolean {
  const [name = '', ...children] = names;
  if (names.some((part) => DANGLING.test(part))) {
    return false;
  }
  const head = `profile ${printWord(namespace === undefined ? name : `:${namespace}:${name}`)}`;
  const profile = onlyProfile(`${head} {\n}\n`);
  return profile?.name === name && profile.namespace === namespace && children.every((child) => {
    const items = onlyProfile(`profile x {\n${childHead(child)} {\n}\n}\n`)?.body.items ?? [];
    return items.length === 1 && items[0]!.type === 'profile' && items[0].name === child;
  });
}

/** What is reached by executing is a child profile; what a program changes into by itself, a hat. */
export function childHead(name: string): string {
  return name.startsWith('/') ? `profile ${printWord(name)}` : `^${printWord(name)}`;
}

function onlyProfile(text: string): Profile | undefined {
  const { tree: { body: { items } }, diagnostics } = parseProfileText(text);
  return !hasErrors(diagnostics) && items.length === 1 && items[0]!.type === 'profile' ? items[0] : undefined;
}
