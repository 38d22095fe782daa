import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { denialLogObjects } from '../../src/manifests/denial-log';
import { runCommand } from '../support/run-command';

jest.setTimeout(60_000);

const PROPS = { name: 'denials', namespace: 'audit', serviceAccountName: 'denials' };

function podOf(props: Partial<Parameters<typeof denialLogObjects>[0]> = {}): any {
  const [, daemonSet] = denialLogObjects({ ...PROPS, ...props }) as any[];
  return daemonSet.spec.template.spec;
}

test('the pod has no capability, no token, and nothing of the host that it could write', () => {
  const { containers: [container], volumes, automountServiceAccountToken, hostNetwork, hostIPC } = podOf();
  expect(container.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    appArmorProfile: { type: 'RuntimeDefault' },
    capabilities: { drop: ['ALL'] },
    privileged: false,
    readOnlyRootFilesystem: true,
    runAsGroup: 0,
    runAsNonRoot: false,
    runAsUser: 0,
  });
  expect([automountServiceAccountToken, hostNetwork, hostIPC]).toEqual([false, undefined, undefined]);
  expect(volumes.map(({ hostPath }: any) => hostPath?.path)).toEqual([undefined, '/usr', '/var/log/journal', '/run/log/journal', '/var/log/containers']);
  const folders = container.volumeMounts.filter(({ name }: any) => name !== 'program');
  expect(folders).toHaveLength(4);
  expect(folders.every(({ readOnly, recursiveReadOnly }: any) => readOnly === true && recursiveReadOnly === 'IfPossible')).toBe(true);
});

test('without pod names it does not see the processes of the host', () => {
  expect(podOf().hostPID).toBe(true);
  const { containers: [container], volumes, hostPID } = podOf({ podNames: false });
  expect(hostPID).toBe(undefined);
  expect(volumes.map(({ hostPath }: any) => hostPath?.path)).toEqual([undefined, '/usr', '/var/log/journal', '/run/log/journal']);
  expect(container.env).toContainEqual({ name: 'CONTAINER_LOGS', value: '' });
});

test('older releases get annotations instead of fields', () => {
  const [, daemonSet] = denialLogObjects({ ...PROPS, emission: 'annotations' }) as any[];
  expect(daemonSet.spec.template.metadata.annotations).toEqual({ 'container.apparmor.security.beta.kubernetes.io/denial-log': 'runtime/default' });
  expect('appArmorProfile' in daemonSet.spec.template.spec.containers[0].securityContext).toBe(false);
});

/** A host whose journalctl writes these lines, of the audit transport where that is on. */
function host(lines: readonly string[], audit: 'on' | 'off' | 'later on' = 'on'): NodeJS.ProcessEnv {
  const folder = mkdtempSync(join(tmpdir(), 'denial-log-'));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text, { mode: 0o755 });
  };
  write('lines', lines.join('\n') + '\n');
  // The linker that starts it takes its library path first.
  write('usr/lib/x/ld-linux-x86-64.so.2', '#!/bin/sh\nshift 2\nexec /bin/sh "$@"\n');
  if (audit === 'on') write('audit', 'AVC\n');
  write('usr/bin/journalctl', `#!/bin/sh
cd ${folder}
case "$*" in
  *"-n 1"*) [ ! -e audit ] || cat audit ;;
  *_TRANSPORT=audit*) cat lines ;;
  *) ${audit === 'later on' ? 'echo AVC > audit; exec sleep 100' : 'cat lines'} ;;
esac
`);
  write('journal/file', '');
  return { PATH: process.env.PATH, HOST_USR: join(folder, 'usr'), JOURNAL: join(folder, 'journal'), NODE_NAME: 'n1', CONTAINER_LOGS: folder, TICK: '0.1' };
}

