/** A place for people: both count from 1, columns in UTF-16 units as editors do. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A half-open piece of a source text, in UTF-16 offsets from 0. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A text with a name. Lines are counted only when somebody asks for a position. */
export class SourceText {
  private starts: number[] | undefined;

  constructor(
    /** As it is to be shown to the user: usually the path as given. */
    readonly name: string,
    readonly text: string,
  ) {}

  /** The line and column of an offset; offsets outside of the text are moved to its nearest end. */
  position(offset: number): Position {
    const starts = this.lineStarts();
    const place = Math.max(0, Math.min(offset, this.text.length));
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1; // eslint-disable-line no-bitwise -- halves without a fraction
      if (starts[middle] <= place) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return { line: low + 1, column: place - starts[low] + 1 };
  }

  /** A line (counted from 1) without its line end; empty for lines that do not exist. */
  line(number: number): string {
    const starts = this.lineStarts();
    if (number < 1 || number > starts.length) {
      return '';
    }
    const end = number < starts.length ? starts[number] - 1 : this.text.length;
    const text = this.text.slice(starts[number - 1], end);
    return text.endsWith('\r') ? text.slice(0, -1) : text;
  }

  private lineStarts(): number[] {
    if (this.starts === undefined) {
      this.starts = [0];
      for (let at = this.text.indexOf('\n'); at !== -1; at = this.text.indexOf('\n', at + 1)) {
        this.starts.push(at + 1);
      }
    }
    return this.starts;
  }
}
