import { mayFold } from './boundaries';
import type { PathEntry } from './entry';
import { mapEntries, restricted, type Step } from './step';

/**
 * So many directories of as many hexadecimal digits beside each other are a spread by hash. One digit is also a word's
 * first letter, so it needs more.
 */
const LEAST: Readonly<Record<number, number>> = { 1: 6, 2: 4, 3: 4 };

const LEAST_FIRST = 3;

const SHARD = /^[0-9a-f]{1,3}$/;
const CANDIDATE = /\/[0-9a-f]{1,3}\/./;
/** Deeper spreads are none. */
const MOST_LEVELS = 4;

/** Caches and stores spread their files over directories that hashes name: `/var/cache/x/c/29/…`. */
export const shards: Step = {
  name: 'shards',
  summary: 'Directories named by a few digits of a hash, many beside each other: the next file comes into another one.',
  from: 'balanced',
  apply: (entries) => {
    let current = entries;
    for (let level = 0; level < MOST_LEVELS; level++) {
      const next = foldLevel(current);
      if (next === current) {
        break;
      }
      current = next;
    }
    return current;
  },
};

interface Place {
  readonly parent: string;
  readonly name: string;
  readonly rest: string;
}

/** Folds the leftmost level of each spread. */
function foldLevel(entries: readonly PathEntry[]): readonly PathEntry[] {
  const spreads = new Map<string, Set<string>>();
  const candidates = entries.filter(({ exec, pattern }) => !exec && CANDIDATE.test(pattern));
  for (const { parent, name } of candidates.flatMap(({ pattern }) => placesIn(pattern))) {
    const key = keyOf(parent, name);
    const names = spreads.get(key);
    if (names === undefined) {
      spreads.set(key, new Set([name]));
    } else {
      names.add(name);
    }
  }
  const found = new Set([...spreads].filter(([, names]) => isSpread(names)).map(([key]) => key));
  return found.size === 0 ? entries : mapEntries(entries, (entry) => {
    const places = entry.exec || !CANDIDATE.test(entry.pattern) ? [] : placesIn(entry.pattern);
    const place = places.find(({ parent, name }) => found.has(keyOf(parent, name)));
    return place && folded(entry, place);
  });
}

function keyOf(parent: string, name: string): string {
  return `${name.length}${parent}`;
}

/** Hashes begin with any digit: names that count (`d00`, `d01`) are no spread. */
function isSpread(names: ReadonlySet<string>): boolean {
  const [first] = names;
  return names.size >= LEAST[first!.length]! && new Set([...names].map((name) => name[0])).size >= LEAST_FIRST && [...names].some((name) => /\d/.test(name));
}

/** Directories on the way to a file that could be shards, from the left. */
function placesIn(pattern: string): Place[] {
  const places: Place[] = [];
  for (let start = 1, end = pattern.indexOf('/', 1); end >= 0; start = end + 1, end = pattern.indexOf('/', start)) {
    const name = pattern.slice(start, end);
    if (SHARD.test(name) && end + 1 < pattern.length) {
      places.push({ parent: pattern.slice(0, start), name, rest: pattern.slice(end) });
    }
  }
  return places;
}

/** The entry with a class in place of the name; permissions that may not be folded there stay with the name. */
function folded(entry: PathEntry, { parent, name, rest }: Place): PathEntry[] | undefined {
  const isFoldable = (letter: string) => mayFold(parent, letter);
  const taken = restricted(entry, isFoldable);
  const left = restricted(entry, (letter) => !isFoldable(letter));
  const pattern = `${parent}${'[0-9a-f]'.repeat(name.length)}${rest}`;
  return taken === undefined ? undefined
    : [{ ...taken, pattern, steps: [...new Set([...entry.steps, shards.name])] }, ...(left === undefined ? [] : [left])];
}
