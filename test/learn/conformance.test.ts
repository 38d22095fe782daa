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

/** Cases that come out otherwise, with the reason. */
const OTHER_EVENTS: Readonly<Record<string, string>> = {
  'testcase_dbus_09': 'the program is on a second line, which upstream\'s tests skip, too',
  'status-filesystem-enabled': 'the prefix that grep puts before a line is read over',
};
const OTHER_RULES: Readonly<Record<string, string>> = {
  change_onexec_lp1648143: 'unconfined is no profile that rules could be added to',
  testcase_syslog_link_01: 'a link rule names what the link points to',
  testcase_syslog_link_02: 'a link rule names what the link points to',
  testcase_userns_02: 'the rule is the same without audit',
};
const LEAST_AGREEMENT = 0.98;

cases.describe('records of the AppArmor project', () => {
  const folder = join(cases.path ?? '', 'test_multi');
  const names = cases.path === undefined ? [] : readdirSync(folder).filter((name) => name.endsWith('.in')).map((name) => name.slice(0, -3));
  const text = (name: string, kind: string) => readFileSync(join(folder, `${name}.${kind}`), 'utf8');

  test('events have the fields that libapparmor reads', async () => {
    const wrong: string[] = [];
    for (const name of names) {
      const { out } = await runCommand(['events', join(folder, `${name}.in`)]);
      const faults = differences(text(name, 'out'), out.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line)));
      if (faults.length > 0 && !(name in OTHER_EVENTS)) {
        wrong.push(`${name}: ${faults.join(', ')}`);
      }
    }
    expect(names.length).toBeGreaterThan(50);
    expect(wrong.slice(Math.floor(names.length * (1 - LEAST_AGREEMENT)))).toEqual([]);
  });

  test('learn gives the rules that AppArmor\'s own tools do', async () => {
    const learnable = names.filter((name) => existsSync(join(folder, `${name}.profile`)));
    const wrong: string[] = [];
    for (const name of learnable) {
      const { out } = await runCommand(['learn', '--strictness', 'exact', join(folder, `${name}.in`)]);
      const [expected, got] = [rulesIn(text(name, 'profile')), rulesIn(out)];
      if (expected.join() !== got.join() && !(name in OTHER_RULES)) {
        wrong.push(`${name}: ${got.join(' ')} instead of ${expected.join(' ')}`);
      }
    }
    expect(learnable.length).toBeGreaterThan(30);
    expect(wrong.slice(Math.floor(learnable.length * (1 - LEAST_AGREEMENT)))).toEqual([]);
  });
});

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
  return profile.split('\n').map((line) => line.trim()).filter((line) => line.endsWith(',') && !line.startsWith('abi '))
    .map((line) => line.replace(/\((\w+)\)/g, '$1')).sort();
}
