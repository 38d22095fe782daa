import type { PatternRelation } from './rule';

/** Whether an optional pattern covers another; an absent one stands for everything. */
export function coversOptional(wide: string | undefined, narrow: string | undefined, patterns: PatternRelation): boolean {
  return wide === undefined || (narrow !== undefined && patterns.includes(wide, narrow));
}
