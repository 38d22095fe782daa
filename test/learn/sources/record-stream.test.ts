import fc from 'fast-check';
import type { Observation } from '../../../src/learn/event';
import { RecordStream } from '../../../src/learn/sources/record-stream';
import { emptyTally, type Tally } from '../../../src/learn/sources/source';
import { auditLine, record } from '../../support/log-lines';

interface Seen { readonly name?: string; readonly time: number; readonly serial: number; readonly pid: number }

function read(chunks: readonly Buffer[]): { seen: Seen[]; tally: Tally } {
  const [seen, tally] = [[] as Seen[], emptyTally()];
  const stream = new RecordStream(({ record: { name } }, time, serial, pid) => seen.push({ name, time, serial, pid }), tally);
  chunks.forEach((chunk) => stream.push(chunk));
  stream.end();
  return { seen, tally };
}

function readText(text: string) {
  return read([Buffer.from(text, 'latin1')]);
}

test('each line has its own time, serial and process id, however often its text was there', () => {
  const lines = [[1, '10.5', 100], [2, '11.25', 7], [3, '12.125', 123456]] as const;
  const { seen } = readText(lines.map(([serial, time, pid]) => auditLine({ serial, time, pid })).join('\n'));
  expect(seen).toEqual(lines.map(([serial, time, pid]) => ({ name: '/srv/index.html', time: Number(time), serial, pid })));
});

test('how a stream is cut into pieces makes no difference', () => {
  const text = Array.from({ length: 30 }, (_, at) => `${at % 3 === 0 ? 'Nov 24 10:00:00 n kernel: [1.5] ' : ''}${at % 5 === 0 ? 'noise\n' : ''}`
    + auditLine({ name: `/f${at % 7}`, serial: at, pid: at * 37, comm: at % 2 ? 'a' : 'longer name'.replace(' ', '-') })).join('\n');
  const whole = Buffer.from(text);
  const expected = read([whole]);
  expect(expected.seen).toHaveLength(30);
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }), (sizes) => {
    const pieces: Buffer[] = [];
    for (let start = 0, index = 0; start < whole.length; index++) {
      const size = sizes[index % sizes.length]!;
      pieces.push(whole.subarray(start, start + size));
      start += size;
    }
    expect(read(pieces)).toEqual(expected);
  }), { numRuns: 50 });
});

/** What came of each record: how often, and when first and last. */
function counts(chunks: readonly Buffer[], isCounting: boolean, remembered?: number): { counts: Map<unknown, unknown>; tally: Tally } {
  const [found, tally] = [new Map<string, { times: number; first: number; last: number }>(), emptyTally()];
  const take = (key: object, times: number, first: number, last: number) => {
    const before = found.get(JSON.stringify(key));
    found.set(JSON.stringify(key), before === undefined ? { times, first, last }
      : { times: before.times + times, first: Math.min(before.first, first), last: Math.max(before.last, last) });
  };
  const counted = ({ record: text }: Observation, times: number, first: number, last: number) => take(text, times, first, last);
  const stream = new RecordStream((seen, time) => counted(seen, 1, time, time), tally, { remembered, ...(isCounting && { counted }) });
  chunks.forEach((chunk) => stream.push(chunk));
  stream.end();
  return { counts: new Map([...found].sort()), tally };
}

test('lines that are counted together come to the same as one by one', () => {
  const line = fc.record({ file: fc.nat(40), at: fc.nat(1000), pid: fc.nat(70_000), serial: fc.nat(99_999), noise: fc.nat(12) });
  const lines = fc.array(line, { maxLength: 300, size: 'max' });
  fc.assert(fc.property(lines, fc.integer({ min: 1, max: 3000 }), fc.constantFrom(16, 1024), (all, size, remembered) => {
    const text = Buffer.from(all.map(({ file, at, pid, serial, noise }) => (noise === 0 ? 'noise\n' : noise === 1 ? '\n' : '')
      + `${auditLine({ name: `/f${file}`, serial, time: `${1000 + at}.25`, pid })}\n`).join(''));
    const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, at) => text.subarray(at * size, (at + 1) * size));
    expect(counts(chunks, true, remembered)).toEqual(counts(chunks, false));
  }), { numRuns: 30 });
});

test.each([['grows', undefined], ['is emptied', 1024]])('records are all counted where the table of known ones %s', (_what, remembered) => {
  const lines = Array.from({ length: 6000 }, (_, at) => `${auditLine({ name: `/f${at % 2500}`, serial: at, time: `${1000 + at}.5` })}\n`);
  const { counts: found, tally } = counts([Buffer.from(lines.join(''))], true, remembered);
  expect({ distinct: found.size, records: tally.records }).toEqual({ distinct: 2500, records: 6000 });
  expect([...found.values()].reduce<number>((sum, value) => sum + (value as { times: number }).times, 0)).toBe(6000);
});

