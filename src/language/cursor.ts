import type { SourceText } from '../diagnostics';

/** A place in a text that is read from left to right. */
export class Cursor {
  constructor(readonly source: SourceText) {}
}
