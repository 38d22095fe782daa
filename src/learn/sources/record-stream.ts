import type { Observation } from '../event';
import { isOpenMessage } from './fields';
import { numbersIn, ownNumbersOf, withOwnNumber } from './own-number';
import { readRecord, type RecordParts } from './record';
import { accessesOf } from './record-access';
import { type Counted, RecordCache } from './record-cache';
import { PID_LENGTH, RecordLayout } from './record-layout';
import { countUnreadable, type Reader, type Sink, type Tally } from './source';

/**
 * Reads AppArmor records out of a stream of lines, whatever stands around them. Most lines of a log differ only in their
 * stamp and process id, so what is left of a line is the key under which its reading is kept: a known line costs one pass
 * over its bytes and one comparison, no parsing. The memory of that cache is bounded, as is the length of a line.
 */

/** Kernels before 2.6.38 name no mode; all their records have an operation. */
const OLD = 'operation="';
/** Begin of what the first AppArmor, of 2006, wrote: sentences. */
const SENTENCES = 'type=APPARMOR msg=';

const MAX_LINE = 2 ** 20;
const NEWLINE = 0x0a;
const BLANK = 0x20;
const APOSTROPHE = 0x27;
const DOT = 0x2e;
const COLON = 0x3a;
const CLOSE = 0x29;
/** More make no number that is exact. */
const MOST_DIGITS = 15;
const TENTHS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

/** Lines that say that records were lost: `kauditd_printk_skb: 12 callbacks suppressed`, `audit_lost=12`. */
const LOSSES: readonly RegExp[] = [/(\d{1,12}) callbacks suppressed/, /audit_lost=(\d{1,12})/];

/** Takes a line without a record; returns whether it could use it. */
export type OtherLine = (line: Buffer) => boolean;

export interface RecordStreamOptions {
  readonly other?: OtherLine;
  /**
   * Where given, equal lines are counted and told of together, at the end at the latest, and only new ones come to the sink:
   * most of the time that a known line costs is in telling of it.
   */
  readonly counted?: Counted;
  /** How many distinct lines are remembered at most; a power of two. Default: 262,144. */
  readonly remembered?: number;
}

export class RecordStream implements Reader {
  private readonly cache: RecordCache;
  private readonly other: OtherLine;
  private readonly isCounting: boolean;
  private readonly layout = new RecordLayout();
  /** The last stamp's number of the event. */
  private serial = -1;
  /** A line whose record may go on in the next. */
  private held: Buffer[] | undefined;
  private heldLength = 0;
  /** An unfinished last line. */
  private rest: Buffer[] = [];
  private restLength = 0;
  /** The unfinished line is too long: the rest of it is skipped. */
  private skipping = false;
  private auditLost = 0;

  constructor(private readonly sink: Sink, private readonly tally: Tally, { other, counted, remembered }: RecordStreamOptions = {}) {
    this.cache = new RecordCache(counted, remembered === undefined ? undefined : 2 * remembered);
    this.other = other ?? (() => false);
    this.isCounting = counted !== undefined;
  }

  public push(chunk: Buffer): void {
    const first = chunk.indexOf(NEWLINE);
    if (first < 0) {
      this.keep(chunk);
      return;
    }
    this.keep(chunk.subarray(0, first));
    this.flush();
    const last = chunk.lastIndexOf(NEWLINE);
    this.scan(chunk, first + 1, last);
    this.keep(chunk.subarray(last + 1));
  }

  public end(): void {
    if (this.restLength > 0 || this.skipping) {
      this.flush();
    }
    this.release();
    this.cache.tell();
  }

  private keep(piece: Buffer): void {
    if (this.skipping || piece.length === 0) {
      return;
    }
    // A copy: the caller may use its buffer again.
    this.rest.push(Buffer.from(piece));
    this.restLength += piece.length;
    if (this.restLength > MAX_LINE) {
      countUnreadable(this.tally, this.rest[0]!.toString('latin1', 0, 1000));
      this.tally.lines++;
      this.rest = [];
      this.restLength = 0;
      this.skipping = true;
    }
  }

  private flush(): void {
    const line = this.rest.length === 1 ? this.rest[0]! : Buffer.concat(this.rest);
    this.rest = [];
    this.restLength = 0;
    if (this.skipping) {
      this.skipping = false;
    } else {
      this.readLine(line, new DataView(line.buffer, line.byteOffset, line.byteLength), 0, line.length);
    }
  }

