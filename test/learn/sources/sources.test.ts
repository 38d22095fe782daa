import { auditLine, record } from '../../support/log-lines';
import { runCommand } from '../../support/run-command';

/** The same behaviour as each source tells it: reading a file, writing another, executing a program, a capability. */
const POD = { namespace: 'shop', name: 'web-7d9c-x2', container: { id: 'containerd://6b74', name: 'web' }, workload: 'web', workload_kind: 'Deployment' };
const PROCESS = { pid: 5269, uid: 33, binary: '/app/web', flags: 'execve clone', pod: POD };
const TIME = '2026-11-24T10:00:00.1Z';

const json = (...events: object[]) => events.map((event) => JSON.stringify(event)).join('\n');

function tetragonCall(name: string, args: object[], result = 0): object {
  return { process_kprobe: { process: PROCESS, function_name: name, args, return: { int_arg: result } }, node_name: 'n1', time: TIME };
}

const falcoCall = (fields: object) => ({ rule: 'learn', time: TIME, output_fields: { 'proc.name': 'web', 'k8s.ns.name': 'shop', 'k8s.pod.name': 'web-7d9c-x2', 'container.name': 'web', ...fields } });
const GADGET = { k8s: { node: 'n1', namespace: 'shop', podName: 'web-7d9c-x2', containerName: 'web', owner: { kind: 'Deployment', name: 'web' } }, timestamp: TIME, proc: { comm: 'web', pid: 5269 } };
const ARMOR = { UpdatedTime: TIME, HostName: 'n1', NamespaceName: 'shop', Owner: { Ref: 'Deployment', Name: 'web' }, PodName: 'web-7d9c-x2', ContainerName: 'web', ProcessName: '/app/web', HostPID: 5269, Type: 'ContainerLog', Result: 'Passed' };

const SOURCES: Readonly<Record<string, string>> = {
  'auditd': [
    auditLine({ name: '/etc/app.conf' }), auditLine({ name: '/var/cache/x', mask: 'wc' }), auditLine({ operation: 'exec', name: '/usr/bin/id', mask: 'x' }),
    'type=AVC msg=audit(1.5:6): apparmor="ALLOWED" operation="capable" class="cap" profile="web" pid=1 comm="web" capability=10  capname="net_bind_service"',
  ].join('\n'),
  'journald': json(...[record({ name: '/etc/app.conf' }), record({ name: '/var/cache/x', mask: 'wc' }), record({ operation: 'exec', name: '/usr/bin/id', mask: 'x' }),
    'apparmor="ALLOWED" operation="capable" class="cap" profile="web" pid=1 comm="web" capability=10  capname="net_bind_service"']
    .map((text) => ({ _TRANSPORT: 'audit', __REALTIME_TIMESTAMP: '1732435200123000', MESSAGE: `AVC ${text}` }))),
  'tetragon': json(
    tetragonCall('security_file_permission', [{ file_arg: { path: '/etc/app.conf' } }, { int_arg: 4 }]),
    tetragonCall('security_file_permission', [{ file_arg: { path: '/var/cache/x' } }, { int_arg: 2 }]),
    { process_exec: { process: { ...PROCESS, binary: '/usr/bin/id' } }, node_name: 'n1', time: TIME },
    tetragonCall('cap_capable', [{ capability_arg: { value: 10, name: 'CAP_NET_BIND_SERVICE' } }]),
  ),
  'falco': json(
    falcoCall({ 'evt.type': 'openat', 'evt.arg.flags': 'O_RDONLY|O_CLOEXEC', 'fd.name': '/etc/app.conf', 'evt.rawres': 3 }),
    falcoCall({ 'evt.type': 'openat', 'evt.arg.flags': 'O_WRONLY|O_CREAT|O_TRUNC', 'fd.name': '/var/cache/x', 'evt.rawres': 4 }),
    falcoCall({ 'evt.type': 'execve', 'proc.exepath': '/usr/bin/id', 'evt.rawres': 0 }),
  ),
  'inspektor-gadget': json(
    { ...GADGET, fname: 'app.conf', fpath: '/etc/app.conf', flags: 'O_RDONLY|O_CLOEXEC', error: '', error_raw: 0 },
    { ...GADGET, fname: '/var/cache/x', flags: 'O_WRONLY|O_CREAT', error: '', error_raw: 0 },
    { ...GADGET, exepath: '/usr/bin/id', args: 'id', error: '' },
    { ...GADGET, cap: 'CAP_NET_BIND_SERVICE', capable: true, audit: 1, insetid: false },
  ),
  'kubearmor': json(
    { ...ARMOR, Operation: 'File', Resource: '/etc/app.conf', Data: 'syscall=SYS_OPENAT fd=-100 flags=O_RDONLY|O_CLOEXEC' },
    { ...ARMOR, Operation: 'File', Resource: '/var/cache/x', Data: 'syscall=SYS_OPENAT fd=-100 flags=O_WRONLY|O_CREAT' },
    { ...ARMOR, Operation: 'Process', Resource: '/usr/bin/id -u', Data: 'syscall=SYS_EXECVE' },
    { ...ARMOR, Operation: 'Capabilities', Resource: 'CAP_NET_BIND_SERVICE', Data: 'syscall=SYS_BIND' },
  ),
};

