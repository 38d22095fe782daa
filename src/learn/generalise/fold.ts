import { mayFold } from './boundaries';
import { gives, joinedEvidence, leafOf, MAX_LEAVES, NO_LEAVES, parentOf, type PathEntry, permissions } from './entry';

/** Entries that could become one pattern. */
interface Group {
  readonly pattern: string;
  readonly entries: readonly PathEntry[];
}

/** What a step folds, and on what evidence. */
export interface Folding {
  readonly step: string;
  /** So many of these names have to have a permission. */
  readonly least: (having: readonly PathEntry[], pattern: string) => number;
  /** What an entry shares with those that it could be folded with, undefined where there are none. */
  readonly keyOf: (entry: PathEntry) => string | undefined;
  /** What they would become. Default: the key. */
  readonly patternOf?: (key: string) => string;
  /** Whether a group is there at all. Default: yes. */
  readonly isReady?: (entries: readonly PathEntry[], pattern: string) => boolean;
}

/**
 * Folds entries that could become one pattern into it, letter by letter: a letter goes into the pattern where enough names
 * have it. What an entry has beyond that stays with it, so that folding gives no name a permission that few had, and more
 * observations never take one away.
 */
export function fold(entries: readonly PathEntry[], folding: Folding): readonly PathEntry[] {
  const result: PathEntry[] = [];
  const groups = new Map<string, PathEntry[]>();
  for (const entry of entries) {
    const key = folding.keyOf(entry);
    const group = key === undefined ? result : groups.get(key);
    if (group === undefined) {
      groups.set(key!, [entry]);
    } else {
      group.push(entry);
    }
  }
  let isFolded = false;
  for (const [key, group] of groups) {
    const pattern = folding.patternOf?.(key) ?? key;
    const letters = folding.isReady?.(group, pattern) === false ? NO_LETTERS : foldable(pattern, group, folding.least);
    isFolded = foldGroup({ pattern, entries: group }, letters, folding.step, result) || isFolded;
  }
  return isFolded ? result : entries;
}

/** @returns whether anything was folded */
function foldGroup({ pattern, entries }: Group, letters: Letters, step: string, result: PathEntry[]): boolean {
  if (letters.all === '') {
    entries.forEach((entry) => result.push(entry));
    return false;
  }
  const parts = entries.filter((entry) => !entry.exec && hasAny(entry, letters.all));
  result.push(folded(pattern, parts, letters, step));
  for (const entry of entries) {
    const rest = entry.exec ? entry : without(entry, letters);
    if (rest !== undefined) {
      result.push(rest);
    }
  }
  return true;
}

interface Letters {
  readonly all: string;
  /** Of these, those that only owners used. */
  readonly owner: string;
}

const NO_LETTERS: Letters = { all: '', owner: '' };

function foldable(pattern: string, entries: readonly PathEntry[], leastOf: Folding['least']): Letters {
  const least = leastOf(entries, pattern);
  if (countLeaves(entries, least) < least) {
    return NO_LETTERS;
  }
  let [all, owner] = ['', ''];
  for (const letter of 'mrwalk') {
    const having = entries.filter((entry) => !entry.exec && (gives(entry.everyone, letter) || gives(entry.owner, letter)));
    if (having.length > 0 && isEnough(having, leastOf(having, pattern)) && mayFold(parentOf(pattern), letter, leafOf(pattern))) {
      all += letter;
      owner += having.some(({ everyone }) => gives(everyone, letter)) ? '' : letter;
    }
  }
  return { all, owner };
}

function isEnough(entries: readonly PathEntry[], least: number): boolean {
  return countLeaves(entries, least) >= least;
}

/** Distinct names, as far as it matters. */
export function countLeaves(entries: readonly PathEntry[], enough: number, of: 'leaves' | 'written' = 'leaves'): number {
  const names = new Set<string>();
  for (const entry of entries) {
    for (const leaf of entry[of]) {
      names.add(leaf);
      if (names.size >= enough) {
        return names.size;
      }
    }
  }
  return names.size;
}

function hasAny({ everyone, owner }: PathEntry, letters: string): boolean {
  return [...everyone, ...owner].some((letter) => letters.includes(letter));
}

function folded(pattern: string, parts: readonly PathEntry[], letters: Letters, step: string): PathEntry {
  const [leaves, written] = [new Set<string>(), new Set<string>()];
  for (const part of parts) {
    addSome(leaves, part.leaves);
    addSome(written, part.written);
  }
  return {
    pattern,
    ...permissions([...letters.all].filter((letter) => !letters.owner.includes(letter)).join(''), letters.owner),
    exec: false,
    isShortLived: parts.some(({ isShortLived }) => isShortLived),
    leaves: [...leaves],
    written: written.size === 0 ? NO_LEAVES : [...written],
    evidence: parts.map(({ evidence }) => evidence).reduce(joinedEvidence),
    steps: [...new Set([...parts.flatMap(({ steps }) => steps), step])].sort(),
  };
}

function addSome(to: Set<string>, from: readonly string[]): void {
  for (const leaf of from) {
    if (to.size >= MAX_LEAVES) {
      return;
    }
    to.add(leaf);
  }
}

/** What of an entry the fold does not give; undefined where nothing is left. */
function without(entry: PathEntry, { all, owner }: Letters): PathEntry | undefined {
  const everyone = [...entry.everyone].filter((letter) => !all.includes(letter) || owner.includes(letter)).join('');
  const own = [...entry.owner].filter((letter) => !all.includes(letter)).join('');
  return everyone === '' && own === '' ? undefined : { ...entry, ...permissions(everyone, own) };
}
