import { expandVariables, referencesOf, type Item } from '../language';

type Values = ReadonlyMap<string, readonly string[]>;

/** What the usual tunables of a distribution hold, for texts that only include them. */
const USUAL: Values = new Map([
  ['PROC', ['/proc/']],
  ['sys', ['/sys/']],
  ['run', ['/run/', '/var/run/']],
  ['HOMEDIRS', ['/home/']],
  ['HOME', ['/home/*/', '/root/']],
  ['pid', ['[0-9]*']],
  ['pids', ['[0-9]*']],
  ['tid', ['[0-9]*']],
  ['uid', ['[0-9]*']],
  ['etc_ro', ['/etc/', '/usr/etc/']],
  ['etc_rw', ['/etc/']],
]);

/** Longer results would make comparisons slow: such a word counts as anything. */
const LONGEST = 2000;

/** The set variables that a text assigns itself. */
export function localVariables(items: readonly Item[]): Values {
  const values = new Map<string, readonly string[]>();
  for (const item of items) {
    if (item.type === 'variable') {
      values.set(item.name, item.operator === '+=' ? [...values.get(item.name) ?? USUAL.get(item.name) ?? [], ...item.values] : item.values);
    }
  }
  return values;
}

/** A pattern without variables: each is replaced by its values, or by `*` where nobody knows them. */
export function expand(word: string, local: Values): string {
  if (!word.includes('@{')) {
    return word;
  }
  const all = new Map([...USUAL, ...local]);
  for (const { name } of referencesOf(word)) {
    if (!all.has(name)) {
      all.set(name, ['*']);
    }
  }
  const { pattern } = expandVariables(word, all);
  return pattern === undefined || pattern.length > LONGEST ? '*' : pattern;
}

/** The usual variables as a text of `tunables/global`. */
export function usualTunables(): string {
  return [...USUAL].map(([name, values]) => `@{${name}} = ${values.join(' ')}\n`).join('');
}
