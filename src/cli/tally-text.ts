import type { Tally } from '../learn';

/** What a reader did not understand or could not see, a sentence each; empty where all is well. */
export function tallySentences(tally: Tally): string[] {
  const { unreadable, samples, lost, duplicates } = tally;
  return [
    ...(unreadable === 0 ? [] : [
      `${count(unreadable, 'line')} could not be read; the first: ${samples.map((sample) => JSON.stringify(sample)).join(', ')}`,
    ]),
    ...(lost === 0 ? [] : [
      `the log says that at least ${count(lost, 'record')} were lost before it was written: read the journal's audit transport or auditd's log instead of the kernel's`,
    ]),
    ...(duplicates === 0 ? [] : [`${count(duplicates, 'record')} came twice, from the kernel's log and from the audit transport, and count once`]),
  ];
}

/** `1 line`, `2,000 lines`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? noun : plural}`;
}
