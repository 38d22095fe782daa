import { parsePattern } from '../automaton';
import type { FlatProfile } from '../language';
import { FILE_BITS } from '../rules/file-match';
import type { Clause, Ground } from '../rules/match';

const READS: ReadonlyArray<readonly [path: string, bits: number]> = [
  ['/proc/*/attr/apparmor/', FILE_BITS.r], ['/sys/module/apparmor/parameters/enabled', FILE_BITS.r],
];
const FOR_CHANGE_PROFILE = [...READS, ['/proc/*/attr/{apparmor/,}{current,exec}', FILE_BITS.w] as const];
const FOR_HATS = [...READS, ['/proc/[0-9]*/attr/{apparmor/,}current', FILE_BITS.w] as const];

/**
 * What parsers add so that a process can ask for another profile or hat: to the owner only, and writing without appending.
 * Profiles that change, that are hats, or that hold others get it.
 */
export function impliedClauses({ rules, hat, children }: FlatProfile, ground: Ground): readonly Clause[] {
  const rows = [
    ...(rules.some(({ type }) => type === 'change_profile') ? FOR_CHANGE_PROFILE : []),
    ...(hat || children.length > 0 ? FOR_HATS : []),
  ];
  return rows.flatMap(([path, permissions]) => ground.paths(path)
    .map((pattern): Clause => ({ table: 'file', fields: [parsePattern(pattern)], permissions })));
}
