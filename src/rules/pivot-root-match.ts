import { ANY_TEXT, parsePattern } from '../automaton';
import { collapseSlashes, type Ground, type Match } from './match';
import type { PivotRootRule } from './pivot-root';

export const pivotRootMatch: Match<PivotRootRule> = {
  clauses({ newRoot, oldRoot }, ground) {
    return [{ table: 'pivot_root', fields: [pathField(newRoot, ground), pathField(oldRoot, ground)], permissions: 1 }];
  },
};

/** The field of an optional path pattern that aliases leave alone; absent: any text. */
export function pathField(path: string | undefined, ground: Ground) {
  return path === undefined ? ANY_TEXT : parsePattern(collapseSlashes(ground.expand(path)));
}
