import { leafOf, parentOf, type PathEntry } from './entry';
import { countLeaves, fold } from './fold';
import type { Step } from './step';

/** So many names of one shape, each written by the program, are no accident. */
const LEAST = 3;
/** With so many fixed characters in the pattern, one name is enough that the program made and removed again. */
const LEAST_FIXED = 3;

/** A name with a random part: what stands before it ends in a mark or is `tmp`, what follows begins with a mark. */
const SHAPE = /^((?:[A-Za-z0-9.]*[-._#~@+])?(?:tmp|temp)?)([A-Za-z0-9_]{6,16}?)((?:[.~-][A-Za-z0-9.~-]*)?\/?)$/;

export const temporaryNames: Step = {
  name: 'temporary-names',
  summary: `${LEAST} or more files of one directory that the program wrote, or one that it also made and removed again, whose names have a random `
    + 'part between the same begin and end.',
  from: 'balanced',
  apply: (entries) => fold(entries, {
    step: temporaryNames.name,
    least: leastOf,
    keyOf: ({ exec, written, pattern }) => (exec || written.length === 0 ? undefined : shapeOf(pattern)),
    isReady: (group, pattern) => countLeaves(group, LEAST, 'written') >= leastOf(group, pattern),
  }),
};

function leastOf(group: readonly PathEntry[], pattern: string): number {
  return group.some(({ isShortLived }) => isShortLived) && leafOf(pattern).replace(/[*/]/g, '').length >= LEAST_FIXED ? 1 : LEAST;
}

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
