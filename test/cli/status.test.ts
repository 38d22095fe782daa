import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { main } from '../../src/cli/main';

const WEB = 'k8s-apparmor.web.1a2b3c4d';
const LOADER_LABELS = { 'app.kubernetes.io/name': 'k8s-apparmor-loader', 'app.kubernetes.io/instance': 'shop' };

const pod = (name: string, namespace: string, spec: object, status: object, labels: object = {}) => (
  { metadata: { name, namespace, labels }, spec, status }
);
const confined = { nodeName: 'n1', containers: [{ name: 'c' }], securityContext: { appArmorProfile: { type: 'Localhost', localhostProfile: WEB } } };
const running = { phase: 'Running', containerStatuses: [{ name: 'c', state: { running: { startedAt: '2026-05-01T10:00:00Z' } } }] };

/** What a cluster answers, by what is asked for. */
type Answers = Record<string, unknown>;

const ANSWERS: Answers = {
  'pods': { items: [pod('web-1', 'shop', confined, running), pod('web-2', 'shop', { ...confined, nodeName: 'n2' }, running)] },
  'nodes': { items: [{ metadata: { name: 'n1' } }, { metadata: { name: 'n2' } }] },
  'namespaces': { items: [] },
  'loaders': { items: ['n1', 'n2'].map((nodeName) => pod(`loader-${nodeName}`, 'loaders', { nodeName }, { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }, LOADER_LABELS)) },
  'configmaps': { items: [] },
  'validatingadmissionpolicies.admissionregistration.k8s.io': { items: [] },
};

/** The last line of a loader's log. */
const stateLine = (state: object) => `${JSON.stringify({ event: 'state', problems: [], removed: [], ...state })}\n`;

/** Stands for kubectl: writes down what it was called with, answers from a file, and fails where there is none. */
const FAKE = `#!/bin/sh
here=\${0%/*}
printf '%s\\t' "$@" >>"$here/calls"
echo >>"$here/calls"
what=$2
case "$*" in *name=k8s-apparmor-loader*) what=loaders ;; esac
what=\${what#pod/}
[ -e "$here/$what.json" ] && exec cat "$here/$what.json"
echo "Error from server (Forbidden): no $what" >&2
exit 1
`;

