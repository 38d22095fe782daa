import { joined, type PathEntry } from './entry';
import { identifiers } from './identifiers';
import { kernelNumbers } from './kernel-numbers';
import { libraryVersions } from './library-versions';
import { processIds } from './process-ids';
import { shards } from './shards';
import { siblings } from './siblings';
import { type Step, STRICTNESSES, type Strictness } from './step';
import { temporaryNames } from './temporary-names';
import { volumeVersions } from './volume-versions';
import { wellKnownTrees } from './well-known-trees';

/** The steps in their order: first what a name's shape tells, then what many names tell. Adding one is its file and its line. */
export const STEPS: readonly Step[] = [
  kernelNumbers, processIds, volumeVersions, identifiers, libraryVersions,
  wellKnownTrees, shards, temporaryNames, siblings,
];

/** Entries with the patterns that the steps of this strictness see in them. */
export function generalise(entries: readonly PathEntry[], strictness: Strictness): readonly PathEntry[] {
  const level = STRICTNESSES.indexOf(strictness);
  return STEPS.filter(({ from }) => STRICTNESSES.indexOf(from) <= level).reduce((current, step) => {
    const next = step.apply(current, strictness);
    return next === current ? current : joined(next);
  }, joined(entries) as readonly PathEntry[]);
}
