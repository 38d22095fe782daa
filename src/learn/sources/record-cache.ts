import type { Observation } from '../event';
import type { RecordLayout } from './record-layout';

/** Takes a reading, how often it came, and the times of the first and last, -1 where no line had one. */
export type Counted = (seen: Observation, times: number, first: number, last: number) => void;

/** What a line comes to. */
export interface Reading {
  readonly seen: Observation;
  /** Numbers in the name that may turn out to be a process' own. */
  readonly numbers?: readonly number[];
}

/**
 * Readings of record lines by their bytes without the process id, and how often each came: a hash table over entries in the
 * order in which they came, all in flat arrays; keys stand in one growing piece of memory. Bytes are compared in full before
 * a reading is found. Bounded: a full table is emptied, and a key whose places are all taken is not kept, so that no input
 * makes a look-up slow.
 */
export class RecordCache {
  private size: number;
  /** Two numbers a place: hash, and entry plus one; 0 is a free place. */
  private places: Int32Array;
  private used = 0;
  /** By entry, three numbers: begin of the key, its length before the process id, its length. */
  private entries = new Int32Array(FIRST_SIZE * ENTRY);
  /** By entry, three numbers: how often since it was told, first and last time. */
  private counts = new Float64Array(FIRST_SIZE * COUNT);
  private readings: Observation[] = [];
  /** By entry, numbers in the name that may turn out to be a process' own. */
  private numbers: Array<readonly number[] | undefined> = [];
  private keys = new Uint8Array(FIRST_SIZE * 64);
  private keyView = new DataView(this.keys.buffer);
  private keysEnd = 0;

  /**
   * @param counted told what was counted when the table is emptied, and by `tell`
   * @param lastSize places at which a full table is emptied instead of growing, a power of two; half of them are used
   */
  constructor(private readonly counted: Counted = () => undefined, private readonly lastSize = LAST_SIZE) {
    this.size = Math.min(FIRST_SIZE, lastSize);
    this.places = new Int32Array(this.size * 2);
  }

  /** The entry of a line, -1 where it is new. */
  public find(view: DataView, line: RecordLayout): number {
    const { places, entries } = this;
    const { hash, record, headEnd, tailStart, end } = line;
    const headLength = headEnd - record;
    const mask = this.size - 1;
    /* eslint-disable no-bitwise */
    for (let place = hash & mask, probe = 0; probe < PROBES; place = place + 1 & mask, probe++) {
      const entry = places[place * 2 + 1]! - 1;
      if (entry < 0) {
        return -1;
      }
      const at = entry * ENTRY;
      if (places[place * 2] === hash && entries[at + 1] === headLength && entries[at + 2] === headLength + end - tailStart) {
        const key = entries[at]!;
        if (equal(this.keyView, key, view, record, headLength) && equal(this.keyView, key + headLength, view, tailStart, end - tailStart)) {
          return entry;
        }
      }
    }
    /* eslint-enable no-bitwise */
    return -1;
  }

  public reading(entry: number): Observation {
    return this.readings[entry]!;
  }

  public numbersOf(entry: number): readonly number[] | undefined {
    return this.numbers[entry];
  }

  /** Counts a line without telling of it yet. */
  public count(entry: number, time: number): void {
    const { counts } = this;
    const at = entry * COUNT;
    const times = counts[at]!;
    counts[at] = times + 1;
    if (times === 0) {
      counts[at + 1] = time;
      counts[at + 2] = time;
    } else if (time > counts[at + 2]!) {
      counts[at + 2] = time;
      counts[at + 1] = counts[at + 1]! < 0 ? time : counts[at + 1]!;
    } else if (time >= 0 && time < counts[at + 1]!) {
      counts[at + 1] = time;
    }
  }

