import type { Observation } from '../event';
import type { RecordLayout } from './record-layout';

/**
 * Readings of record lines by their bytes without the process id: a hash table whose keys stand in one growing piece of
 * memory. Bytes are compared in full before a reading is found. Bounded: a full table is emptied, and a key whose places
 * are all taken is not kept, so that no input makes a look-up slow.
 */
export class RecordCache {
  private slots: Array<Slot | undefined> = new Array<Slot | undefined>(FIRST_SIZE).fill(undefined);
  private used = 0;
  private keys = new Uint8Array(FIRST_SIZE * 64);
  private keyView = new DataView(this.keys.buffer);
  private keysEnd = 0;

  /** The reading of a line, undefined where it is new. */
  public get(view: DataView, line: RecordLayout): Observation | undefined {
    const { keyView, slots } = this;
    const size = slots.length;
    for (let at = line.hash % size, probe = 0; probe < PROBES; at = (at + 1) % size, probe++) {
      const slot = slots[at];
      if (slot === undefined) {
        return undefined;
      }
      const headLength = line.headEnd - line.record;
      if (slot.hash === line.hash && slot.headLength === headLength && slot.length === headLength + line.end - line.tailStart
        && equal(keyView, slot.key, view, line.record, headLength)
        && equal(keyView, slot.key + headLength, view, line.tailStart, line.end - line.tailStart)) {
        return slot.seen;
      }
    }
    return undefined;
  }

  public set(bytes: Uint8Array, line: RecordLayout, seen: Observation): void {
    const headLength = line.headEnd - line.record;
    const length = headLength + line.end - line.tailStart;
    if (length > MAX_KEY) {
      return;
    }
    if (this.used * 4 > this.slots.length) {
      this.grow();
    }
    this.reserve(length);
    const slot = { key: this.keysEnd, length, headLength, hash: line.hash, seen };
    if (this.put(slot)) {
      this.keys.set(bytes.subarray(line.record, line.headEnd), slot.key);
      this.keys.set(bytes.subarray(line.tailStart, line.end), slot.key + headLength);
      this.keysEnd += length;
    }
  }

  private put(slot: Slot): boolean {
    const size = this.slots.length;
    for (let at = slot.hash % size, probe = 0; probe < PROBES; at = (at + 1) % size, probe++) {
      if (this.slots[at] === undefined) {
        this.slots[at] = slot;
        this.used++;
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
    const before = this.slots;
    const full = before.length >= LAST_SIZE;
    this.slots = new Array<Slot | undefined>(full ? FIRST_SIZE : before.length * 4).fill(undefined);
    this.used = 0;
    if (full) {
      this.keysEnd = 0;
      return;
    }
    for (const slot of before) {
      if (slot !== undefined) {
        this.put(slot);
      }
    }
  }
}

interface Slot {
  readonly key: number;
  readonly length: number;
  readonly headLength: number;
  readonly hash: number;
  readonly seen: Observation;
}

const FIRST_SIZE = 2 ** 12;
const LAST_SIZE = 2 ** 20;
const PROBES = 8;
/** Longer records are read each time. */
const MAX_KEY = 2 ** 13;

function equal(keys: DataView, key: number, bytes: DataView, start: number, length: number): boolean {
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    if (keys.getInt32(key + at) !== bytes.getInt32(start + at)) {
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
