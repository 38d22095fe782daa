import type { Observation } from '../event';

/**
 * Takes what a source saw. `seen` may be the same object for equal lines, so that it can be a key; what differs from line to
 * line comes beside it: the time in seconds and the audit serial, negative where unknown; and how often a line says that it was
 * seen, absent for once.
 */
export type Sink = (seen: Observation, time: number, serial: number, pid: number, times?: number) => void;

/** What was read, and what was not: nothing is dropped without being counted. */
export interface Tally {
  lines: number;
  /** Records of AppArmor, or events of another source, that were understood. */
  records: number;
  /** Lines that begin like a record and are damaged, cut or of a form that is not known. */
  unreadable: number;
  /** The first few of them, as they stand. */
  readonly samples: string[];
  /** Lines about something else. */
  others: number;
  /** Records that the kernel, or the source, says that it lost; a lower bound. */
  lost: number;
  /** Events of this kind that came again through another carrier. */
  duplicates: number;
}

export function emptyTally(): Tally {
  return { lines: 0, records: 0, unreadable: 0, samples: [], others: 0, lost: 0, duplicates: 0 };
}

const SAMPLES = 3;
const SAMPLE_LENGTH = 200;

export function countUnreadable(tally: Tally, line: string): void {
  tally.unreadable++;
  if (tally.samples.length < SAMPLES) {
    tally.samples.push(line.length > SAMPLE_LENGTH ? `${line.slice(0, SAMPLE_LENGTH)}…` : line);
  }
}

/** Reads one stream, in pieces of any size. */
export interface Reader {
  push(chunk: Buffer): void;
  /** The stream has ended: what is left of it is a line. */
  end(): void;
}

/** An event of a JSON source, or why there is none. */
export type ObjectReading =
  | { readonly kind: 'seen'; readonly observations: readonly Observation[]; readonly time?: number; readonly serial?: number; readonly pid?: number; readonly times?: number }
  /** The event tells of no access; or of this many lost ones. */
  | { readonly kind: 'nothing'; readonly lost?: number };

/** A source that writes one JSON object a line. */
export interface ObjectSource {
  /** Whether an object is one of this source's. */
  recognises(event: JsonObject): boolean;
  read(event: JsonObject): ObjectReading;
}

export type JsonObject = Readonly<Record<string, unknown>>;

export const NOTHING: ObjectReading = { kind: 'nothing' };
