import type { PathEntry } from './entry';

/** How far patterns may go beyond what was seen. */
export type Strictness = 'exact' | 'balanced' | 'loose';

export const STRICTNESSES: readonly Strictness[] = ['exact', 'balanced', 'loose'];

/**
 * One way to see a pattern in paths. A step is monotone (more observations keep or widen what it gives) and does not depend
 * on the order of its entries; it looks at names inside of one directory only, never widens permissions, and never makes
 * a pattern that `boundaries.ts` forbids. Where it changes nothing it gives the list that it got.
 */
export interface Step {
  /** As suggestions name it. */
  readonly name: string;
  /** What it does and on what evidence, one sentence. */
  readonly summary: string;
  /** The least strictness that it runs at. */
  readonly from: Exclude<Strictness, 'exact'>;
  apply(entries: readonly PathEntry[], strictness: Strictness): readonly PathEntry[];
}

/**
 * A step that rewrites each pattern by its text alone; undefined where it has nothing to say. Other permissions than
 * those of `lettersOf` stay with the pattern as it was.
 */
export function rewriting(
  step: Pick<Step, 'name' | 'summary' | 'from'>, rewrite: (pattern: string) => string | undefined, lettersOf: (pattern: string) => string = () => 'mrwalk',
): Step {
  return {
    ...step,
    apply: (entries) => mapEntries(entries, (entry) => {
      const pattern = entry.exec ? undefined : rewrite(entry.pattern);
      const letters = lettersOf(entry.pattern);
      const taken = pattern === undefined || pattern === entry.pattern ? undefined : restricted(entry, (letter) => letters.includes(letter));
      if (taken === undefined) {
        return undefined;
      }
      const left = restricted(entry, (letter) => !letters.includes(letter));
      return [{ ...taken, pattern: pattern!, steps: [...entry.steps, step.name] }, ...(left === undefined ? [] : [left])];
    }),
  };
}

/** The entries with what comes in place of some; the same list where nothing does. */
export function mapEntries(entries: readonly PathEntry[], map: (entry: PathEntry) => readonly PathEntry[] | undefined): readonly PathEntry[] {
  let result: PathEntry[] | undefined;
  for (const [index, entry] of entries.entries()) {
    const mapped = map(entry);
    if (mapped !== undefined) {
      result ??= entries.slice(0, index);
      result.push(...mapped);
    } else {
      result?.push(entry);
    }
  }
  return result ?? entries;
}

/** The entry with only some of its permissions; undefined where it has none of them. */
export function restricted(entry: PathEntry, keep: (letter: string) => boolean): PathEntry | undefined {
  const [everyone, owner] = [entry.everyone, entry.owner].map((letters) => [...letters].filter(keep).join(''));
  return everyone === '' && owner === '' ? undefined : { ...entry, everyone, owner };
}

/** Rewrites the components of a pattern, from the first behind the root on. */
export function byComponent(pattern: string, rewrite: (component: string, before: readonly string[]) => string): string {
  const components = pattern.split('/');
  const done: string[] = [];
  for (const [index, component] of components.entries()) {
    done.push(index === 0 || component === '' ? component : rewrite(component, done));
  }
  return done.join('/');
}