test('a message of the bus that goes on in the next line is one record', () => {
  const begin = 'type=USER_AVC msg=audit(1.5:6): pid=1 uid=0  msg=\'apparmor="DENIED" operation="dbus_signal" bus="system" path="/o" mask="send" pid=9 label="web"';
  const stream = (text: string) => {
    const [records, tally] = [[] as object[], emptyTally()];
    const reader = new RecordStream(({ record: found }) => records.push(found), tally);
    reader.push(Buffer.from(text));
    reader.end();
    return { ...tally, records };
  };
  const whole = stream(`${begin}\n   exe="/usr/bin/dbus-daemon" sauid=103 hostname=?'\n${auditLine()}\n`);
  expect(whole.records).toMatchObject([{ operation: 'dbus_signal', comm: '/usr/bin/dbus-daemon' }, { operation: 'open' }]);
  expect(whole).toMatchObject({ lines: 3, others: 1, unreadable: 0 });
  expect(stream(`${begin}\n${auditLine()}\n`)).toMatchObject({ lines: 2, others: 0, records: [{ operation: 'dbus_signal' }, { operation: 'open' }] });
  expect(stream(begin)).toMatchObject({ lines: 1, records: [{ operation: 'dbus_signal' }] });
});

test('records that differ in one byte only are told apart, wherever the byte is', () => {
  const line = record({ name: '/srv/data/0123456789' });
  const at = line.indexOf('/srv/data');
  const lines = Array.from({ length: 20 }, (_, index) => `${line.slice(0, at + index)}X${line.slice(at + index + 1)}`);
  const { seen } = readText([...lines, ...lines].join('\n'));
  expect(new Set(seen.map(({ name }) => name)).size).toBe(20);
  expect(seen.slice(0, 20)).toEqual(seen.slice(20));
});

test('any bytes are counted and never fatal', () => {
  fc.assert(fc.property(fc.array(fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.constantFrom('apparmor="', 'apparmor="DENIED"', ' pid=', 'audit(', '):', '\n', '"', '=')),
    { maxLength: 40 }), (parts) => {
    const bytes = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
    const { tally } = read([bytes]);
    const lines = bytes.length === 0 ? 0 : bytes.toString('latin1').split('\n').length - (bytes[bytes.length - 1] === 0x0a ? 1 : 0);
    expect(tally.lines).toBe(lines);
    expect(tally.records + tally.unreadable + tally.others).toBe(lines);
  }));
});

test('a line without an end is not kept in memory', () => {
  const junk = Buffer.alloc(2 ** 20, 0x61);
  const { tally, seen } = read([...Array<Buffer>(20).fill(junk), Buffer.from(`\n${auditLine()}\n`)]);
  expect(tally).toMatchObject({ lines: 2, unreadable: 1, records: 1 });
  expect(seen).toHaveLength(1);
});

test('losses that the kernel reports are added up', () => {
  const { tally } = readText([
    '[1.5] kauditd_printk_skb: 12 callbacks suppressed', '[1.5] audit: audit_lost=3 audit_rate_limit=0 audit_backlog_limit=64',
    '[1.5] audit: audit_lost=10 audit_rate_limit=0 audit_backlog_limit=64', '[1.5] audit: audit_lost=2 audit_rate_limit=0 audit_backlog_limit=64',
  ].join('\n'));
  expect(tally.lost).toBe(12 + 10 + 2);
});

test('what the first AppArmor wrote is counted as not readable, with a sample', () => {
  const line = 'type=APPARMOR msg=audit(1157215966.604:46): REJECTING r access to /bin/df (sh(7902) profile /usr/sbin/x active x)';
  expect(readText(line).tally).toMatchObject({ unreadable: 1, samples: [line] });
});

test('a damaged stamp spoils its own line only', () => {
  const { seen, tally } = readText(`${auditLine({ serial: 1 })}\n${auditLine({ serial: 2 }).replace('.123', '')}\n${auditLine({ serial: 3 })}`);
  expect(seen.map(({ serial }) => serial)).toEqual([1, 3]);
  expect(tally.unreadable).toBe(1);
});

test('a carriage return at the end of a line belongs to the carrier', () => {
  expect(readText(`${auditLine()}\r\n`).seen).toHaveLength(1);
});
