/**
 * The `key=value` pairs of an audit record, read with tolerance: unknown keys are kept, blanks may be missing behind a
 * quoted value, carriers may put anything before the first pair. The text is `latin1`: one character a byte.
 */
export interface Fields {
  /** In the order of the record; where a key is repeated the last one holds. Raw: neither decoded nor checked. */
  readonly pairs: readonly Pair[];
  /** `audit(TIME:SERIAL)`. */
  readonly stamp?: { readonly time: number; readonly serial: number };
  /** A quote is not closed: the line was cut. */
  readonly incomplete: boolean;
  /** A program wrote the record (`msg='…'`), and the kernel only passed it on. */
  readonly fromProgram: boolean;
}

export interface Pair {
  readonly key: string;
  readonly text: string;
  readonly quoted: boolean;
}

const BLANK = 0x20;
const TAB = 0x09;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const EQUALS = 0x3d;
/** Separates what an auditd with `log_format = ENRICHED` appends: names of the ids that stand before. */
const ENRICHMENT = 0x1d;

const STAMP = 'audit(';
const MESSAGE = ' msg=\'';

/** The record in `line`, or undefined where its stamp is damaged, so that nothing in it can be trusted. */
export function readFields(line: string): Fields | undefined {
  const pairs: Pair[] = [];
  const at = line.indexOf(STAMP);
  let start = 0;
  let stamp: Fields['stamp'];
  if (at >= 0 && isOutsideQuotes(line, at)) {
    const close = line.indexOf(')', at);
    stamp = close < 0 ? undefined : readStamp(line.slice(at + STAMP.length, close));
    if (stamp === undefined) {
      return undefined;
    }
    const type = lastTypeBefore(line, at);
    if (type !== undefined) {
      pairs.push({ key: 'type', text: type, quoted: false });
    }
    start = close + 1;
  }
  return { pairs, stamp, ...readPairs(line, start, pairs) };
}

/** The last value of a key. */
export function pairOf(pairs: readonly Pair[], key: string): Pair | undefined {
  for (let at = pairs.length - 1; at >= 0; at--) {
    if (pairs[at]!.key === key) {
      return pairs[at];
    }
  }
  return undefined;
}

function isOutsideQuotes(line: string, at: number): boolean {
  const quote = line.indexOf('"');
  return quote < 0 || quote > at;
}

function readStamp(text: string): { time: number; serial: number } | undefined {
  const colon = text.indexOf(':');
  const time = text.slice(0, colon);
  const serial = text.slice(colon + 1);
  if (colon < 0 || !/^\d{1,15}\.\d{1,9}$/.test(time) || !/^\d{1,15}$/.test(serial)) {
    return undefined;
  }
  return { time: Number(time), serial: Number(serial) };
}

/** Whether the `msg='…'` of a user space record is not closed, so that the next line may go on with it. */
export function isOpenMessage(line: string): boolean {
  const at = line.indexOf(MESSAGE);
  return at >= 0 && line.indexOf('\'', at + MESSAGE.length) < 0;
}

/** `type=AVC`, `type=1400`, `type=UNKNOWN[1503]`. */
function lastTypeBefore(line: string, end: number): string | undefined {
  const at = line.lastIndexOf('type=', end);
  return at < 0 ? undefined : line.slice(at + 5, wordEnd(line, at + 5));
}

function readPairs(line: string, start: number, pairs: Pair[]): Pick<Fields, 'incomplete' | 'fromProgram'> {
  let at = start;
  let fromProgram = false;
  while (at < line.length) {
    const keyStart = skipSeparators(line, at);
    if (keyStart >= line.length || line.charCodeAt(keyStart) === ENRICHMENT) {
      return { incomplete: false, fromProgram };
    }
    const keyEnd = endOfKey(line, keyStart);
    if (line.charCodeAt(keyEnd) !== EQUALS || keyEnd === keyStart) {
      at = Math.max(wordEnd(line, keyEnd), keyStart + 1);
      continue;
    }
    const key = line.slice(keyStart, keyEnd);
    const first = line.charCodeAt(keyEnd + 1);
    if (first === QUOTE) {
      const close = line.indexOf('"', keyEnd + 2);
      if (close < 0) {
        return { incomplete: true, fromProgram };
      }
      pairs.push({ key, text: line.slice(keyEnd + 2, close), quoted: true });
      at = close + 1;
    } else if (first === APOSTROPHE && key === 'msg') {
      // A user space record (USER_AVC): what stands before is about the daemon that wrote it.
      fromProgram = true;
      keepType(pairs);
      at = keyEnd + 2;
    } else {
      const end = wordEnd(line, keyEnd + 1);
      pairs.push({ key, text: line.slice(keyEnd + 1, end), quoted: false });
      at = end;
    }
  }
  return { incomplete: false, fromProgram };
}

function keepType(pairs: Pair[]): void {
  const type = pairOf(pairs, 'type');
  pairs.splice(0, pairs.length, ...(type === undefined ? [] : [type]));
}

function skipSeparators(line: string, start: number): number {
  let at = start;
  while (at < line.length && isSeparator(line.charCodeAt(at))) {
    at++;
  }
  return at;
}

function isSeparator(code: number): boolean {
  return code === BLANK || code === TAB || code === APOSTROPHE || code === QUOTE || code === 0x0d || code === 0x0a;
}

function endOfKey(line: string, start: number): number {
  let at = start;
  while (at < line.length && isKeyCharacter(line.charCodeAt(at))) {
    at++;
  }
  return at;
}

/** Letters, digits, `_` and `-`. */
function isKeyCharacter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || code === 0x5f || (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || code === 0x2d;
}

function wordEnd(line: string, start: number): number {
  let at = start;
  while (at < line.length) {
    const code = line.charCodeAt(at);
    if (code === ENRICHMENT || code === QUOTE || isSeparator(code)) {
      break;
    }
    at++;
  }
  return at;
}
