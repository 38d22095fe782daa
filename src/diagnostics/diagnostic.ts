import type { Code } from './codes';
import type { Range, SourceText } from './source';

export type Severity = 'error' | 'warning';

/** One fault in a user's text. Plain data; `renderDiagnostic` makes it readable. */
export interface Diagnostic {
  /** From the closed list in `codes.ts`; stable over releases. */
  readonly code: Code;
  readonly severity: Severity;
  /** One sentence: what is wrong, with the value. */
  readonly message: string;
  /** What to write instead, as one sentence. */
  readonly help?: string;
  readonly source: SourceText;
  readonly range: Range;
  /** Where an included file was asked for, innermost first; empty for faults in the file itself. */
  readonly includedFrom?: readonly Place[];
}

/** A piece of a certain text. */
export interface Place {
  readonly source: SourceText;
  readonly range: Range;
}

/** Thrown where a text must be right: carries all that is wrong with it. */
export class DiagnosticsError extends Error {
  constructor(message: string, readonly diagnostics: readonly Diagnostic[]) {
    super(message);
    this.name = 'DiagnosticsError';
  }
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === 'error');
}
