import type { RecordParts } from './record';

/**
 * Numbers in the last component of a name that could be the id of a process: two digits or more, no zero before them.
 * A process that names a file by its own id (`temp-113.rdb`) names another one at its next start.
 */
export function numbersIn(name: string | undefined): readonly number[] | undefined {
  if (name === undefined) {
    return undefined;
  }
  const numbers = name.slice(name.lastIndexOf('/', name.length - 2) + 1).match(NUMBER);
  return numbers === null ? undefined : numbers.map(Number);
}

const NUMBER = /(?<![0-9])[1-9][0-9]{1,9}(?![0-9])/g;

/** More than this many of them are no ids. */
const MOST = 8;

/** The list with one more, in order, each once; the same list where it is there. */
export function withOwnNumber(known: readonly number[] | undefined, number: number): readonly number[] {
  if (known === undefined) {
    return [number];
  }
  return known.includes(number) ? known : [...known, number].sort((one, other) => one - other).slice(0, MOST);
}

/** The process' own id where a name has it. */
export function ownNumbersOf({ template, pid }: RecordParts): readonly number[] | undefined {
  return pid !== undefined && numbersIn(template.name)?.includes(pid) === true ? [pid] : undefined;
}
