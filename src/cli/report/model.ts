import type { Level } from '../../lint';
import type { StatusReport } from '../../manifests/status';

/** All that a report shows: plain data. */
export interface ReportModel {
  readonly title: string;
  /** When it was made, ISO 8601. */
  readonly made: string;
  readonly profiles: readonly ProfileRow[];
  readonly accesses: readonly AccessRow[];
  readonly findings: readonly FindingRow[];
  readonly times: readonly TimeSlot[];
  /** How the pods of a cluster are confined, where that was given. */
  readonly status?: StatusReport;
  /** What the reader of logs had to say: lost, unreadable. */
  readonly notes: readonly string[];
}

export interface ProfileRow {
  readonly name: string;
  /** `enforce`, `complain`, …; `unknown` where only logs name it. */
  readonly mode: string;
  readonly rules: number;
  readonly file: string;
  readonly findings: Readonly<Partial<Record<Level, number>>>;
  readonly denied: number;
  readonly seen: number;
  /** Seconds since 1970 of the last denial, 0 for none. */
  readonly last: number;
}

/** One distinct access of one profile. */
export interface AccessRow {
  readonly profile: string;
  readonly kind: string;
  readonly object: string;
  readonly how: string;
  readonly denied: number;
  readonly seen: number;
  readonly first: number;
  readonly last: number;
  readonly places: readonly string[];
  readonly comms: readonly string[];
}

export interface FindingRow {
  readonly level: Level;
  readonly id: string;
  readonly place: string;
  readonly message: string;
  readonly help: string;
}

/** What was logged within some time. */
export interface TimeSlot {
  /** Begin in seconds since 1970. */
  readonly start: number;
  readonly denied: number;
  readonly seen: number;
}

interface Counts {
  denied: number;
  seen: number;
}

/** Counts by time; kept in slots of five minutes, and in longer ones where times are far from each other, so that its size is bounded. */
export class Timeline {
  private slots = new Map<number, Counts>();
  private width = SLOT;

  public add(time: number, denied: boolean, times = 1): void {
    if (!(time > 0 && time <= LAST_TIME)) {
      return;
    }
    this.count(time, denied ? { denied: times, seen: 0 } : { denied: 0, seen: times });
    while (this.slots.size > MOST_SLOTS) {
      const narrow = this.slots;
      this.slots = new Map();
      this.width *= 2;
      narrow.forEach((counts, start) => this.count(start, counts));
    }
  }

  private count(time: number, { denied, seen }: Counts): void {
    const start = Math.floor(time / this.width) * this.width;
    const slot = this.slots.get(start) ?? { denied: 0, seen: 0 };
    slot.denied += denied;
    slot.seen += seen;
    this.slots.set(start, slot);
  }

  /** At most so many slots of equal length over the whole time, empty ones included. */
  public spread(most: number): TimeSlot[] {
    const starts = [...this.slots.keys()];
    if (starts.length === 0) {
      return [];
    }
    const { width } = this;
    const [from, to] = [starts.reduce((one, other) => Math.min(one, other)), starts.reduce((one, other) => Math.max(one, other)) + width];
    const length = Math.ceil((to - from) / width / most) * width;
    const result = Array.from({ length: Math.ceil((to - from) / length) }, (_, at) => ({ start: from + at * length, denied: 0, seen: 0 }));
    for (const [start, { denied, seen }] of this.slots) {
      const slot = result[Math.floor((start - from) / length)]!;
      slot.denied += denied;
      slot.seen += seen;
    }
    return result;
  }
}

const SLOT = 300;
/** Some months of slots of five minutes. */
const MOST_SLOTS = 50_000;
/** Seconds since 1970 of the last time that a date can have (ECMA-262, 21.4.1.1). */
export const LAST_TIME = 8.64e12;
