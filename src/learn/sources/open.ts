import { JournalExportReader, looksLikeExport } from './journald-export';
import { isObject } from './json-values';
import type { Counted } from './record-cache';
import { RecordStream } from './record-stream';
import { OBJECT_SOURCES, type SourceName } from './registry';
import { looksLikeOperatorProfile, type OperatorProfile, readOperatorProfiles } from './security-profiles-operator';
import { SerialFilter } from './serial-filter';
import { countUnreadable, type JsonObject, type ObjectReading, type ObjectSource, type Reader, type Sink, type Tally } from './source';

/** Where what was read goes. */
export interface Outlets {
  readonly sink: Sink;
  /**
   * Where given, AppArmor records that come again and again are counted, and told of here when the stream ends at the latest;
   * only new ones come to `sink`.
   */
  readonly counted?: Counted;
  /** Whole profiles of the Security Profiles Operator. */
  readonly profile: (profile: OperatorProfile) => void;
  readonly tally: Tally;
}

/**
 * A reader for one stream. Without a name every source is read, told apart line by line, so that sources may be mixed;
 * with a name, only lines of that source.
 */
export function openSource(name: SourceName | undefined, outlets: Outlets): Reader {
  return new StreamReader(name, outlets);
}

const BRACE = 0x7b;
const HEAD = 2 ** 16;
const LEAST_HEAD = 2 ** 10;
const MAX_DOCUMENT = 2 ** 26;
const RECORD_SOURCES: ReadonlySet<SourceName | undefined> = new Set(['kernel', 'auditd', 'journald', undefined]);

/** Chooses the form by the stream's first bytes. */
class StreamReader implements Reader {
  private chosen: Reader | undefined;
  /** What came before there was enough to choose by. */
  private begin: Buffer = Buffer.alloc(0);

  constructor(private readonly name: SourceName | undefined, private readonly outlets: Outlets) {}

  public push(chunk: Buffer): void {
    if (this.chosen !== undefined) {
      this.chosen.push(chunk);
      return;
    }
    this.begin = this.begin.length === 0 ? chunk : Buffer.concat([this.begin, chunk]);
    if (this.begin.length >= LEAST_HEAD) {
      this.start();
    }
  }

  public end(): void {
    if (this.chosen === undefined) {
      this.start();
    }
    this.chosen?.end();
  }

  private start(): void {
    this.chosen = this.choose(this.begin.toString('latin1', 0, Math.min(this.begin.length, HEAD)));
    this.chosen.push(this.begin);
    this.begin = Buffer.alloc(0);
  }

  private choose(head: string): Reader {
    if (this.name === 'security-profiles-operator' || (this.name === undefined && looksLikeOperatorProfile(head))) {
      return new DocumentReader(this.outlets);
    }
    const objects = new ObjectLines(this.name, this.outlets);
    if ((this.name === undefined || this.name === 'journald') && looksLikeExport(head)) {
      return new JournalExportReader((reading, entry) => objects.take(reading, entry), this.outlets.tally);
    }
    const { sink, counted, tally } = this.outlets;
    const other = (line: Buffer) => objects.line(line);
    return RECORD_SOURCES.has(this.name)
      ? new RecordStream(sink, tally, { other, counted })
      : new RecordStream(() => { tally.records--; tally.others++; }, tally, { other });
  }
}

/** JSON objects between other lines. */
class ObjectLines {
  private readonly sources: readonly ObjectSource[];
  private readonly serials = new SerialFilter();

  constructor(name: SourceName | undefined, private readonly outlets: Outlets) {
    this.sources = OBJECT_SOURCES.filter(([source]) => name === undefined || source === name).map(([, source]) => source);
  }

  /** @returns whether the line is an object of a source that is read */
  public line(line: Buffer): boolean {
    const start = line[0] === BRACE ? 0 : line.indexOf('{"');
    if (start < 0 || start > MAX_PREFIX || this.sources.length === 0) {
      return false;
    }
    const event = parseObject(line.toString('utf8', start));
    if (event === undefined) {
      if (start === 0) {
        countUnreadable(this.outlets.tally, line.toString('utf8', 0, Math.min(line.length, 1000)));
      }
      return start === 0;
    }
    const source = this.sources.find(({ recognises }) => recognises(event));
    if (source === undefined) {
      return false;
    }
    this.take(source.read(event), event);
    return true;
  }

  public take(reading: ObjectReading, event: JsonObject): void {
    const { tally, sink } = this.outlets;
    if (reading.kind === 'nothing') {
      tally.lost += reading.lost ?? 0;
      tally.others++;
      return;
    }
    const { time = -1, serial = -1, pid = -1, times } = reading;
    const node = typeof event._HOSTNAME === 'string' ? event._HOSTNAME : undefined;
    if (serial >= 0 && this.serials.isRepeated(node, time, serial)) {
      tally.duplicates++;
      return;
    }
    tally.records++;
    for (const observation of reading.observations) {
      sink(observation, time, serial, pid, times);
    }
  }
}

/** Longest text before an object: the container runtime's `TIME stream F `, or a file's name. */
const MAX_PREFIX = 256;

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whole documents: they are read when the stream ends. */
class DocumentReader implements Reader {
  private readonly chunks: Buffer[] = [];
  private length = 0;

  constructor(private readonly outlets: Outlets) {}

  public push(chunk: Buffer): void {
    this.length += chunk.length;
    if (this.length <= MAX_DOCUMENT) {
      this.chunks.push(Buffer.from(chunk));
    }
  }

  public end(): void {
    const { tally, profile } = this.outlets;
    const text = Buffer.concat(this.chunks).toString('utf8');
    tally.lines += text.split('\n').length;
    if (this.length > MAX_DOCUMENT) {
      countUnreadable(tally, `a document of more than ${MAX_DOCUMENT} bytes`);
      return;
    }
    try {
      for (const found of readOperatorProfiles(text)) {
        tally.records++;
        profile(found);
      }
    } catch (error) {
      countUnreadable(tally, error instanceof Error ? error.message : String(error));
    }
  }
}
