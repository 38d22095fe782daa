import { numberAt, textAt } from './json-values';
import { workloadOf } from './observed';
import { ownNumbersOf } from './own-number';
import { readRecord } from './record';
import { accessesOf } from './record-access';
import { type JsonObject, NOTHING, type ObjectReading, type ObjectSource } from './source';

/** Lines of a `DenialLog`: the record as the journal has it, where it happened, and how often. */
export const denialLog: ObjectSource = {
  recognises: (event) => (event.kind === 'apparmor' && typeof event.record === 'string') || event.kind === 'denial-log',
  read: readLine,
};

/** A line stands for so many at most: its number is somebody else's word. */
const MOST = 100_000;

function readLine(event: JsonObject): ObjectReading {
  if (event.kind === 'denial-log') {
    return { kind: 'nothing', lost: numberAt(event, 'suppressed') };
  }
  const read = readRecord(Buffer.from(textAt(event, 'record') ?? '', 'utf8').toString('latin1'));
  if (read === undefined) {
    return NOTHING;
  }
  const { template, pid } = read;
  const observation = {
    record: template,
    accesses: accessesOf(template),
    ownNumbers: ownNumbersOf(read),
    workload: workloadOf({
      node: textAt(event, 'node'), namespace: textAt(event, 'namespace'), pod: textAt(event, 'pod'), container: textAt(event, 'container'), owner: undefined,
    }),
  };
  const times = Math.min(Math.max(Math.floor(numberAt(event, 'count') ?? 1), 1), MOST);
  return { kind: 'seen', observations: [observation], time: numberAt(event, 'time'), pid, ...(times > 1 && { times }) };
}
