import { Automaton } from './automaton';
import type { Expression } from './expression';
import { parsePattern, type PatternOptions } from './pattern';

/** States that are looked at before two patterns count as too different to compare. */
const MAX_STATES = 20_000;

/**
 * Whether some text is matched by both patterns. Exact.
 *
 * @throws PatternError, LimitError
 */
export function patternsOverlap(one: string, other: string, options: PatternOptions = {}): boolean {
  return expressionsOverlap(parsePattern(one, options), parsePattern(other, options));
}

/**
 * Whether `wide` matches every text that `narrow` matches. Exact.
 *
 * @throws PatternError, LimitError
 */
export function patternCovers(wide: string, narrow: string, options: PatternOptions = {}): boolean {
  return wide === narrow || expressionCovers(parsePattern(wide, options), parsePattern(narrow, options));
}

export function expressionsOverlap(one: Expression, other: Expression): boolean {
  for (const matching of sets([one, other])) {
    if (matching.length === 2) {
      return true;
    }
  }
  return false;
}

export function expressionCovers(wide: Expression, narrow: Expression): boolean {
  for (const matching of sets([wide, narrow])) {
    if (matching.length === 1 && matching[0] === 1) {
      return false;
    }
  }
  return true;
}

/**
 * Every set of patterns that some one text matches, as ascending indices; the empty one, too. Sets come once.
 *
 * @throws LimitError
 */
export function * matchingSets(patterns: readonly string[], options: PatternOptions = {}): Generator<readonly number[]> {
  const seen = new Set<readonly number[]>();
  for (const matching of sets(patterns.map((pattern) => parsePattern(pattern, options)))) {
    if (!seen.has(matching)) {
      seen.add(matching);
      yield matching;
    }
  }
}

function sets(expressions: readonly Expression[]): Generator<readonly number[]> {
  return new Automaton(expressions, (matching) => matching).reachable(MAX_STATES);
}
