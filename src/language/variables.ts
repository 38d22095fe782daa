import { isIdentifierPart, isLetter } from './characters';
import type { Fault } from './cursor';
import type { Variables } from './policy';

/** Characters that an expansion may have; the cross product of a few variables is easily larger. */
const LONGEST = 1_000_000;

/** A word without variables, or why there is none. */
export type Expansion = { readonly pattern: string; readonly fault?: undefined } | { readonly fault: Fault; readonly pattern?: undefined };

/** A reference `@{name}` in a word. */
export interface Reference {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** The references of a word. What is no name is text: `@{a,b}` is an `@` and a group. */
export function referencesOf(word: string): Reference[] {
  const found: Reference[] = [];
  for (let at = word.indexOf('@{'); at !== -1; at = word.indexOf('@{', at + 2)) {
    let end = at + 2;
    while (isIdentifierPart(word.charCodeAt(end))) {
      end++;
    }
    if (word[end] === '}' && end > at + 2 && !escaped(word, at)) {
      found.push({ name: word.slice(at + 2, end), start: at, end: end + 1 });
    }
  }
  return found;
}

function escaped(word: string, at: number): boolean {
  let backslashes = 0;
  while (word[at - 1 - backslashes] === '\\') {
    backslashes++;
  }
  return backslashes % 2 === 1;
}

/**
 * The pattern that a word stands for: each `@{name}` becomes its only value or the group of its values; apparmor.d(5),
 * "Variables". Slashes that would double at the edges of a value are cut.
 */
export function expandVariables(word: string, variables: Variables): Expansion {
  return word.includes('@{') ? expand(word, variables, []) : { pattern: word };
}

function expand(word: string, variables: Variables, path: readonly string[]): Expansion {
  let [pattern, from] = ['', 0];
  for (const { name, start, end } of referencesOf(word)) {
    const values = valuesOf(name, variables, path);
    if (!Array.isArray(values)) {
      return { fault: values as Fault };
    }
    pattern += word.slice(from, start);
    pattern += group(values, pattern, word[end]);
    from = end;
    if (pattern.length > LONGEST) {
      return { fault: tooLong(name) };
    }
  }
  return { pattern: pattern + word.slice(from) };
}

function valuesOf(name: string, variables: Variables, path: readonly string[]): string[] | Fault {
  if (path.includes(name)) {
    return { code: 'recursive-variable', message: `the value of @{${name}} leads back to itself`, help: 'assign it without itself' };
  }
  const values = variables.get(name);
  if (values === undefined) {
    return undeclared(name);
  }
  const expanded: string[] = [];
  for (const value of values) {
    const alternatives = value.includes('@{') ? expandValue(value, variables, [...path, name]) : [value];
    if (!Array.isArray(alternatives)) {
      return alternatives as Fault;
    }
    expanded.push(...alternatives);
  }
  return expanded;
}

/** A value that refers to others stands for one value for each of theirs, not for a group: stars in them end where they end. */
function expandValue(value: string, variables: Variables, path: readonly string[]): string[] | Fault {
  let [texts, from] = [[''], 0];
  for (const { name, start, end } of referencesOf(value)) {
    const values = valuesOf(name, variables, path);
    if (!Array.isArray(values)) {
      return values as Fault;
    }
    const between = value.slice(from, start);
    if (texts.length * values.length * value.length > LONGEST) {
      return tooLong(name);
    }
    texts = texts.flatMap((text) => fitted(values, text + between, value[end]).map((one) => text + between + one));
    from = end;
    if (texts.reduce((sum, text) => sum + text.length, 0) > LONGEST) {
      return tooLong(name);
    }
  }
  return texts.map((text) => text + value.slice(from));
}

function tooLong(name: string): Fault {
  return { code: 'variable-value', message: `the expansion of @{${name}} is too long`, help: 'use fewer variables in one word' };
}

function undeclared(name: string): Fault {
  if (!isLetter(name.charCodeAt(0))) {
    return { code: 'variable-syntax', message: `"@{${name}}" is no variable`, help: 'its name starts with a letter' };
  }
  if (name === 'attach_path' || name === 'exec_path') {
    return { code: 'undefined-variable', message: `@{${name}} has no value, for the profile has no attachment`, help: 'give the profile a path behind its name' };
  }
  const help = 'assign it before the first profile, or include the file that does, such as <tunables/global>';
  return { code: 'undefined-variable', message: `@{${name}} is not declared`, help };
}

function group(values: readonly string[], before: string, next: string | undefined): string {
  const distinct = fitted(values, before, next);
  return distinct.length === 1 ? distinct[0] : `{${distinct.join(',')}}`;
}

/** The values, each once, without slashes that would double at their edges. */
function fitted(values: readonly string[], before: string, next: string | undefined): string[] {
  const cutStart = before.endsWith('/') && /[^/]/.test(before);
  const cut = values.map((value) => {
    const begun = cutStart ? value.replace(/^\/+/, '') : value;
    return next === '/' ? withoutSlashesAtEnd(begun) : begun;
  });
  return [...new Set(cut)];
}

function withoutSlashesAtEnd(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === '/') {
    end--;
  }
  return text.slice(0, end);
}

/** A pattern and its copies with the prefixes of aliases replaced; apparmor.d(5), "Alias rules". */
export function patternsOfAliases(pattern: string, aliases: ReadonlyArray<{ readonly from: string; readonly to: string }>): readonly string[] {
  if (aliases.length === 0) {
    return [pattern];
  }
  const copies = aliases.filter(({ from }) => pattern.startsWith(from)).map(({ from, to }) => to + pattern.slice(from.length));
  return [pattern, ...copies];
}
