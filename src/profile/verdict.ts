/** What comes of an access. */
export enum Verdict {
  /** It goes through. */
  ALLOWED = 'allowed',
  /** It fails. */
  DENIED = 'denied',
  /** The abi of the profile or the kernel leaves such accesses alone: nothing holds them. */
  UNMEDIATED = 'unmediated',
}

/** A rule that led to a verdict. */
export interface DecidingRule {
  /** File that it stands in; the profile's name for the profile's own text. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** The rule as it is written, on one line. */
  readonly text: string;
}

/** What becomes of the confinement when a program is executed. */
export interface DecidedTransition {
  /** `ix`, `px`, `cx`, `ux`, or one with a fallback such as `pix`. */
  readonly mode: string;
  /** Whether the environment is scrubbed. */
  readonly scrub: boolean;
  /** The profile to come, as far as this text tells. @default - it depends on profiles that this text does not hold */
  readonly target?: string;
}

/** The answer to one access. */
export interface Decision {
  /** Whether it goes through. */
  readonly verdict: Verdict;
  /** Whether the kernel logs it. */
  readonly audited: boolean;
  /** What led to it; none for what no rule allows. */
  readonly rules: DecidingRule[];
  /** Under what an executed program runs. @default - for what is no allowed execution there is none */
  readonly transition?: DecidedTransition;
  /** Included files that were not read, since no `base` was given: they may allow or deny more. */
  readonly unread: string[];
}

/** Against what is decided. */
export interface DecisionOptions {
  /** A folder like `/etc/apparmor.d` in which included files are read. @default - they are not read, and the answer says so */
  readonly base?: string;
  /** Path of a features file of the node's kernel, in the format of those in `/etc/apparmor.d/abi`. @default - mainline kernel 6.1 */
  readonly features?: string;
  /** Name of the child profile or hat that is asked, `shell`. @default - the profile itself */
  readonly child?: string;
}
