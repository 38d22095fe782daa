/** A release of Kubernetes without its patch number, such as 1.30: the API changes with these only. */
export interface Release {
  readonly major: number;
  readonly minor: number;
}

/** The releases that a manifest is for, both ends included; without `newest` all later ones too. */
export interface ReleaseRange {
  readonly oldest: Release;
  readonly newest?: Release;
}

/** How pods name their profile: `appArmorProfile` fields, or annotations. */
export type Emission = 'fields' | 'annotations';

/** The first release with the fields, on by default there (gate `AppArmorFields`, beta in 1.30). */
export const FIRST_WITH_FIELDS: Release = { major: 1, minor: 30 };

/** The first release with the annotations. */
const FIRST_WITH_ANNOTATIONS: Release = { major: 1, minor: 4 };

/** What is meant where nobody says anything. */
export const DEFAULT_RANGE: ReleaseRange = { oldest: FIRST_WITH_FIELDS };

export function compareReleases(one: Release, other: Release): number {
  return one.major - other.major || one.minor - other.minor;
}

/**
 * How pods for these releases name their profile: fields where all of them know the fields, otherwise annotations, which
 * releases from 1.30 on still turn into fields. Never both, because a release that knows both refuses pods in which they differ.
 */
export function emissionFor(range: ReleaseRange): Emission {
  return compareReleases(range.oldest, FIRST_WITH_FIELDS) >= 0 ? 'fields' : 'annotations';
}

const RELEASE = /^v?(\d{1,3})\.(\d{1,3})(?:\.(?:\d{1,5}|x|\*))?$/;
const WAYS = 'write ">=1.30", "<=1.29", "1.28 - 1.31", ">=1.28 <1.31" or a single release such as "1.30"';

/** @throws if the text is no range, with the ways to write one. */
export function parseReleaseRange(text: string): ReleaseRange {
  const hyphen = /^\s*(\S{1,20})\s+-\s+(\S{1,20})\s*$/.exec(text);
  if (hyphen) return checkedRange(text, release(text, hyphen[1]), release(text, hyphen[2]));
  let oldest: Release | undefined;
  let newest: Release | undefined;
  for (const word of text.replace(/([<>]=?|=)\s+/g, '$1').split(/\s+/).filter((part) => part !== '')) {
    const [, sign, number] = /^([<>]=?|=)?(.*)$/.exec(word)!;
    const named = release(text, number);
    if (sign === '>=') oldest = named;
    else if (sign === '>') oldest = { major: named.major, minor: named.minor + 1 };
    else if (sign === '<=') newest = named;
    else if (sign === '<') newest = { major: named.major, minor: named.minor - 1 };
    else oldest = newest = named;
  }
  if (!oldest && !newest) throw new Error(`"${text}" names no Kubernetes version: ${WAYS}.`);
  return checkedRange(text, oldest ?? FIRST_WITH_ANNOTATIONS, newest);
}

function release(text: string, number: string): Release {
  const parts = RELEASE.exec(number);
  if (!parts) throw new Error(`"${number}" in "${text}" is no Kubernetes version: ${WAYS}.`);
  return { major: Number(parts[1]), minor: Number(parts[2]) };
}

function checkedRange(text: string, oldest: Release, newest: Release | undefined): ReleaseRange {
  if (compareReleases(oldest, FIRST_WITH_ANNOTATIONS) < 0) {
    throw new Error(`"${text}" reaches below Kubernetes 1.4, the first release with AppArmor: begin the range there or later.`);
  }
  if (newest && compareReleases(newest, oldest) < 0) {
    throw new Error(`"${text}" is an empty range of Kubernetes versions: its newest release is older than its oldest.`);
  }
  return newest ? { oldest, newest } : { oldest };
}

/** The range as a person writes it: `>=1.30`, `1.28 - 1.31`, `1.29`. */
export function describeRange(range: ReleaseRange): string {
  const text = (of: Release) => `${of.major}.${of.minor}`;
  if (!range.newest) return `>=${text(range.oldest)}`;
  return compareReleases(range.oldest, range.newest) === 0 ? text(range.oldest) : `${text(range.oldest)} - ${text(range.newest)}`;
}
