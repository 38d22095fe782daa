import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { auditLine, record } from '../support/log-lines';
import { runCommand } from '../support/run-command';

test('each record of standard input is one JSON object, decoded, with its access', async () => {
  const { code, out, err } = await runCommand(['events'], `${auditLine({ name: '/srv/a b', event: 'DENIED', mask: 'wc', fsuid: 33, ouid: 33 })}\nnoise\n`);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out.trim().split('\n').map((line) => JSON.parse(line))).toEqual([{
    event: 'DENIED',
    operation: 'open',
    class: 'file',
    profile: 'web',
    name: '/srv/a b',
    pid: 4242,
    comm: 'nginx',
    requestedMask: 'wc',
    deniedMask: 'wc',
    fsuid: 33,
    ouid: 33,
    time: 1732435200.123,
    serial: 4711,
    access: { class: 'file', path: '/srv/a b', mask: 'w', owner: true },
  }]);
});

test('files are read one after the other, packed ones too', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'events-'));
  const [plain, packed] = [join(folder, 'a.log'), join(folder, 'b.log.1')];
  writeFileSync(plain, `${auditLine({ serial: 1 })}\n`);
  writeFileSync(packed, gzipSync(`${auditLine({ serial: 2 })}\n`));
  const { out } = await runCommand(['events', plain, packed]);
  expect(out.trim().split('\n').map((line) => JSON.parse(line).serial)).toEqual([1, 2]);
});

test('records of the audit transport and of the kernel count once', async () => {
  const entries = [
    { _TRANSPORT: 'kernel', __REALTIME_TIMESTAMP: '1732435200123500', _HOSTNAME: 'n1', MESSAGE: `audit: type=1400 audit(1732435200.123:4711): ${record()}` },
    { _TRANSPORT: 'audit', _SOURCE_REALTIME_TIMESTAMP: '1732435200123000', _HOSTNAME: 'n1', _AUDIT_ID: '4711', MESSAGE: `AVC ${record()}` },
  ];
  const { out, err } = await runCommand(['events'], entries.map((entry) => JSON.stringify(entry)).join('\n'));
  expect(out.trim().split('\n').map((line) => JSON.parse(line))).toMatchObject([{ serial: 4711, time: 1732435200.123, workload: { node: 'n1' } }]);
  expect(err).toBe('k8s-apparmor events: 1 record came twice, from the kernel\'s log and from the audit transport, and count once\n');
});

test('sources may be mixed in one stream', async () => {
  const falco = { rule: 'learn', output_fields: { 'evt.type': 'openat', 'evt.arg.flags': 'O_RDONLY', 'fd.name': '/etc/app.conf', 'proc.name': 'web', 'evt.rawres': 3 } };
  const { out } = await runCommand(['events'], `${auditLine()}\n${JSON.stringify(falco)}\n{"torn":\n${auditLine()}\n`);
  expect(out.trim().split('\n').map((line) => JSON.parse(line).name)).toEqual(['/srv/index.html', '/etc/app.conf', '/srv/index.html']);
});

test('what could not be read is said on standard error, with a sample', async () => {
  const { code, err } = await runCommand(['events'], 'type=AVC msg=audit(bad): apparmor="DENIED" operation="open"\n');
  expect(code).toBe(0);
  expect(err).toBe('k8s-apparmor events: 1 line could not be read; the first: "type=AVC msg=audit(bad): apparmor=\\"DENIED\\" operation=\\"open\\""\n');
});

test.each([
  [['events', '/no/such/file'], 'k8s-apparmor: cannot read /no/such/file: there is no such file\n'],
  [['events', tmpdir()], `k8s-apparmor: ${tmpdir()} is a directory; name the log files in it\n`],
  [['events', '--source', 'kmsg'], 'k8s-apparmor: there is no source \'kmsg\'; sources are kernel, auditd, journald, denial-log, tetragon, falco, inspektor-gadget, kubearmor, security-profiles-operator\n'],
])('%p is wrong use', async (argv, message) => {
  expect(await runCommand(argv)).toEqual({ code: 2, out: '', err: message });
});

test('gzip data that is cut is said so', async () => {
  const packed = gzipSync(`${auditLine()}\n`.repeat(1000));
  const { code, err } = await runCommand(['events'], packed.subarray(0, packed.length - 20));
  expect({ code, err }).toEqual({ code: 2, err: 'k8s-apparmor: cannot read standard input: the gzip data is cut\n' });
});

test.each([
  [[], 'standard input holds no record of AppArmor in 1 line'],
  [['-', '-'], 'standard input, standard input hold no record of AppArmor in 1 line'],
])('a log without records is said to be one, and where there are some (%j)', async (files, words) => {
  const { code, out, err } = await runCommand(['events', ...files], 'systemd[1]: Started.\n');
  expect({ code, out }).toEqual({ code: 0, out: '' });
  expect(err).toBe(`k8s-apparmor events: ${words}; \`journalctl _TRANSPORT=audit\` and /var/log/audit/audit.log have a node's\n`);
});

test('--format json is what it prints anyway, and there is no other', async () => {
  expect((await runCommand(['events', '--format', 'json'], auditLine())).out).toBe((await runCommand(['events'], auditLine())).out);
  expect(await runCommand(['events', '--format', 'text'], auditLine()))
    .toEqual({ code: 2, out: '', err: 'k8s-apparmor: there is no format \'text\'; use json (`k8s-apparmor explain` says in words what was denied)\n' });
});
