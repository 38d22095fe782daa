import type { EventRecord } from '../event';
import { numberAt, textAt } from './json-values';
import { ownNumbersOf } from './own-number';
import { isOfBus, readRecord } from './record';
import { accessesOf } from './record-access';
import { type JsonObject, NOTHING, type ObjectReading, type ObjectSource } from './source';

/**
 * Entries of `journalctl -o json`. An event may be there twice: from the audit transport and from the kernel's log (see
 * `serial-filter.ts`). Entries of the audit transport have their stamp beside the message.
 */
export const journald: ObjectSource = {
  recognises: (event) => 'MESSAGE' in event && ('__REALTIME_TIMESTAMP' in event || '_TRANSPORT' in event || '__CURSOR' in event),
  read: readEntry,
};

/** Reads an entry of the journal, whatever form it was written in. */
export function readEntry(entry: JsonObject): ObjectReading {
  const message = messageOf(entry.MESSAGE);
  const read = message === undefined ? undefined : readRecord(message);
  if (read === undefined) {
    const suppressed = /(\d{1,12}) callbacks suppressed/.exec(message ?? '');
    return suppressed === null ? NOTHING : { kind: 'nothing', lost: Number(suppressed[1]) };
  }
  const { time, serial, pid } = read;
  const template: EventRecord = isKernels(entry) || isOfBus(read.template) ? read.template : { ...read.template, fromProgram: true };
  const microseconds = numberAt(entry, '_SOURCE_REALTIME_TIMESTAMP') ?? numberAt(entry, '__REALTIME_TIMESTAMP');
  const node = textAt(entry, '_HOSTNAME');
  return {
    kind: 'seen',
    observations: [{
      record: template, accesses: accessesOf(template), ownNumbers: ownNumbersOf(read), ...(node !== undefined && { workload: { node } }),
    }],
    time: time ?? (microseconds === undefined ? undefined : microseconds / 1e6),
    serial: serial ?? numberAt(entry, '_AUDIT_ID'),
    pid,
  };
}

/** Whether the journal took an entry from the kernel; one that does not say so is believed. */
function isKernels({ _TRANSPORT: transport }: JsonObject): boolean {
  return transport === undefined || transport === 'audit' || transport === 'kernel';
}

/** As `latin1`. A message that is not UTF-8 is an array of its bytes. */
function messageOf(message: unknown): string | undefined {
  if (typeof message === 'string') {
    return Buffer.from(message, 'utf8').toString('latin1');
  }
  if (Array.isArray(message) && message.every((byte) => typeof byte === 'number')) {
    return Buffer.from(message as number[]).toString('latin1');
  }
  return undefined;
}
