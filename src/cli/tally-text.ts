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

/** What to say of logs in which there was nothing to read; undefined where there was. */
export function nothingFound({ records, unreadable, lines }: Tally, files: readonly string[]): string | undefined {
  if (records > 0 || unreadable > 0) {
    return undefined;
  }
  const names = files.length === 0 ? ['-'] : files;
  const where = names.map((name) => (name === '-' ? 'standard input' : name)).join(', ');
  return `${where} ${names.length === 1 ? 'holds' : 'hold'} ${lines === 0 ? 'nothing' : `no record of AppArmor in ${count(lines, 'line')}`}; \`journalctl _TRANSPORT=audit\` and /var/log/audit/audit.log have a node's`;
}

/** `1 line`, `2,000 lines`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? noun : plural}`;
}
