import { patternCovers, patternsOverlap } from '../automaton';
import type { PatternRelation } from '../rules/rule';

/**
 * The comparison of patterns for lints: what cannot be compared (broken or hostile patterns) counts as unrelated. What
 * begins otherwise is not compared at all, which saves most of the work.
 */
export const PATTERNS: PatternRelation = {
  includes: (wide, narrow) => wide === narrow || (mayCover(wide, narrow) && compared(() => patternCovers(wide, narrow))),
  overlaps: (one, other) => mayMeet(one, other) && compared(() => patternsOverlap(one, other)),
};

function mayCover(wide: string, narrow: string): boolean {
  const prefix = literalPrefix(wide);
  return prefix !== wide && literalPrefix(narrow).startsWith(prefix);
}

function compared(compare: () => boolean): boolean {
  try {
    return compare();
  } catch {
    return false;
  }
}

/** Whether the literal beginnings of two patterns allow a common text; saves most comparisons. */
function mayMeet(one: string, other: string): boolean {
  const [first, second] = [literalPrefix(one), literalPrefix(other)];
  return first.startsWith(second) || second.startsWith(first);
}

/** The text before the first character with a meaning in patterns. */
export function literalPrefix(pattern: string): string {
  const at = pattern.search(/[*?[{\\@]/);
  return at === -1 ? pattern : pattern.slice(0, at);
}

/** Patterns that match every path, whatever they look like. */
export function isEverything(pattern: string): boolean {
  return literalPrefix(pattern).length <= 1 && PATTERNS.includes(pattern, '/*/**');
}
