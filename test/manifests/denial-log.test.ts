import { spawnSync } from 'node:child_process';
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
  expect(container.volumeMounts.every(({ readOnly }: any) => readOnly === true)).toBe(true);
});

test('without pod names it does not see the processes of the host', () => {
  expect(podOf().hostPID).toBe(true);
  expect('hostPID' in podOf({ podNames: false })).toBe(false);
});

test('older releases get annotations instead of fields', () => {
  const [, daemonSet] = denialLogObjects({ ...PROPS, emission: 'annotations' }) as any[];
  expect(daemonSet.spec.template.metadata.annotations).toEqual({ 'container.apparmor.security.beta.kubernetes.io/denial-log': 'runtime/default' });
  expect('appArmorProfile' in daemonSet.spec.template.spec.containers[0].securityContext).toBe(false);
});

/** A host whose journalctl writes these lines. */
function host(lines: readonly string[], audit = true): NodeJS.ProcessEnv {
  const folder = mkdtempSync(join(tmpdir(), 'denial-log-'));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text, { mode: 0o755 });
  };
  write('lines', lines.join('\n') + '\n');
  // The linker that starts it takes its library path first.
  write('usr/lib/x/ld-linux-x86-64.so.2', '#!/bin/sh\nshift 2\nexec /bin/sh "$@"\n');
  write('usr/bin/journalctl', `#!/bin/sh\ncase "$*" in *"-n 1"*) ${audit ? 'echo AVC' : ':'};; *) cat ${join(folder, 'lines')};; esac\n`);
  write('journal/file', '');
  return { PATH: process.env.PATH, HOST_USR: join(folder, 'usr'), JOURNAL: join(folder, 'journal'), NODE_NAME: 'n1', CONTAINER_LOGS: folder, TICK: '1' };
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

test('where the audit transport is off, the kernel\'s log is read, and said to be a lower bound', () => {
  const { objects } = log(host(['1.5 n1 kernel: kauditd_printk_skb: 12 callbacks suppressed'], false));
  expect(objects.map(({ message }) => message)).toEqual(['reads the kernel transport of the journal',
    'the audit transport is off (systemd-journald-audit.socket): the numbers are a lower bound', 'the kernel suppressed 12 lines of its log']);
});

test('learn reads what it writes', async () => {
  const { text } = log(host([line('/srv/a', 999999991), line('/srv/a', 999999992)]));
  const { out } = await runCommand(['learn', '--format', 'json'], text);
  expect(JSON.parse(out)).toMatchObject({ profile: 'web', suggestions: [{ rule: '/srv/a r,', denied: 2 }] });
});
