/** A pattern that no parser takes: unclosed or one-armed groups, a lone backslash at the end, and the like. */
export class PatternError extends Error {
  constructor(
    message: string,
    readonly pattern: string,
    /** UTF-16 offset in the pattern. */
    readonly offset: number,
  ) {
    super(message);
    this.name = 'PatternError';
  }
}

/** What has a limit, so that no pattern and no text can keep the program busy or eat its memory. */
export type LimitKind = 'pattern-length' | 'automaton-size' | 'work';

/** Thrown instead of going on without end. */
export class LimitError extends Error {
  constructor(message: string, readonly kind: LimitKind, readonly limit: number) {
    super(message);
    this.name = 'LimitError';
  }
}