  /** Tells all that was counted. */
  public tell(): void {
    const { counts, counted } = this;
    for (let entry = 0, at = 0; entry < this.used; entry++, at += COUNT) {
      const times = counts[at]!;
      if (times > 0) {
        counts[at] = 0;
        counted(this.readings[entry]!, times, counts[at + 1]!, counts[at + 2]!);
      }
    }
  }

  public set(bytes: Uint8Array, line: RecordLayout, { seen, numbers }: Reading): void {
    const headLength = line.headEnd - line.record;
    const length = headLength + line.end - line.tailStart;
    if (length > MAX_KEY) {
      return;
    }
    if (this.used * 2 >= this.size) {
      this.grow();
    }
    if (!this.place(line.hash, this.used)) {
      return;
    }
    this.reserve(length);
    const at = this.used * ENTRY;
    this.entries[at] = this.keysEnd;
    this.entries[at + 1] = headLength;
    this.entries[at + 2] = length;
    this.readings.push(seen);
    this.numbers.push(numbers);
    this.used++;
    this.keys.set(bytes.subarray(line.record, line.headEnd), this.keysEnd);
    this.keys.set(bytes.subarray(line.tailStart, line.end), this.keysEnd + headLength);
    this.keysEnd += length;
  }

  /** @returns whether there was a place for the entry */
  private place(hash: number, entry: number): boolean {
    const mask = this.size - 1;
    // eslint-disable-next-line no-bitwise
    for (let place = hash & mask, probe = 0; probe < PROBES; place = place + 1 & mask, probe++) {
      if (this.places[place * 2 + 1] === 0) {
        this.places[place * 2] = hash;
        this.places[place * 2 + 1] = entry + 1;
        return true;
      }
    }
    return false;
  }

  private reserve(length: number): void {
    if (this.keysEnd + length > this.keys.length) {
      const larger = new Uint8Array(this.keys.length * 2);
      larger.set(this.keys.subarray(0, this.keysEnd));
      this.keys = larger;
      this.keyView = new DataView(larger.buffer);
    }
  }

  private grow(): void {
    if (this.size >= this.lastSize) {
      this.tell();
      this.readings = [];
      this.numbers = [];
      this.places.fill(0);
      this.used = 0;
      this.keysEnd = 0;
      return;
    }
    const { places, entries, counts } = this;
    this.size *= 4;
    this.places = new Int32Array(this.size * 2);
    this.entries = new Int32Array(this.size * ENTRY);
    this.entries.set(entries);
    this.counts = new Float64Array(this.size * COUNT);
    this.counts.set(counts);
    // An entry that finds no place any more keeps what was counted; its line will be read again.
    for (let at = 0; at < places.length; at += 2) {
      if (places[at + 1] !== 0) {
        this.place(places[at]!, places[at + 1]! - 1);
      }
    }
  }
}

/** Powers of two. */
const FIRST_SIZE = 2 ** 11;
const LAST_SIZE = 2 ** 19;
const PROBES = 16;
const ENTRY = 3;
const COUNT = 3;
/** Longer records are read each time. */
const MAX_KEY = 2 ** 13;

/* eslint-disable no-bitwise */
function equal(keys: DataView, key: number, bytes: DataView, start: number, length: number): boolean {
  let at = 0;
  for (; at + 16 <= length; at += 16) {
    const [left, right] = [key + at, start + at];
    if ((differing(keys, left, bytes, right) | differing(keys, left + 4, bytes, right + 4)
      | differing(keys, left + 8, bytes, right + 8) | differing(keys, left + 12, bytes, right + 12)) !== 0) {
      return false;
    }
  }
  for (; at < length; at++) {
    if (keys.getUint8(key + at) !== bytes.getUint8(start + at)) {
      return false;
    }
  }
  return true;
}

/** The bits of four bytes that differ. */
function differing(keys: DataView, left: number, bytes: DataView, right: number): number {
  return keys.getInt32(left, true) ^ bytes.getInt32(right, true);
}
/* eslint-enable no-bitwise */
