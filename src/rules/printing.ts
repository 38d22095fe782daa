import type { Qualifiers } from './rule';
import { printWord } from '../language/words';

/** Qualifiers with a blank behind each, in the order of the language. */
export function qualifiersText({ priority, audit, access, owner }: Qualifiers): string {
  return [
    priority === undefined ? '' : `priority=${priority} `,
    audit === true ? 'audit ' : '',
    access === undefined ? '' : `${access} `,
    owner === undefined ? '' : `${owner} `,
  ].join('');
}

/** A rule of these parts; those that are absent are left out. */
export function ruleText(qualifiers: Qualifiers, keyword: string, parts: ReadonlyArray<string | undefined>): string {
  return `${qualifiersText(qualifiers)}${[keyword, ...parts].filter((part) => part !== undefined && part !== '').join(' ')},`;
}

/** `name` or `(name, name)`; nothing for none. */
export function accessText(names: readonly string[]): string | undefined {
  return names.length > 1 ? `(${names.join(', ')})` : names[0];
}

/** `(name, name)`, as rules for sockets have it; nothing for none. */
export function accessList(names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : `(${names.join(', ')})`;
}

/** `name=value`; nothing without a value. */
export function conditionText(name: string, value: string | undefined): string | undefined {
  return value === undefined ? undefined : `${name}=${printWord(value)}`;
}

/** `peer=(name=value …)`; nothing where no part has a value. */
export function peerText(parts: ReadonlyArray<readonly [name: string, value: string | undefined]>): string | undefined {
  const given = parts.filter(([, value]) => value !== undefined).map(([name, value]) => `${name}=${listedWord(value!)}`);
  return given.length === 0 ? undefined : `peer=(${given.join(' ')})`;
}

/** A word inside of parentheses, where a parenthesis, an equals sign or any comma would end it. */
export function listedWord(word: string): string {
  const printed = printWord(word);
  return /[(),=]/.test(printed) && !printed.startsWith('"') ? `"${printed}"` : printed;
}

/** The source or target of a mount: where a colon begins it, too, it is no word. */
export function mountWord(word: string): string {
  return word.startsWith(':') ? `"${listedWord(word).replace(/^"|"$/g, '')}"` : listedWord(word);
}