const EXPECTED = 'abi <abi/3.0>,\n\nprofile web {\n  capability net_bind_service,\n\n  /etc/app.conf r,\n  /usr/bin/id mrix,\n  /var/cache/x w,\n}\n';

test.each(Object.entries(SOURCES))('the same behaviour, told by %s, gives the same profile', async (source, text) => {
  const expected = source === 'falco' ? EXPECTED.replace('  capability net_bind_service,\n\n', '') : EXPECTED;
  for (const argv of [['learn'], ['learn', '--source', source], ['learn', '--profile', 'web']]) {
    const { out, code } = await runCommand(argv, text);
    expect({ argv, out, code }).toEqual({ argv, out: expected, code: 0 });
  }
});

test('a named source takes nothing from another', async () => {
  const { out } = await runCommand(['learn', '--source', 'falco'], Object.values(SOURCES).join('\n'));
  expect(out).toBe(EXPECTED.replace('  capability net_bind_service,\n\n', ''));
});

test('the journal\'s export form is read, binary fields too', async () => {
  const message = Buffer.from(`AVC ${record({ name: '/etc/app.conf' })}`);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(message.length));
  const entries = Buffer.concat([
    Buffer.from('__CURSOR=s=1\n__REALTIME_TIMESTAMP=1732435200123456\n_AUDIT_ID=7\nMESSAGE\n'), length, message, Buffer.from('\n\n'),
    Buffer.from(`__CURSOR=s=2\n__REALTIME_TIMESTAMP=1732435201123456\n_AUDIT_ID=8\nMESSAGE=AVC ${record({ name: '/srv/b' })}\n\n`),
  ]);
  const { out, err } = await runCommand(['events'], entries);
  expect(err).toBe('');
  expect(out.trim().split('\n').map((line) => JSON.parse(line))).toMatchObject([
    { name: '/etc/app.conf', time: 1732435200.123456, serial: 7 }, { name: '/srv/b', time: 1732435201.123456, serial: 8 },
  ]);
});

test('the journal\'s messages that are not UTF-8 are arrays of bytes', async () => {
  const { out } = await runCommand(['events'], JSON.stringify({ __CURSOR: 's', MESSAGE: [...Buffer.from(`AVC ${record()}`)] }));
  expect(JSON.parse(out)).toMatchObject({ name: '/srv/index.html' });
});

