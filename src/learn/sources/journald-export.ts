import { readEntry } from './journald';
import type { JsonObject, ObjectReading, Reader, Tally } from './source';

/**
 * The journal's export format (`journalctl -o export`): `KEY=VALUE` lines, or a key's line, a 64 bit little-endian length
 * and as many bytes; a blank line ends an entry.
 * https://systemd.io/JOURNAL_EXPORT_FORMATS/
 */
export class JournalExportReader implements Reader {
  private pending: Buffer = Buffer.alloc(0);
  private entry: Record<string, unknown> = {};

  constructor(private readonly take: (reading: ObjectReading, entry: JsonObject) => void, private readonly tally: Tally) {}

  public push(chunk: Buffer): void {
    this.pending = this.pending.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.pending, chunk]);
    let at = 0;
    for (let end = this.readField(at); end >= 0; end = this.readField(at)) {
      at = end;
    }
    this.pending = this.pending.subarray(at);
    if (this.pending.length > MAX_FIELD) {
      this.tally.unreadable++;
      this.pending = Buffer.alloc(0);
    }
  }

  public end(): void {
    this.push(Buffer.from('\n\n'));
  }

  /** @returns where the field ends, -1 where it is not there yet */
  private readField(start: number): number {
    const newline = this.pending.indexOf(NEWLINE, start);
    if (newline < 0) {
      return -1;
    }
    if (newline === start) {
      this.finish();
      return newline + 1;
    }
    const line = this.pending.subarray(start, newline);
    const equals = line.indexOf(EQUALS);
    if (equals >= 0) {
      this.keep(line.subarray(0, equals), line.subarray(equals + 1));
      return newline + 1;
    }
    return this.readBinary(line, newline + 1);
  }

  private readBinary(key: Buffer, start: number): number {
    if (this.pending.length < start + LENGTH_BYTES) {
      return -1;
    }
    const length = Number(this.pending.readBigUInt64LE(start));
    if (length > MAX_FIELD) {
      // No field is this long: it was no key. What follows is read as lines again.
      this.tally.unreadable++;
      return start;
    }
    const end = start + LENGTH_BYTES + length;
    if (this.pending.length <= end) {
      return -1;
    }
    this.keep(key, this.pending.subarray(start + LENGTH_BYTES, end));
    return end + 1;
  }

  private keep(key: Buffer, value: Buffer): void {
    const name = key.toString('latin1');
    if (WANTED.has(name)) {
      this.entry[name] = name === 'MESSAGE' ? [...value] : value.toString('utf8');
    }
  }

  private finish(): void {
    const entry = this.entry;
    this.entry = {};
    if (Object.keys(entry).length > 0) {
      this.tally.lines++;
      this.take(readEntry(entry), entry);
    }
  }
}

/** Whether a stream begins like this format. */
export function looksLikeExport(head: string): boolean {
  return /^(?:__CURSOR|__REALTIME_TIMESTAMP|__SEQNUM)=/m.test(head);
}

const NEWLINE = 0x0a;
const EQUALS = 0x3d;
const LENGTH_BYTES = 8;
const MAX_FIELD = 2 ** 24;

const WANTED: ReadonlySet<string> = new Set(['MESSAGE', '_AUDIT_ID', '_SOURCE_REALTIME_TIMESTAMP', '__REALTIME_TIMESTAMP', '_HOSTNAME', '_TRANSPORT']);
