import { mayFold } from './boundaries';
import { gives, joined, joinedEvidence, leafOf, MAX_LEAVES, NO_LEAVES, parentOf, type PathEntry, permissions } from './entry';

/** Entries that could become one pattern. */
export interface Group {
  readonly pattern: string;
  readonly entries: readonly PathEntry[];
}

/**
 * Folds the entries of each group into its pattern, letter by letter: a letter goes into the pattern where enough names
 * have it. What an entry has beyond that stays with it, so that folding gives no name a permission that few had, and more
 * observations never take one away.
 */
export function foldGroups(groups: Iterable<Group>, step: string, least: number): PathEntry[] {
  const result: PathEntry[] = [];
  for (const { pattern, entries } of groups) {
    const letters = foldable(pattern, entries, least);
    if (letters.all === '') {
      entries.forEach((entry) => result.push(entry));
      continue;
    }
    const parts = entries.filter((entry) => !entry.exec && hasAny(entry, letters.all));
    result.push(folded(pattern, parts, letters, step));
    for (const entry of entries) {
      const rest = entry.exec ? entry : without(entry, letters);
      if (rest !== undefined) {
        result.push(rest);
      }
    }
  }
  return joined(result);
}

interface Letters {
  readonly all: string;
  /** Of these, those that only owners used. */
  readonly owner: string;
}

function foldable(pattern: string, entries: readonly PathEntry[], least: number): Letters {
  let [all, owner] = ['', ''];
  for (const letter of 'mrwalk') {
    const having = entries.filter((entry) => !entry.exec && (gives(entry.everyone, letter) || gives(entry.owner, letter)));
    if (having.length > 0 && mayFold(parentOf(pattern), letter, leafOf(pattern)) && countLeaves(having, least) >= least) {
      all += letter;
      owner += having.some(({ everyone }) => gives(everyone, letter)) ? '' : letter;
    }
  }
  return { all, owner };
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
    leaves,
    written: written.size === 0 ? NO_LEAVES : written,
    evidence: parts.map(({ evidence }) => evidence).reduce(joinedEvidence),
    steps: [...new Set([...parts.flatMap(({ steps }) => steps), step])].sort(),
  };
}

function addSome(to: Set<string>, from: ReadonlySet<string>): void {
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
