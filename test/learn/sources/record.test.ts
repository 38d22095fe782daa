import type { EventRecord } from '../../../src/learn/event';
import { hasStrayBytes, textOfBytes } from '../../../src/learn/sources/bytes';
import { readRecord as readParts } from '../../../src/learn/sources/record';
import { accessesOf } from '../../../src/learn/sources/record-access';
import { record } from '../../support/log-lines';

/** The record with what differs from line to line. */
function readRecord(line: string): EventRecord | undefined {
  const read = readParts(line);
  if (read === undefined) {
    return undefined;
  }
  const { template, ...stamp } = read;
  return { ...template, ...JSON.parse(JSON.stringify(stamp)) };
}

const BODY = record();
const EXPECTED = {
  event: 'ALLOWED',
  operation: 'open',
  class: 'file',
  profile: 'web',
  name: '/srv/index.html',
  pid: 4242,
  comm: 'nginx',
  requestedMask: 'r',
  deniedMask: 'r',
  fsuid: 33,
  ouid: 0,
};
const STAMPED = { ...EXPECTED, time: 1732435200.123, serial: 4711 };

test.each([
  ['auditd', `type=AVC msg=audit(1732435200.123:4711): ${BODY}`],
  ['auditd with the names of ids behind it', `type=AVC msg=audit(1732435200.123:4711): ${BODY}\x1dFSUID="www-data" OUID="root" SUBJ=="web (complain)"`],
  ['auditd with the name of the node', `node=web1 type=AVC msg=audit(1732435200.123:4711): ${BODY}`],
  ['dmesg', `[   12.345678] audit: type=1400 audit(1732435200.123:4711): ${BODY}`],
  ['dmesg without padding', `[12.345678] audit: type=1400 audit(1732435200.123:4711): ${BODY}`],
  ['dmesg with a priority', `<5>[   12.345678] audit: type=1400 audit(1732435200.123:4711): ${BODY}`],
  ['the old syslog form', `Nov 24 10:00:00 node1 kernel: [   12.345678] audit: type=1400 audit(1732435200.123:4711): ${BODY}`],
  ['a syslog with the facility', `Nov 24 10:00:00 node1 kern.notice kernel: [   12.345678] audit: type=1400 audit(1732435200.123:4711): ${BODY}`],
  ['the new syslog form', `2026-11-24T10:00:00.123456Z node1 kernel: audit: type=1400 audit(1732435200.123:4711): ${BODY}`],
  ['a container runtime\'s log', `2026-11-24T10:00:00.123456789Z stderr F audit: type=1400 audit(1732435200.123:4711): ${BODY}`],
  ['the output of grep', `audit.log:type=AVC msg=audit(1732435200.123:4711): ${BODY}`],
])('a record is read from %s', (_carrier, line) => {
  expect(readRecord(line)).toEqual(STAMPED);
});

test('a record of the journal\'s short form has no stamp', () => {
  expect(readRecord(`Nov 24 10:00:00 node1 audit[77]: AVC ${BODY}`)).toEqual(EXPECTED);
});

test.each([
  ['a number is the event of old kernels', 'type=1502 audit(1.5:2): operation="open" name="/a" pid=1 profile="p" requested_mask="r::" denied_mask="r::"', 'ALLOWED'],
  ['auditd names old events', 'type=APPARMOR_DENIED msg=audit(1.5:2): operation="open" name="/a" profile="p"', 'DENIED'],
  ['auditd may not know the number', 'type=UNKNOWN[1503] msg=audit(1.5:2): operation="open" name="/a" profile="p"', 'DENIED'],
  ['a process is killed', 'audit: type=1400 audit(1.5:2): apparmor="KILLED" operation="open" profile="p" name="/a"', 'KILLED'],
])('%s', (_what, line, event) => {
  expect(readRecord(line)?.event).toBe(event);
});

test.each([
  ['a stamp that is damaged', `type=AVC msg=audit(17324====35200.123:4711): ${BODY}`],
  ['another record', 'type=SYSCALL msg=audit(1.5:2): arch=c000003e syscall=257 success=no exit=-13'],
  ['a word that AppArmor does not say', 'audit: type=1400 audit(1.5:2): apparmor="PERHAPS" operation="open"'],
  ['a label of stray bytes', 'audit: type=1400 audit(1.5:2): apparmor="DENIED" operation="ptrace" profile="p" target=8022C0FF81A0FFFF'],
  ['nothing', ''],
])('nothing is read from %s', (_what, line) => {
  expect(readRecord(line)).toBeUndefined();
});

