import { bytesOf } from './bytes';

/** Which of the 256 bytes: a table of zeros and ones. */
export type ByteSet = Uint8Array;

/** A regular expression over bytes. Plain data. */
export type Expression =
  | { readonly type: 'literal'; readonly bytes: Uint8Array }
  /** One byte; `listed` where the pattern names the bytes that it takes, as `[abc]` does. */
  | { readonly type: 'set'; readonly set: ByteSet; readonly listed: boolean }
  | { readonly type: 'sequence'; readonly parts: readonly Expression[] }
  | { readonly type: 'alternatives'; readonly arms: readonly Expression[] }
  /** Zero or more times. */
  | { readonly type: 'repeat'; readonly body: Expression };

export const EMPTY: Expression = { type: 'sequence', parts: [] };

/** Matches nothing at all, not even the empty text. */
export const NEVER: Expression = { type: 'alternatives', arms: [] };

export function literal(text: string | Uint8Array): Expression {
  return { type: 'literal', bytes: typeof text === 'string' ? bytesOf(text) : text };
}

export function byteSet(contains: (byte: number) => boolean, listed = false): Expression {
  return { type: 'set', set: Uint8Array.from({ length: 256 }, (_, byte) => (contains(byte) ? 1 : 0)), listed };
}

export function sequence(...parts: Expression[]): Expression {
  return parts.length === 1 ? parts[0] : { type: 'sequence', parts };
}

export function alternatives(...arms: Expression[]): Expression {
  return arms.length === 1 ? arms[0] : { type: 'alternatives', arms };
}

export function repeat(body: Expression): Expression {
  return { type: 'repeat', body };
}

export function optional(body: Expression): Expression {
  return alternatives(body, EMPTY);
}

/** Any text without a NUL byte. */
export const ANY_TEXT: Expression = repeat(byteSet((byte) => byte !== 0));

/** Any bytes at all. */
export const ANY_BYTES: Expression = repeat(byteSet(() => true));

/**
 * Whether the expression lists what it matches, so that it wins over globs: no star, no `?`, no `[^…]`.
 *
 * @param sets whether `[abc]` counts as exact (parsers from 4.1 on)
 */
export function isExact(expression: Expression, sets = true): boolean {
  switch (expression.type) {
    case 'literal': return true;
    case 'set': return sets && expression.listed;
    case 'sequence': return expression.parts.every((part) => isExact(part, sets));
    case 'alternatives': return expression.arms.every((arm) => isExact(arm, sets));
    case 'repeat': return false;
  }
}