  /** Reads all lines from `start` to the newline at `end`. */
  private scan(bytes: Buffer, start: number, end: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = start; at <= end;) {
      const newline = bytes.indexOf(NEWLINE, at);
      const lineEnd = newline < 0 || newline > end ? end : newline;
      this.readLine(bytes, view, at, lineEnd);
      at = lineEnd + 1;
    }
  }

  private readLine(bytes: Buffer, view: DataView, start: number, end: number): void {
    this.tally.lines++;
    if (this.held !== undefined && this.isContinued(bytes, start, end)) {
      return;
    }
    const { layout, cache } = this;
    if (!layout.find(bytes, view, start, end)) {
      this.otherLine(bytes.subarray(start, end > start && bytes[end - 1] === 0x0d ? end - 1 : end));
      return;
    }
    this.serial = -1;
    const time = layout.stamp < 0 ? -1 : this.readStamp(bytes, layout.stamp);
    if (time < 0 && layout.stamp >= 0) {
      countUnreadable(this.tally, bytes.toString('latin1', start, end));
      return;
    }
    const entry = cache.find(view, layout);
    if (entry < 0) {
      this.readNew(bytes, start, time);
      return;
    }
    this.tally.records++;
    const numbers = cache.numbersOf(entry);
    if (this.isCounting && numbers === undefined) {
      cache.count(entry, time);
      return;
    }
    const pid = this.pid(bytes);
    const seen = cache.reading(entry);
    if (numbers?.includes(pid) === true) {
      seen.ownNumbers = withOwnNumber(seen.ownNumbers, pid);
    }
    if (this.isCounting) {
      cache.count(entry, time);
    } else {
      this.sink(seen, time, this.serial, pid);
    }
  }

  private pid(bytes: Buffer): number {
    const { headEnd, tailStart } = this.layout;
    return tailStart > headEnd ? numberAt(bytes, headEnd + PID_LENGTH) : -1;
  }

  /** Reads a line that is not known. */
  private readNew(bytes: Buffer, start: number, time: number): void {
    const { end } = this.layout;
    const line = bytes.toString('latin1', start, end);
    if (isOpenMessage(line)) {
      this.held = [Buffer.from(bytes.subarray(start, end))];
      this.heldLength = end - start;
      return;
    }
    const read = readRecord(line);
    if (read === undefined) {
      countUnreadable(this.tally, line);
      return;
    }
    const seen = observationOf(read);
    this.cache.set(bytes, this.layout, { seen, numbers: seen.accesses.length === 0 ? undefined : numbersIn(read.template.name) });
    this.tally.records++;
    this.sink(seen, time, this.serial, this.pid(bytes));
  }

  /** Adds a line that begins with a blank to the one before, where that was not at its end. */
  private isContinued(bytes: Buffer, start: number, end: number): boolean {
    const goesOn = start < end && bytes[start] === BLANK && this.heldLength + end - start < MAX_LINE && !bytes.subarray(start, end).includes('apparmor="');
    if (!goesOn) {
      this.release();
      return false;
    }
    this.tally.others++;
    this.held!.push(Buffer.from(bytes.subarray(start, end)));
    this.heldLength += end - start;
    if (bytes.subarray(start, end).includes(APOSTROPHE)) {
      this.release();
    }
    return true;
  }

  /** Reads the line that was held back. */
  private release(): void {
    const { held } = this;
    this.held = undefined;
    if (held !== undefined) {
      this.wholeRecord(Buffer.concat(held).toString('latin1'));
    }
  }

  /** The time of `SECONDS.FRACTION:SERIAL)`, and the serial beside it; -1 where that is not what stands there. */
  private readStamp(bytes: Buffer, start: number): number {
    let at = start;
    let seconds = 0;
    for (let byte = bytes[at]!; byte >= 0x30 && byte <= 0x39; byte = bytes[++at]!) {
      seconds = seconds * 10 + byte - 0x30;
    }
    if (at === start || at - start > MOST_DIGITS || bytes[at] !== DOT) {
      return -1;
    }
    const point = ++at;
    let fraction = 0;
    for (let byte = bytes[at]!; byte >= 0x30 && byte <= 0x39; byte = bytes[++at]!) {
      fraction = fraction * 10 + byte - 0x30;
    }
    const digits = at - point;
    if (digits === 0 || digits > 9 || bytes[at] !== COLON) {
      return -1;
    }
    const colon = ++at;
    let serial = 0;
    for (let byte = bytes[at]!; byte >= 0x30 && byte <= 0x39; byte = bytes[++at]!) {
      serial = serial * 10 + byte - 0x30;
    }
    if (at === colon || at - colon > MOST_DIGITS || bytes[at] !== CLOSE) {
      return -1;
    }
    this.serial = serial;
    return seconds + fraction / TENTHS[digits]!;
  }

  private otherLine(bytes: Buffer): void {
    if (bytes.length === 0 || this.other(bytes)) {
      this.tally.others += bytes.length === 0 ? 1 : 0;
      return;
    }
    const line = bytes.toString('latin1');
    if (line.includes(OLD)) {
      this.wholeRecord(line);
    } else if (line.includes(SENTENCES)) {
      countUnreadable(this.tally, line);
    } else {
      this.tally.others++;
      this.countLosses(line);
    }
  }

  /** A record that is read by itself, not to be met again. */
  private wholeRecord(line: string): void {
    const read = readRecord(line);
    if (read === undefined) {
      countUnreadable(this.tally, line);
      return;
    }
    this.tally.records++;
    const { time = -1, serial = -1, pid = -1 } = read;
    this.sink(observationOf(read), time, serial, pid);
  }

  private countLosses(line: string): void {
    const suppressed = LOSSES[0]!.exec(line);
    if (suppressed !== null) {
      this.tally.lost += Number(suppressed[1]);
    }
    const total = LOSSES[1]!.exec(line);
    if (total !== null) {
      // A running total, from zero again after a reboot.
      const count = Number(total[1]);
      this.tally.lost += count >= this.auditLost ? count - this.auditLost : count;
      this.auditLost = count;
    }
  }
}

/** The number whose digits begin at a place. */
function numberAt(bytes: Buffer, start: number): number {
  let value = 0;
  let at = start;
  for (let byte = bytes[at]!; byte >= 0x30 && byte <= 0x39; byte = bytes[++at]!) {
    value = value * 10 + byte - 0x30;
  }
  return value;
}

/** The reading of a line as all lines with its text share it: without process id and stamp. */
function observationOf(read: RecordParts): Observation {
  return { record: read.template, accesses: accessesOf(read.template), ownNumbers: ownNumbersOf(read), memo: undefined };
}