test.each<[string, object]>([
  ['a failed look for a library', falcoCall({ 'evt.type': 'openat', 'evt.arg.flags': 'O_RDONLY', 'fd.name': '/lib/x.so', 'evt.rawres': -2 })],
  ['an O_PATH open', falcoCall({ 'evt.type': 'openat', 'evt.arg.flags': 'O_PATH', 'fd.name': '/srv', 'evt.rawres': 3 })],
  ['the container runtime', falcoCall({ 'evt.type': 'openat', 'evt.arg.flags': 'O_RDONLY', 'fd.name': '/srv/a', 'evt.rawres': 3, 'proc.name': 'runc' })],
  ['a path that could not be resolved', tetragonCall('security_file_permission', [{ file_arg: { path: '/a', flags: 'unresolvedPathComponents' } }, { int_arg: 4 }])],
  ['a process from before', { process_exec: { process: { ...PROCESS, flags: 'procFS auid' } } }],
  ['a capability that was only probed', { ...GADGET, cap: 'CAP_SYS_ADMIN', capable: true, audit: 0 }],
  ['a program that the container wrote', { ...GADGET, exepath: '/tmp/x', args: 'x', upper_layer: true }],
  ['a deleted file', { ...ARMOR, Operation: 'File', Resource: '/tmp/x (deleted)', Data: 'flags=O_RDONLY' }],
])('%s is no evidence', async (_what, event) => {
  const { out } = await runCommand(['learn'], JSON.stringify(event));
  expect(out).toBe('');
});

test('what a tool says that it lost is passed on', async () => {
  const { err } = await runCommand(['learn'], json({ rule: 'Falco internal: syscall event drop', output_fields: { n_drops: 12 } }, { rate_limit_info: { number_of_dropped_process_events: '30' } }));
  expect(err).toContain('at least 42 records were lost');
});

test('a refused call is a denial', async () => {
  const { out } = await runCommand(['events'], json(falcoCall({ 'evt.type': 'openat', 'evt.arg.flags': 'O_RDONLY', 'fd.name': '/etc/shadow', 'evt.rawres': -13 })));
  expect(JSON.parse(out)).toMatchObject({ event: 'DENIED', access: { class: 'file', path: '/etc/shadow', mask: 'r' }, workload: { namespace: 'shop', pod: 'web-7d9c-x2', container: 'web' } });
});

const OPERATOR = `apiVersion: security-profiles-operator.x-k8s.io/v1
kind: AppArmorProfile
metadata: {name: web}
spec:
  mode: Complain
  abstract:
    executable: {allowedExecutables: [/app/web], allowedLibraries: [/usr/lib/libx.so.1]}
    filesystem: {readOnlyPaths: [/etc/app.conf], writeOnlyPaths: [], readWritePaths: [/var/cache/app/*]}
    network: {allowRaw: false, allowedProtocols: {allowTcp: true}}
    capability: {allowedCapabilities: [NET_BIND_SERVICE]}
`;

test('an object of the Security Profiles Operator becomes a profile; its patterns stay', async () => {
  const { out } = await runCommand(['learn'], OPERATOR);
  expect(out).toBe('abi <abi/3.0>,\n\nprofile web {\n  capability net_bind_service,\n\n  network inet stream,\n  network inet6 stream,\n\n'
    + '  /app/web rix,\n  /etc/app.conf r,\n  /usr/lib/libx.so.1 mr,\n  /var/cache/app/* rwlk,\n}\n');
});

test('an object that is no YAML is said so', async () => {
  const { err } = await runCommand(['learn'], `${OPERATOR}\n  - {`);
  expect(err).toContain('the AppArmorProfile object is no YAML');
});

test('a profile goes to the operator\'s form and back, and what that form cannot say is told', async () => {
  const { out, err } = await runCommand(['learn', '--format', 'operator'], [
    auditLine({ name: '/etc/app.conf' }), auditLine({ name: '/var/x', mask: 'w', fsuid: 1, ouid: 1 }), auditLine({ operation: 'exec', name: '/bin/id', mask: 'x' }),
    'apparmor="DENIED" operation="signal" profile="web" denied_mask="send" signal=term peer="db"',
  ].join('\n'));
  expect(err.split('\n').slice(0, 3)).toEqual([
    'signal send set=term peer=db, is left out: the form knows no signal rules', 'owner /var/x w, comes out for everybody: the form knows no owner',
    'owner /var/x w, comes out with w, l and k: the form has one kind of writing',
  ]);
  expect((await runCommand(['learn'], out)).out).toBe('abi <abi/3.0>,\n\nprofile web {\n  /bin/id rix,\n  /etc/app.conf r,\n  /var/x wlk,\n}\n');
});
