import { literalPattern } from '../../language/words';
import type { Access } from '../../rules/access';
import type { Finding } from '../findings';
import { keepFew } from '../findings';
import { withOwnNumber } from '../sources/own-number';

/** How much stands behind a rule. */
export interface Evidence {
  /** Distinct accesses. */
  readonly distinct: number;
  /** Records, the same ones included. */
  readonly observations: number;
  /** Of these, how many were refused. */
  readonly denied: number;
  /** Seconds since 1970, 0 where unknown. */
  readonly first: number;
  readonly last: number;
  /** A few of the paths or other objects that were seen, in the order of their text. */
  readonly examples: readonly string[];
}

/** Permissions of one pattern, per letter: for everybody, or for the owner only. */
export interface Permissions {
  readonly everyone: string;
  /** Only those that `everyone` does not have. */
  readonly owner: string;
}

/** A path pattern that a profile needs. Plain data; steps make new ones. */
export interface PathEntry extends Permissions {
  readonly pattern: string;
  /** Executed, with `ix`. Never generalised. */
  readonly exec: boolean;
  /** Seen being made and removed again. */
  readonly isShortLived: boolean;
  /** Own ids of processes that the name held, in order. */
  readonly ownNumbers?: readonly number[];
  /** Names in the directory that stand behind the last component, up to as many as any step asks for. */
  readonly leaves: readonly string[];
  /** Of `leaves`, those that were written. */
  readonly written: readonly string[];
  readonly evidence: Evidence;
  /** Names of the steps that made the pattern, in their order. */
  readonly steps: readonly string[];
}

/** More names in one directory than any step counts. */
export const MAX_LEAVES = 64;

const LETTERS = 'mrwalk';

export function evidenceOf(finding: Finding, example: string): Evidence {
  return {
    distinct: 1, observations: finding.denied + finding.seen, denied: finding.denied, first: finding.first, last: finding.last, examples: [example],
  };
}

/** The entry of an access to a file. A program that is executed is also read and mapped. */
export function entryOf(access: Extract<Access, { class: 'file' | 'exec' }>, finding: Finding): PathEntry {
  const letters = access.class === 'exec' ? 'mr' : ordered(access.mask);
  const owned = access.class === 'file' && access.owner === true;
  const leaves = [leafOf(access.path)];
  return {
    pattern: literalPattern(access.path),
    everyone: owned ? '' : letters,
    owner: owned ? letters : '',
    exec: access.class === 'exec',
    isShortLived: finding.isMade && finding.isRemoved,
    ownNumbers: finding.ownNumbers,
    leaves,
    written: letters.includes('w') || letters.includes('a') ? leaves : NO_LEAVES,
    evidence: evidenceOf(finding, access.path),
    steps: NO_STEPS,
  };
}

const NO_STEPS: readonly string[] = [];

export const NO_LEAVES: readonly string[] = [];

/** The last component of a path, with the `/` of a directory. */
export function leafOf(path: string): string {
  return path.slice(path.lastIndexOf('/', path.length - 2) + 1);
}

/** The directory that a pattern's last component is in, with its `/`. */
export function parentOf(pattern: string): string {
  return pattern.slice(0, pattern.lastIndexOf('/', pattern.length - 2) + 1);
}

/**
 * Joins entries with equal patterns; keeps the order in which patterns first come. What was executed stays apart: it is not
 * generalised, and must not keep what was only read from it.
 */
export function joined(entries: Iterable<PathEntry>): PathEntry[] {
  const [files, programs] = [new Map<string, PathEntry>(), new Map<string, PathEntry>()];
  for (const entry of entries) {
    const byPattern = entry.exec ? programs : files;
    const before = byPattern.get(entry.pattern);
    byPattern.set(entry.pattern, before === undefined ? entry : joinedPair(before, entry));
  }
  return [...files.values(), ...programs.values()];
}

function joinedPair(one: PathEntry, other: PathEntry): PathEntry {
  return {
    pattern: one.pattern,
    ...permissions(one.everyone + other.everyone, one.owner + other.owner),
    exec: one.exec,
    isShortLived: one.isShortLived || other.isShortLived,
    ownNumbers: other.ownNumbers?.reduce(withOwnNumber, one.ownNumbers) ?? one.ownNumbers,
    leaves: union(one.leaves, other.leaves),
    written: union(one.written, other.written),
    evidence: joinedEvidence(one.evidence, other.evidence),
    steps: [...new Set([...one.steps, ...other.steps])].sort(),
  };
}

export function joinedEvidence(one: Evidence, other: Evidence): Evidence {
  return {
    distinct: one.distinct + other.distinct,
    observations: one.observations + other.observations,
    denied: one.denied + other.denied,
    first: one.first === 0 || other.first === 0 ? Math.max(one.first, other.first) : Math.min(one.first, other.first),
    last: Math.max(one.last, other.last),
    examples: other.examples.reduce(keepFew, one.examples),
  };
}

function union(one: readonly string[], other: readonly string[]): readonly string[] {
  if (one === other || other.length === 0 || one.length >= MAX_LEAVES || (one.length === 1 && other.length === 1 && one[0] === other[0])) {
    return one;
  }
  return [...new Set([...one, ...other])].slice(0, MAX_LEAVES);
}

/** Letters in the order of the language, each once; `w` includes `a`, and everybody includes the owner. */
export function permissions(everyone: string, owner: string): Permissions {
  const forAll = ordered(everyone);
  if (owner === '') {
    return { everyone: forAll, owner };
  }
  return { everyone: forAll, owner: ordered([...owner].filter((letter) => !gives(forAll, letter)).join('')) };
}

/** Whether letters hold one, or `w` for `a`. */
export function gives(letters: string, letter: string): boolean {
  return letters.includes(letter) || (letter === 'a' && letters.includes('w'));
}

const ORDERED = new Map<string, string>();

function ordered(letters: string): string {
  let result = ORDERED.get(letters);
  if (result === undefined) {
    result = [...LETTERS].filter((letter) => letters.includes(letter) && !(letter === 'a' && letters.includes('w'))).join('');
    if (letters.length <= 2 * LETTERS.length) {
      ORDERED.set(letters, result);
    }
  }
  return result;
}
