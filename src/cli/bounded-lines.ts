/** Longest line that is kept, in bytes; one access, or one line of a summary, is far below. */
export const LONGEST_LINE = 2 ** 20;

const NEWLINE = 0x0a;

/**
 * The lines of a stream. One that is longer than `LONGEST_LINE` comes as undefined, and no more of it is kept than that, so that an
 * input without line ends needs no memory.
 */
export async function* boundedLines(stream: AsyncIterable<Buffer | string>): AsyncGenerator<string | undefined> {
  let pieces: Buffer[] = [];
  let length = 0;
  const take = (piece: Buffer) => {
    length += piece.length;
    if (length > LONGEST_LINE) {
      pieces = [];
    } else {
      pieces.push(piece);
    }
  };
  const line = () => {
    const text = length > LONGEST_LINE ? undefined : Buffer.concat(pieces).toString('utf8').replace(/\r$/, '');
    [pieces, length] = [[], 0];
    return text;
  };
  for await (const given of stream) {
    const chunk = typeof given === 'string' ? Buffer.from(given) : given;
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      take(chunk.subarray(start, end));
      yield line();
      start = end + 1;
    }
    if (start < chunk.length) {
      take(Buffer.from(chunk.subarray(start)));
    }
  }
  if (length > 0) {
    yield line();
  }
}
