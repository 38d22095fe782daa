import type { Item } from '../language';

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

/** Values lead to others at most so often; recursive ones are the checker's matter. */
const DEEPEST = 8;
/** Longer results would make comparisons slow: the variable counts as anything then. */
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
export function expand(word: string, local: Values, depth = 0): string {
  if (!word.includes('@{')) {
    return word;
  }
  const text = word.replace(/@\{([A-Za-z][A-Za-z0-9_]*)\}/g, (_whole, name: string) => {
    const values = local.get(name) ?? USUAL.get(name);
    if (values === undefined || depth >= DEEPEST) {
      return '*';
    }
    const patterns = values.map((value) => expand(value, local, depth + 1));
    const joined = patterns.length === 1 ? patterns[0] : `{${patterns.join(',')}}`;
    return joined.length > LONGEST ? '*' : joined;
  });
  return text.replace(/\/{2,}/g, '/');
}