test('a hexadecimal name is decoded, a quoted one is not', () => {
  expect(readRecord('apparmor="DENIED" operation="open" profile=612062 name="DEADBEEF" comm=4143504920506F6C6C6572'))
    .toMatchObject({ profile: 'a b', name: 'DEADBEEF', comm: 'ACPI Poller' });
});

test('bytes that are not UTF-8 are kept', () => {
  const { name } = readRecord('apparmor="DENIED" operation="open" profile="p" name=2FFF61C3A4')!;
  expect(name).toBe('/\udcffaä');
  expect(hasStrayBytes(name!)).toBe(true);
  expect(textOfBytes(Buffer.from('aä\ufffd'))).toBe('aä\ufffd');
});

test('keys without a name here are kept as they are', () => {
  expect(readRecord('apparmor="DENIED" operation="mount" profile="p" name="/m/" flags="rw" options="size=1" trans="x"')?.other)
    .toEqual({ options: 'size=1', trans: 'x' });
});

test('a value may hold what looks like another pair', () => {
  expect(readRecord('apparmor="DENIED" operation="open" profile="p" name="/a=b pid=7" pid=9')).toMatchObject({ name: '/a=b pid=7', pid: 9 });
});

test('a pair may follow a quoted value without a blank', () => {
  expect(readRecord('apparmor="DENIED" operation="signal" profile="p" denied_mask="send"signal=unknown(64) peer="q"'))
    .toMatchObject({ deniedMask: 'send', signal: 'unknown(64)', peer: 'q' });
});

test('the message bus tells of the program that it decided upon, not of itself', () => {
  const line = 'type=USER_AVC msg=audit(1.5:2): pid=640 uid=103 msg=\'apparmor="DENIED" operation="dbus_method_call"  bus="system" path="/o" interface="i.f" '
    + 'member="M" mask="send" name="org.x" pid=9 label="web" peer_pid=1 peer_label="unconfined" exe="/usr/bin/dbus-daemon" hostname=? addr=? terminal=?\'';
  expect(readRecord(line)).toMatchObject({ profile: 'web', pid: 9, peerProfile: 'unconfined', comm: '/usr/bin/dbus-daemon', serial: 2 });
  expect(accessesOf(readRecord(line)!)).toEqual([
    { class: 'dbus', access: 'send', bus: 'system', path: '/o', interface: 'i.f', member: 'M', peerName: 'org.x', peer: 'unconfined' },
  ]);
});

test('a line that ends inside of a value is marked, and no access is made of it', () => {
  const cut = readRecord('audit: type=1400 audit(1.5:2): apparmor="DENIED" operation="open" profile="p" name="/a" denied_mask="r" requested_mask="cr')!;
  expect(cut.incomplete).toBe(true);
  expect(accessesOf(cut)).toEqual([]);
});

