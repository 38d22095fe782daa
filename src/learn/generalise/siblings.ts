import { parentOf, type PathEntry } from './entry';
import { foldGroups, type Group } from './fold';
import type { Step, Strictness } from './step';

/** So many names in one directory with the same permission: the program takes whatever is there. */
const LEAST: Readonly<Record<Strictness, number>> = { exact: Infinity, balanced: 10, loose: 4 };

export const siblings: Step = {
  name: 'siblings',
  summary: `${LEAST.balanced} or more names (${LEAST.loose} with --strictness loose) in one directory with the same permission become dir/*.`,
  from: 'balanced',
  apply: (entries, strictness) => {
    const groups = new Map<string, { pattern: string; entries: PathEntry[] }>();
    const others: PathEntry[] = [];
    for (const entry of entries) {
      if (entry.pattern.includes('**')) {
        others.push(entry);
        continue;
      }
      // Directories are apart: `dir/*` does not match `dir/sub/`.
      const pattern = `${parentOf(entry.pattern)}*${entry.pattern.endsWith('/') ? '/' : ''}`;
      const group = groups.get(pattern);
      if (group === undefined) {
        groups.set(pattern, { pattern, entries: [entry] });
      } else {
        group.entries.push(entry);
      }
    }
    const ready: Group[] = [...groups.values(), { pattern: '/', entries: others }];
    return foldGroups(ready, siblings.name, LEAST[strictness]);
  },
};
