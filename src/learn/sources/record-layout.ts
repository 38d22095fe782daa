/**
 * Where the parts of a record stand in its line. A log's lines are alike, so each part is looked for first where the line
 * before had it, counted from the line's begin or end.
 */
export class RecordLayout {
  /** `apparmor="`. */
  public record = 0;
  /** The blank before `pid=`, or the end. */
  public headEnd = 0;
  /** Behind the process id, or the end. */
  public tailStart = 0;
  public end = 0;
  /** Behind `audit(`, or -1. */
  public stamp = -1;
  /** Of all bytes from `record` to `end` but the process id: 32 bits. */
  public hash = 0;

  private recordOffset = 0;
  private stampOffset = 0;
  private tailLength = 0;
  private earlierTailLength = 0;

  /** @returns whether the line holds a record */
  public find(bytes: Buffer, view: DataView, start: number, end: number): boolean {
    const record = isRecordAt(view, start + this.recordOffset, end) ? start + this.recordOffset : searchRecord(bytes, start, end);
    if (record < 0) {
      return false;
    }
    this.record = record;
    this.recordOffset = record - start;
    this.end = end;
    this.findStamp(bytes, view, start);
    this.findPid(bytes, record, end);
    this.hash = hash(view, this);
    return true;
  }

  private findStamp(bytes: Buffer, view: DataView, start: number): void {
    const hint = start + this.stampOffset;
    this.stamp = isStampAt(view, hint, this.record) ? hint + STAMP_LENGTH : searchStamp(bytes, start, this.record);
    if (this.stamp >= 0) {
      this.stampOffset = this.stamp - STAMP_LENGTH - start;
    }
  }

  private findPid(bytes: Buffer, record: number, end: number): void {
    if (this.pidEndsAt(bytes, record, end - this.tailLength, end)) {
      return;
    }
    const last = this.tailLength;
    if (!this.pidEndsAt(bytes, record, end - this.earlierTailLength, end)) {
      this.searchPid(bytes, record, end);
    }
    this.tailLength = end - this.tailStart;
    this.earlierTailLength = last;
  }

  private pidEndsAt(bytes: Buffer, record: number, hint: number, end: number): boolean {
    const headEnd = hint > record ? pidBefore(bytes, record, hint) : -1;
    if (headEnd < 0 || (hint < end && isDigit(bytes[hint]!))) {
      return false;
    }
    this.headEnd = headEnd;
    this.tailStart = hint;
    return true;
  }

  private searchPid(bytes: Buffer, record: number, end: number): void {
    for (let at = record; at < end; at++) {
      if (bytes[at] === EQUALS && bytes[at - 1] === D && bytes[at - 2] === I && bytes[at - 3] === P && bytes[at - 4] === BLANK) {
        let behind = at + 1;
        while (behind < end && isDigit(bytes[behind]!)) {
          behind++;
        }
        this.headEnd = at + 1 - PID_LENGTH;
        this.tailStart = behind;
        return;
      }
    }
    this.headEnd = end;
    this.tailStart = end;
  }
}

const EQUALS = 0x3d;
const BLANK = 0x20;
const D = 0x64;
const I = 0x69;
const P = 0x70;
const A = 0x61;
const OPEN = 0x28;

/** Length of ` pid=`. */
export const PID_LENGTH = 5;
const STAMP_LENGTH = 6;
const RECORD_LENGTH = 10;
const MAX_DIGITS = 15;

/** Each four of `apparmor="` and `audit(`, as big-endian numbers. */
const APPA = 0x61707061;
const RMOR = 0x726d6f72;
const EQUALS_QUOTE = 0x3d22;
const AUDI = 0x61756469;
const T_OPEN = 0x7428;

function isRecordAt(view: DataView, at: number, end: number): boolean {
  return at + RECORD_LENGTH <= end && view.getInt32(at) === APPA && view.getInt32(at + 4) === RMOR && view.getUint16(at + 8) === EQUALS_QUOTE;
}

function isStampAt(view: DataView, at: number, end: number): boolean {
  return at + STAMP_LENGTH <= end && view.getInt32(at) === AUDI && view.getUint16(at + 4) === T_OPEN;
}

function searchRecord(bytes: Buffer, start: number, end: number): number {
  for (let at = start + 8; at < end; at++) {
    if (bytes[at] === EQUALS && bytes[at + 1] === 0x22 && bytes[at - 8] === A && bytes.toString('latin1', at - 8, at) === 'apparmor') {
      return at - 8;
    }
  }
  return -1;
}

/** Behind `audit(`, or -1. */
function searchStamp(bytes: Buffer, start: number, end: number): number {
  for (let at = start + 5; at < end; at++) {
    if (bytes[at] === OPEN && bytes[at - 5] === A && bytes.toString('latin1', at - 5, at) === 'audit') {
      return at + 1;
    }
  }
  return -1;
}

/** The blank before ` pid=` where that and digits end at a place, or -1. */
function pidBefore(bytes: Buffer, record: number, end: number): number {
  const least = Math.max(end - MAX_DIGITS, record + PID_LENGTH);
  let at = end;
  while (at > least && isDigit(bytes[at - 1]!)) {
    at--;
  }
  return bytes[at - 1] === EQUALS && bytes[at - 2] === D && bytes[at - 3] === I && bytes[at - 4] === P && bytes[at - 5] === BLANK
    ? at - PID_LENGTH
    : -1;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/* eslint-disable no-bitwise */
function hash(view: DataView, { record, headEnd, tailStart, end }: RecordLayout): number {
  const value = hashPart(view, tailStart, end, hashPart(view, record, headEnd, 0));
  return value ^ (value >>> 15);
}

/** Four sums at once: they do not wait for each other. */
function hashPart(view: DataView, start: number, end: number, seed: number): number {
  let [first, second, third, fourth] = [seed, 0, 0, 0];
  let at = start;
  for (; at + 16 <= end; at += 16) {
    first = Math.imul(first ^ view.getInt32(at, true), 0x01000193);
    second = Math.imul(second ^ view.getInt32(at + 4, true), 0x2c1b3c6d);
    third = Math.imul(third ^ view.getInt32(at + 8, true), 0x297a2d39);
    fourth = Math.imul(fourth ^ view.getInt32(at + 12, true), 0x1b873593);
  }
  for (; at + 4 <= end; at += 4) {
    first = Math.imul(first ^ (first >>> 15) ^ view.getInt32(at, true), 0x01000193);
  }
  for (; at < end; at++) {
    second = Math.imul(second, 31) + view.getUint8(at) | 0;
  }
  first ^= Math.imul(second ^ (second >>> 17), 0x01000193);
  third ^= Math.imul(fourth ^ (fourth >>> 17), 0x2c1b3c6d);
  return Math.imul(first ^ (first >>> 16) ^ third ^ (third >>> 13), 0x01000193);
}
/* eslint-enable no-bitwise */