const COMMON = 'profile="p" pid=1 comm="c"';
test.each([
  ['file: creating is writing', `operation="open" ${COMMON} name="/a" denied_mask="wc" fsuid=1 ouid=2`, [{ class: 'file', path: '/a', mask: 'w' }]],
  ['file: writing includes appending', `operation="open" ${COMMON} name="/a" denied_mask="wrak"`, [{ class: 'file', path: '/a', mask: 'rwk' }]],
  ['file: the owner', `operation="unlink" ${COMMON} name="/a" denied_mask="d" fsuid=1 ouid=1`, [{ class: 'file', path: '/a', mask: 'w', owner: true }]],
  ['file: the owner in old kernels', `operation="open" ${COMMON} name="/a" denied_mask="r::" fsuid=1`, [{ class: 'file', path: '/a', mask: 'r', owner: true }]],
  ['file: others in old kernels', `operation="open" ${COMMON} name="/a" denied_mask="::r" fsuid=1 ouid=1`, [{ class: 'file', path: '/a', mask: 'r' }]],
  ['file: x counts only for exec', `operation="file_mmap" ${COMMON} name="/a" denied_mask="mx"`, [{ class: 'file', path: '/a', mask: 'm' }]],
  ['file: nothing denied', `operation="open" ${COMMON} name="/a" requested_mask="r"`, []],
  ['file: no name', `operation="open" ${COMMON} denied_mask="r"`, []],
  ['exec', `operation="exec" ${COMMON} name="/b" denied_mask="x" target="p//null-/b"`, [{ class: 'exec', path: '/b' }]],
  ['link', `operation="link" ${COMMON} name="/n" denied_mask="l" target="/o"`, [{ class: 'link', path: '/n', target: '/o' }]],
  ['link with surplus permissions', `operation="link" ${COMMON} name="/n" denied_mask="lk" target="/o"`,
    [{ class: 'link', path: '/n', target: '/o' }, { class: 'file', path: '/n', mask: 'k' }]],
  ['capability', `operation="capable" ${COMMON} capability=12  capname="net_admin"`, [{ class: 'capability', capability: 'net_admin' }]],
  ['network', `operation="create" ${COMMON} family="inet" sock_type="stream" protocol=6 requested_mask="create" denied_mask="create"`,
    [{ class: 'network', family: 'inet', type: 'stream', protocol: 'tcp', access: 'create' }]],
  ['network with ends', `operation="sendmsg" ${COMMON} laddr=10.0.0.1 lport=80 faddr=10.0.0.2 fport=5 family="inet" sock_type="dgram" protocol=17 denied="send"`,
    [{ class: 'network', family: 'inet', type: 'dgram', protocol: 'udp', access: 'send', localAddress: '10.0.0.1', localPort: 80, peerAddress: '10.0.0.2', peerPort: 5 }]],
  ['unix', `operation="connect" ${COMMON} family="unix" sock_type="stream" protocol=0 requested="send connect" denied="connect" addr=none peer_addr="@x" peer="q"`,
    [{ class: 'unix', access: 'connect', type: 'stream', address: 'none', peerAddress: '@x', peer: 'q' }]],
  ['mount', `operation="mount" ${COMMON} info="failed type match" error=-13 name="/m/" fstype="tmpfs" srcname="tmpfs" flags="rw, nosuid"`,
    [{ class: 'mount', operation: 'mount', source: 'tmpfs', target: '/m/', fstype: 'tmpfs', options: ['rw', 'nosuid'] }]],
  ['remount', `operation="mount" ${COMMON} name="/m/" flags="ro, remount"`, [{ class: 'mount', operation: 'remount', target: '/m/', options: ['ro', 'remount'] }]],
  ['umount', `operation="umount" ${COMMON} name="/m/"`, [{ class: 'mount', operation: 'umount', target: '/m/' }]],
  ['pivot_root', `operation="pivotroot" ${COMMON} name="/new/" srcname="/new/old/"`, [{ class: 'mount', operation: 'pivot_root', source: '/new/old/', target: '/new/' }]],
  ['ptrace', `operation="ptrace" ${COMMON} requested_mask="read" denied_mask="read" peer="b"`, [{ class: 'ptrace', access: 'read', peer: 'b' }]],
  ['signal', `operation="signal" ${COMMON} denied_mask="receive" signal=term peer="b"`, [{ class: 'signal', access: 'receive', signal: 'term', peer: 'b' }]],
  ['change_profile', `operation="change_profile" ${COMMON} name="p//a" target="p//a"`, [{ class: 'change_profile', target: 'p//a' }]],
  ['change_profile to what is not there', `operation="change_onexec" ${COMMON} info="label not found" error=-2 name="q"`, []],
  ['userns', `operation="userns_create" ${COMMON} requested="userns_create" denied="userns_create"`, [{ class: 'userns' }]],
  ['io_uring', `operation="uring_override" ${COMMON} requested="override_creds" denied="override_creds" tcontext="q"`,
    [{ class: 'io_uring', access: 'override_creds', label: 'q' }]],
  ['mqueue', `operation="open" ${COMMON} name="/q" requested="read create" denied="read" class="posix_mqueue"`,
    [{ class: 'mqueue', access: 'read', type: 'posix', name: '/q' }]],
  ['rlimit', `operation="setrlimit" ${COMMON} rlimit=nofile value=65536`, [{ class: 'rlimit', resource: 'nofile', value: 65536 }]],
  ['a path without a root', `operation="open" ${COMMON} info="Failed name lookup - disconnected path" error=-13 name="a/b" denied_mask="r"`, []],
])('access of %s', (_class, pairs, accesses) => {
  expect(accessesOf(readRecord(`audit: type=1400 audit(1.5:2): apparmor="DENIED" ${pairs}`)!)).toEqual(accesses);
});

test('an explicit audit is evidence by what was asked for, for everybody', () => {
  expect(accessesOf(readRecord('apparmor="AUDIT" operation="getattr" profile="p" name="/a" requested_mask="r" fsuid=1 ouid=1')!))
    .toEqual([{ class: 'file', path: '/a', mask: 'r' }]);
});

test('an error number is positive', () => {
  expect(readRecord('apparmor="DENIED" operation="open" profile="p" error=-13')).toMatchObject({ error: 13 });
});