function log(env: NodeJS.ProcessEnv): { objects: any[]; text: string } {
  const { stdout } = spawnSync('sh', [join(__dirname, '..', '..', 'loader', 'denial-log.sh')], { env, encoding: 'utf8', timeout: 30_000 });
  return { text: stdout, objects: stdout.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line)) };
}

const line = (name: string, pid: number) => '1732435200.125 n1 audit[77]: AVC apparmor="DENIED" operation="open" class="file" profile="web" '
  + `name="${name}" pid=${pid} ` + 'comm="nginx" requested_mask="r" denied_mask="r" fsuid=33 ouid=0';

test('equal records become one line and one with the number of the others', () => {
  const { objects } = log(host([line('/srv/a\\"', 999999991), ...[2, 3, 4].map((at) => line('/srv/b', 999999990 + at))]));
  expect(objects[0]).toEqual({ kind: 'denial-log', node: 'n1', message: 'reads the audit transport of the journal' });
  const told = objects.slice(1).map(({ name, count, time, profile, denied, comm, event }) => ({ name, count, time, profile, denied, comm, event }));
  expect(told).toEqual([
    { name: '/srv/a\\', count: 1 }, { name: '/srv/b', count: 1 }, { name: '/srv/b', count: 2 },
  ].map((part) => ({ ...part, time: 1732435200.125, profile: 'web', denied: 'r', comm: 'nginx', event: 'DENIED' })));
});

test('above the limit lines are counted, and the number is told', () => {
  const { objects } = log({ ...host(Array.from({ length: 10 }, (_, at) => line(`/srv/${at}`, 999999990))), LIMIT: '4' });
  expect(objects.filter(({ kind }) => kind === 'apparmor')).toHaveLength(4);
  expect(objects.filter(({ suppressed }) => suppressed !== undefined)).toEqual([
    { kind: 'denial-log', node: 'n1', suppressed: 6, message: 'above the limit of 4 lines in 60 seconds' },
  ]);
});

test('what a program wrote itself is left out but for what a bus of messages says', () => {
  const own = (record: string) => `1732435200.125 n1 audit[77]: USER_AVC pid=9 uid=0 auid=0 ses=1 subj=web msg='apparmor="DENIED" ${record} profile="web" exe="/x" hostname=? addr=? terminal=?'`;
  const { objects } = log(host([own('operation="open" name="/etc/shadow" denied_mask="r"'), own('operation="dbus_bind" bus="system" name="org.a" mask="bind"')]));
  expect(objects.slice(1).map(({ message, name }) => message ?? name)).toEqual([
    'org.a', 'left out 1 of what programs wrote themselves: only the kernel tells of files and the like',
  ]);
});

test('where the audit transport is off, the kernel\'s log is read, and said to be a lower bound', () => {
  const { objects } = log(host(['1.5 n1 kernel: kauditd_printk_skb: 12 callbacks suppressed'], 'off'));
  expect(objects.map(({ message }) => message)).toEqual(['reads the kernel transport of the journal',
    'the audit transport is off (systemd-journald-audit.socket): the numbers are a lower bound', 'the kernel suppressed 12 lines of its log']);
});

test('once this boot has records of the audit transport, those are read', () => {
  const { objects } = log({ ...host([line('/srv/a', 999999991)], 'later on'), TICK: '0.05' });
  expect(objects.map(({ message, name }) => message ?? name)).toEqual(['reads the kernel transport of the journal',
    'the audit transport is off (systemd-journald-audit.socket): the numbers are a lower bound', 'reads the audit transport of the journal', '/srv/a']);
});

test('that the kernel lost records is told', () => {
  const { objects } = log(host(['1.5 n1 kernel: audit: audit_lost=12 audit_rate_limit=0 audit_backlog_limit=64', '1.5 n1 kernel: audit: backlog limit exceeded']));
  expect(objects.slice(1)).toEqual([{ kind: 'denial-log', node: 'n1', message: expect.stringMatching(/^the kernel has lost 12 audit records since the boot/) }]);
});

