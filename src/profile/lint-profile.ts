import type { Preset } from '../lint';

/** Loaded when first asked: a program that only writes profiles shall not pay for linting. */
// eslint-disable-next-line @typescript-eslint/no-require-imports
const lint = (): typeof import('../lint') => require('../lint');

/** How strict lints are. */
export interface LintProfileOptions {
  /** Also what `strict` lints have to say. @default false */
  readonly strict?: boolean;
  /** The oldest kernel of the nodes, `6.1`: also what it does not enforce. @default - not stated */
  readonly kernel?: string;
}

/** What a lint says of a profile. */
export interface LintFinding {
  /** The lint, as its page in docs/lints is called. */
  readonly id: string;
  /** `error`, `warning` or `note`. */
  readonly level: string;
  /** What is wrong. */
  readonly message: string;
  /** What to write instead. */
  readonly help: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

export function lintProfile(name: string, text: string, { strict = false, kernel }: LintProfileOptions = {}): LintFinding[] {
  const preset: Preset = strict ? 'strict' : 'recommended';
  return lint().lintText(text, name, { preset, ...(kernel === undefined ? {} : { kernel }) }).map(({ id, level, message, help, source, range }) => ({
    id, level, message, help, ...source.position(range.start),
  }));
}