describe('k8s-apparmor status', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'status-'));
    writeFileSync(join(folder, 'kubectl'), FAKE);
    chmodSync(join(folder, 'kubectl'), 0o755);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function status(answers: Answers, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
    for (const [what, answer] of Object.entries(answers)) {
      writeFileSync(join(folder, `${what}.json`), typeof answer === 'string' ? answer : JSON.stringify(answer));
    }
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const code = await main(['status', '--kubectl', join(folder, 'kubectl'), ...args], { stdin: new PassThrough(), stdout, stderr, env: { PATH: process.env.PATH } });
    return { code, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '') };
  }

  const calls = (): string[][] => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n').map((line) => line.trimEnd().split('\t'));

  it('prints each workload, its profile and what holds, and ends with 0 when all is well', async () => {
    const state = stateLine({ ready: true });
    const { code, out, err } = await status({ ...ANSWERS, 'loader-n1': state, 'loader-n2': state });
    expect(err).toBe('');
    expect(out).toBe([
      'NAMESPACE  WORKLOAD   CONTAINER  PROFILE                              LOADED  PODS  STATE',
      `shop       Pod/web-1  c          Localhost ${WEB}  -       1     confined`,
      `shop       Pod/web-2  c          Localhost ${WEB}  -       1     confined`,
      '',
      '2 of 2 containers confined, 0 not as they should be; 2 of 2 loaders ready.',
      '',
    ].join('\n'));
    expect(code).toBe(0);
  });

  it('ends with 1 and names the pods to restart when a profile was removed under them', async () => {
    const removed = stateLine({ removed: [{ profile: WEB, time: '2026-05-02T00:00:00Z', times: 1 }] });
    const answers = { ...ANSWERS, 'loader-n2': `${stateLine({})}{"event":"removed"}\n${removed}` };
    const { code, out } = await status(answers);
    expect(code).toBe(1);
    expect(out).toContain('shop/Pod/web-2, container c (web-2): its profile was removed from the node at 2026-05-02T00:00:00Z, after it started at 2026-05-01T10:00:00Z: restart the pod');
    expect(out).toContain('1 of 2 containers confined, 1 not as they should be');
  });

  it('names what no loader brings any more, as when another program\'s bundle has the same name', async () => {
    const volumes = [{ name: 'program', configMap: { name: 'program' } }];
    const loaders = { items: [pod('loader-n1', 'loaders', { nodeName: 'n1', volumes }, { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }, LOADER_LABELS)] };
    const list = (name: string) => ({ items: [{ metadata: { name: 'program', namespace: 'loaders' }, data: { wanted: `${name}\tenforce\t${name}\n` } }] });
    const other = await status({ ...ANSWERS, loaders, configmaps: list('k8s-apparmor.api.00000001') });
    expect(other.out).toContain(`On no loader's list, so no other node gets it (apply its program again; if another program's bundle has the same name, change one):
  shop/Pod/web-1, container c: Localhost ${WEB}
`);
    expect((await status({ ...ANSWERS, loaders, configmaps: list(WEB) })).out).not.toContain('list');
  });

  it('prints JSON', async () => {
    const { out } = await status(ANSWERS, '--format', 'json');
    expect(JSON.parse(out)).toMatchObject({ fine: true, containers: [{ pod: 'web-1', profile: `Localhost ${WEB}`, state: 'confined', node: 'n1' }, { pod: 'web-2' }] });
  });

  it('says how many loaders told nothing: whose log cannot be read, and whose log holds no state yet', async () => {
    const { err } = await status({ ...ANSWERS, 'loader-n1': '{"event":"started"}\ntorn {"event":"state"\n' });
    expect(err).toBe('k8s-apparmor: 2 of 2 loaders did not tell their state (this needs the right to pods/log)\n');
  });

  it('says what it may not read, and goes on with the rest', async () => {
    const { pods } = ANSWERS;
    const { code, err } = await status({ pods });
    expect(code).toBe(0);
    expect(err).toContain('nodes cannot be read, so this says less:');
    expect(err).toContain('Error from server (Forbidden): no nodes');
  });

  it('gives kubectl the user\'s context, kubeconfig and namespace as single arguments', async () => {
    await status(ANSWERS, '-n', 'shop', '--context', 'a; rm -rf /', '--kubeconfig', '$(x)');
    expect(calls()).toContainEqual(['logs', 'pod/loader-n1', '--namespace=loaders', '--container=loader', '--tail=200', '--limit-bytes=8388608', '--context=a; rm -rf /', '--kubeconfig=$(x)', '--request-timeout=60s']);
    expect(calls()[0]).toEqual(['get', 'pods', '--namespace=shop', '--output=json', '--context=a; rm -rf /', '--kubeconfig=$(x)', '--request-timeout=60s']);
  });

  it('shows nothing that could steer a terminal', async () => {
    const state = { ...running, containerStatuses: [{ name: 'c', state: { waiting: { message: 'apparmor \u001b[2J\u202e' } } }] };
    const { out } = await status({ ...ANSWERS, pods: { items: [pod('web-1', 'shop', confined, state)] } });
    expect(out).toContain('apparmor \ufffd[2J\ufffd');
  });

  it.each([
    ['pods cannot be read', {}, [], 'failed: Error from server (Forbidden): no pods'],
    ['kubectl prints something else', { pods: 'hello' }, [], 'kubectl get pods printed something else than JSON'],
    ['the namespace cannot be one', ANSWERS, ['-n', '--all'], "'--all' cannot be a namespace: use lower case letters, digits and \"-\""],
    ['the format is unknown', ANSWERS, ['--format', 'xml'], "there is no format 'xml': use text or json"],
    ['there is an operand', ANSWERS, ['shop'], "too many arguments for 'status'"],
    ['there is no kubectl', ANSWERS, ['--kubectl', '/nowhere/kubectl'], "there is no program '/nowhere/kubectl': install kubectl, or name it with --kubectl"],
  ])('ends with 2 when %s', async (_, answers, args, message) => {
    const { code, err } = await status(answers, ...args);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });
});
