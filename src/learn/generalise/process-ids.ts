import type { PathEntry } from './entry';
import { mapEntries, type Step } from './step';

/** Configuration, programs and what the kernel shows are not named by programs. */
const NEVER = /^\/(?:etc|usr|s?bin|lib(?:32|64|x32)?|boot|proc|sys)\//;

/** A file that a program names by its own process id (`/srv/redis/temp-113.rdb`): the next start has another. */
export const processIds: Step = {
  name: 'process-ids',
  summary: 'A number in a name that is the id of the process itself: the next start has another.',
  from: 'balanced',
  apply: (entries) => mapEntries(entries, (entry) => {
    if (entry.exec || entry.ownNumbers === undefined || NEVER.test(entry.pattern)) {
      return undefined;
    }
    const pattern = withoutNumbers(entry, entry.ownNumbers);
    return pattern === entry.pattern ? undefined : [{ ...entry, pattern, steps: [...entry.steps, processIds.name] }];
  }),
};

function withoutNumbers({ pattern }: PathEntry, numbers: readonly number[]): string {
  const at = pattern.lastIndexOf('/', pattern.length - 2) + 1;
  return pattern.slice(0, at) + pattern.slice(at).replace(new RegExp(`(?<![0-9])(?:${numbers.join('|')})(?![0-9])`, 'g'), '[0-9]*');
}
