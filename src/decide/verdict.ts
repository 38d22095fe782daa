/** What comes of an access. */
export interface Verdict {
  /** `unmediated`: the features in force, or the profile's mode, leave such accesses alone. */
  readonly verdict: 'allowed' | 'denied' | 'unmediated';
  /** Whether the kernel logs it. */
  readonly audited: boolean;
  /** The rules that led to it, in the order of the text; none for what no rule allows. */
  readonly rules: readonly VerdictRule[];
  /** What an execution that is allowed leads to. */
  readonly transition?: Transition;
  /** Whether a `prompt` rule leaves it to somebody in user space; without one it stays denied. */
  readonly prompt?: true;
}

/** A rule and where it is written. */
export interface VerdictRule {
  /** As the text is named; empty for rules that a program made. */
  readonly file: string;
  /** From 1; 0 for rules that a program made. */
  readonly line: number;
  readonly text: string;
}

/** What the profile of an executed program will be. */
export interface Transition {
  /** As the rule has it, in lower case: `ix`, `px`, `cx`, `ux`, or one with a fallback such as `pix`. */
  readonly mode: string;
  /** Whether the environment is scrubbed (AT_SECURE). */
  readonly scrub: boolean;
  /** Name of the profile to come, as far as the policy tells: `unconfined`, or a profile's full name. */
  readonly target?: string;
}
