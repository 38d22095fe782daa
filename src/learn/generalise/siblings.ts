import { parentOf } from './entry';
import { fold } from './fold';
import type { Step, Strictness } from './step';

/** So many names in one directory with the same permission: the program takes whatever is there. */
const LEAST: Readonly<Record<Strictness, number>> = { exact: Infinity, balanced: 10, loose: 4 };

export const siblings: Step = {
  name: 'siblings',
  summary: `${LEAST.balanced} or more names (${LEAST.loose} with --strictness loose) in one directory with the same permission become dir/*.`,
  from: 'balanced',
  // Directories are apart: `dir/*` does not match `dir/sub/`.
  apply: (entries, strictness) => fold(entries, {
    step: siblings.name,
    least: () => LEAST[strictness],
    keyOf: ({ pattern }) => (pattern.includes('**') ? undefined : pattern.endsWith('/') ? `${parentOf(pattern)}/` : parentOf(pattern)),
    patternOf: (key) => (key.endsWith('//') ? `${key.slice(0, -1)}*/` : `${key}*`),
  }),
};
