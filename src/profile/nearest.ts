/** ` (did you mean "x"?)` with the closest of the known words, or nothing where none is close. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const near = nearest(word, known);
  return near === undefined ? '' : `; did you mean "${near}"?`;
}

/** Longer words are no slips of the pen. */
const LONGEST = 40;

/** The known word with the fewest letters changed, added, left out or swapped; at most a third of them. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase().replace(/^cap_|^sig|^af_|^sock_/, '');
  if (wanted.length > LONGEST) {
    return undefined;
  }
  let [best, least] = [undefined as string | undefined, Math.max(1, Math.floor(wanted.length / 3)) + 1];
  for (const candidate of known) {
    const distance = editDistance(wanted, candidate);
    if (distance < least) {
      [best, least] = [candidate, distance];
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const change = a[row - 1] === b[column - 1] ? 0 : 1;
      current[column] = Math.min(last[column] + 1, current[column - 1] + 1, last[column - 1] + change);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        current[column] = Math.min(current[column], before[column - 2] + 1);
      }
    }
    [before, last] = [last, current];
  }
  return last[b.length];
}