describe('where a denial was', () => {
  interface Running { readonly pid: number; readonly profile: string; readonly container?: string }

  const idOf = (container: string) => createHash('sha256').update(container).digest('hex');

  /** What is said of the place of a denial of profile `web` by process 4711, where these run on the node. */
  function placeOf(running: readonly Running[], env: NodeJS.ProcessEnv = {}): object {
    const at = host([line('/srv/a', 4711)]);
    const [PROC, containers] = [join(at.JOURNAL!, '..', 'proc'), join(at.JOURNAL!, '..', 'containers')];
    mkdirSync(containers);
    for (const { pid, profile, container } of [{ pid: 1, profile: 'unconfined' }, ...running] as Running[]) {
      mkdirSync(join(PROC, String(pid), 'attr'), { recursive: true });
      writeFileSync(join(PROC, String(pid), 'attr', 'current'), profile === 'unconfined' ? 'unconfined\n' : `${profile} (enforce)\n`);
      writeFileSync(join(PROC, String(pid), 'cgroup'), `0::/../..${container ? `/podx/${idOf(container)}` : '/system.slice/a.service'}\n`);
      if (container) writeFileSync(join(containers, `${container}-${idOf(container)}.log`), '');
    }
    const { objects: [, { namespace, pod, container, containerId, attributedBy }] } = log({ ...at, PROC, CONTAINER_LOGS: containers, ...env });
    return { namespace, pod, container, containerId, attributedBy };
  }

  test.each<[string, readonly Running[], object]>([
    ['the container of the process, while that runs', [{ pid: 4711, profile: 'web', container: 'web-1_shop_nginx' }, { pid: 7, profile: 'web', container: 'web-2_shop_nginx' }],
      { namespace: 'shop', pod: 'web-1', container: 'nginx', containerId: idOf('web-1_shop_nginx') }],
    ['after its end the one container under its profile', [{ pid: 7, profile: 'web', container: 'web-1_shop_nginx' }, { pid: 8, profile: 'api', container: 'api-1_shop_api' }],
      { namespace: 'shop', pod: 'web-1', container: 'nginx', attributedBy: 'profile' }],
    ['a child profile counts for its container', [{ pid: 7, profile: 'web//helper', container: 'web-1_shop_nginx' }],
      { namespace: 'shop', pod: 'web-1', container: 'nginx', attributedBy: 'profile' }],
    ['of several what they have in common', [{ pid: 7, profile: 'web', container: 'web-1_shop_nginx' }, { pid: 8, profile: 'web', container: 'web-2_shop_nginx' }],
      { namespace: 'shop', container: 'nginx', attributedBy: 'profile' }],
    ['nothing of several in two namespaces', [{ pid: 7, profile: 'web', container: 'web-1_shop_nginx' }, { pid: 8, profile: 'web', container: 'web-1_test_nginx' }], {}],
    ['nothing where something outside of containers has that profile', [{ pid: 7, profile: 'web', container: 'web-1_shop_nginx' }, { pid: 8, profile: 'web' }], {}],
    ['nothing where nothing has that profile', [{ pid: 7, profile: 'webs', container: 'web-1_shop_nginx' }], {}],
  ])('%s', (_, running, place) => {
    expect(placeOf(running)).toEqual(place);
  });

  test('is not looked for without pod names', () => {
    expect(placeOf([{ pid: 4711, profile: 'web', container: 'web-1_shop_nginx' }], { CONTAINER_LOGS: '' })).toEqual({});
  });
});

test('learn reads what it writes', async () => {
  const { text } = log(host([line('/srv/a', 999999991), line('/srv/a', 999999992)]));
  const { out } = await runCommand(['learn', '--format', 'json'], text);
  expect(JSON.parse(out)).toMatchObject({ profile: 'web', suggestions: [{ rule: '/srv/a r,', denied: 2 }] });
});
