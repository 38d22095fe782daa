import { leafOf, parentOf, type PathEntry } from './entry';
import { countLeaves, foldGroups, type Group } from './fold';
import type { Step } from './step';

/** So many names of one shape, each written by the program, are no accident. */
const LEAST = 3;

/** A name with a random part: what stands before it ends in a mark or is `tmp`, what follows begins with a mark. */
const SHAPE = /^((?:[A-Za-z0-9.]*[-._#~@+])?(?:tmp|temp)?)([A-Za-z0-9_]{6,16}?)((?:[.~-][A-Za-z0-9.~-]*)?\/?)$/;

export const temporaryNames: Step = {
  name: 'temporary-names',
  summary: `${LEAST} or more files of one directory that the program wrote, whose names have a random part between the same begin and end.`,
  from: 'balanced',
  apply: (entries) => {
    const groups = new Map<string, { pattern: string; entries: PathEntry[] }>();
    const others: PathEntry[] = [];
    for (const entry of entries) {
      const pattern = entry.exec || entry.written.size === 0 ? undefined : shapeOf(entry.pattern);
      const group = pattern === undefined ? undefined : groups.get(pattern);
      if (pattern === undefined) {
        others.push(entry);
      } else if (group === undefined) {
        groups.set(pattern, { pattern, entries: [entry] });
      } else {
        group.entries.push(entry);
      }
    }
    const ready = [...groups.values()].map((group): Group => (countLeaves(group.entries, LEAST, 'written') >= LEAST ? group : { ...group, pattern: '/' }));
    return foldGroups([...ready, { pattern: '/', entries: others }], temporaryNames.name, LEAST);
  },
};

/** The pattern of a name with a random part, undefined for other names. */
function shapeOf(pattern: string): string | undefined {
  const found = SHAPE.exec(leafOf(pattern));
  if (found === null || !isRandom(found[2]!, found[1] === '')) {
    return undefined;
  }
  return `${parentOf(pattern)}${found[1]}*${found[3]}`;
}

/** Digits among letters, capitals among small ones, long numbers: words have none of them. With nothing before it, more than a number behind a word. */
function isRandom(text: string, alone: boolean): boolean {
  const changes = text.match(/\d[A-Za-z]|[A-Za-z]\d/g)?.length ?? 0;
  return /\d{6}/.test(text) || changes > (alone ? 1 : 0) || /[a-z][A-Z]/.test(text) || /[A-Z]{2}[a-z]/.test(text);
}
