import { without } from './combine';
import type { ClauseTables } from './tables';
import type { LinkAccess } from '../rules/access';
import { FILE_BITS, SUBSET } from '../rules/file-match';
import type { Clause, Question } from '../rules/match';

const EVERYTHING = Object.values(FILE_BITS).reduce((sum, bit) => sum + bit, 0);

/**
 * Whether a link gives no more than its target, where the pair asks for that. Kernels test it only where the process owns
 * the target.
 */
export function linkIsSubset(tables: ClauseTables, [, pair]: readonly Question[], { path, target, owner }: LinkAccess): boolean {
  if (owner !== true || tables.matching(pair).judge(SUBSET).allowed === 0) {
    return true;
  }
  const judge = (name: string) => tables.matching({ table: 'file', fields: [name], permissions: EVERYTHING }).judge(EVERYTHING);
  const [link, original] = [judge(path), judge(target)];
  const excess = without(without(link.allowed, original.allowed), FILE_BITS.l);
  return excess === 0 && (link.exec === undefined || sameExec(link.exec, original.exec));
}

/** The same mode and target; a link that keeps the environment needs a target that keeps it, too. */
function sameExec({ exec: link }: Clause, target: Clause | undefined): boolean {
  const original = target?.exec;
  return link !== undefined && original !== undefined && link.mode === original.mode && link.target === original.target
    && (link.scrub || !original.scrub);
}
