import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PrintedEvent } from '../../src/learn';
import { outside } from '../support/outside';
import { runCommand } from '../support/run-command';

jest.setTimeout(120_000);

const cases = outside('APPARMOR_CONFORMANCE');

/** The fields of an expected record by the names that they have in events. */
const FIELDS: Readonly<Record<string, keyof PrintedEvent>> = {
  'Operation': 'operation',
  'Mask': 'requestedMask',
  'Denied Mask': 'deniedMask',
  'fsuid': 'fsuid',
  'ouid': 'ouid',
  'Profile': 'profile',
  'Name': 'name',
  'Command': 'comm',
  'Parent': 'parent',
  'PID': 'pid',
  'Peer': 'peer',
  'Peer profile': 'peerProfile',
  'Name2': 'target',
  'Info': 'info',
  'ErrorCode': 'error',
  'Namespace': 'namespace',
  'Class': 'class',
  'Attribute': 'attribute',
  'Task': 'task',
  'Token': 'token',
  'Network family': 'family',
  'Socket type': 'socketType',
  'Protocol': 'protocol',
  'Local addr': 'localAddress',
  'Foreign addr': 'foreignAddress',
  'Local port': 'localPort',
  'Foreign port': 'foreignPort',
  'DBus bus': 'bus',
  'DBus path': 'path',
  'DBus interface': 'interface',
  'DBus member': 'member',
  'Peer PID': 'peerPid',
  'Signal': 'signal',
  'Audit subid': 'serial',
  'Execpath': 'execpath',
  'Flags': 'flags',
  'Fs Type': 'fstype',
  'Src Name': 'srcName',
};

/** Cases that come out otherwise, with the reason; they count as misses. */
const OTHER_EVENTS: Readonly<Record<string, string>> = {
  'status-filesystem-enabled': 'what grep puts before a line (the file\'s name) is read over',
};
const OTHER_RULES: Readonly<Record<string, string>> = {
  change_onexec_lp1648143: 'unconfined is no profile that rules could be added to',
};
const LEAST_AGREEMENT = 0.98;

cases.describe('records of the AppArmor project', () => {
  const folder = join(cases.path ?? '', 'test_multi');
  const names = cases.path === undefined ? [] : readdirSync(folder).filter((name) => name.endsWith('.in')).map((name) => name.slice(0, -3));
  const text = (name: string, kind: string) => readFileSync(join(folder, `${name}.${kind}`), 'utf8');

  test('events have the fields that libapparmor reads', async () => {
    const wrong: Miss[] = [];
    for (const name of names) {
      const { out } = await runCommand(['events', join(folder, `${name}.in`)]);
      const faults = differences(text(name, 'out'), out.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line)));
      if (faults.length > 0) {
        wrong.push({ name, says: faults.join(', ') });
      }
    }
    expect(names.length).toBeGreaterThan(50);
    expectAgreement('records', names.length, wrong, OTHER_EVENTS);
  });

  test('learn gives the rules that AppArmor\'s own tools do, to the letter', async () => {
    const learnable = names.filter((name) => existsSync(join(folder, `${name}.profile`)));
    const wrong: Miss[] = [];
    for (const name of learnable) {
      const { out } = await runCommand(['learn', join(folder, `${name}.in`)]);
      const [expected, got] = [rulesIn(text(name, 'profile')), rulesIn(out)];
      if (expected.join() !== got.join()) {
        wrong.push({ name, says: `${got.join(' ')} instead of ${expected.join(' ')}` });
      }
    }
    expect(learnable.length).toBeGreaterThan(30);
    expectAgreement('rules', learnable.length, wrong, OTHER_RULES);
  });
});

interface Miss {
  readonly name: string;
  readonly says: string;
}

/** Prints the rate; misses without a reason above, and reasons without a miss, fail it as a rate that is too low does. */
function expectAgreement(what: string, all: number, misses: readonly Miss[], reasons: Readonly<Record<string, string>>): void {
  const rate = 1 - misses.length / all;
  const lines = misses.map(({ name, says }) => `  ${name}: ${reasons[name] ?? says}`);
  process.stdout.write([`${what}: ${all - misses.length} of ${all} (${(100 * rate).toFixed(1)} %) as expected`, ...lines, ''].join('\n'));
  expect(misses.filter(({ name }) => reasons[name] === undefined)).toEqual([]);
  expect(Object.keys(reasons).filter((name) => existsSync(join(cases.path!, 'test_multi', `${name}.in`)) && !misses.some((miss) => miss.name === name))).toEqual([]);
  expect(rate).toBeGreaterThanOrEqual(LEAST_AGREEMENT);
}

function differences(expected: string, events: readonly Record<string, unknown>[]): string[] {
  const fields = expected.split('\n').slice(2).map((line) => /^([^:]+): (.*)$/s.exec(line)).filter((match) => match !== null).map(([, key, value]) => [key!, value!] as const);
  const kind = fields.find(([key]) => key === 'Event type')?.[1].replace('AA_RECORD_', '');
  if (kind === 'INVALID') {
    return events.length === 0 ? [] : ['read a record where there is none'];
  }
  const [event] = events;
  if (event === undefined || events.length > 1) {
    return [`${events.length} records`];
  }
  const wrong = fields.filter(([key, value]) => key in FIELDS && String(event[FIELDS[key]!]) !== value).map(([key]) => key);
  const time = fields.find(([key]) => key === 'Epoch');
  return [...wrong, ...(event.event === kind ? [] : ['event']), ...(time !== undefined && Math.floor(event.time as number) !== Number(time[1]) ? ['time'] : [])];
}

function rulesIn(profile: string): string[] {
  return profile.split('\n').map((line) => line.trim()).filter((line) => line.endsWith(',') && !line.startsWith('abi ')).sort();
}
