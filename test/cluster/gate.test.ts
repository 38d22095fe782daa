import { ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleHash, gate, GateProps, STARTUP_TAINT } from '../../src/manifests/gate';
import { profileLabel, requireProfiles } from '../../src/manifests/gate-affinity';
import { gateAccess } from '../../src/manifests/gate-policy';
import { JsonObject } from '../../src/manifests/json';
import { Cluster, startCluster, until } from '../support/real/apiserver';
import { NEWEST_KUBERNETES, OLDEST_KUBERNETES } from '../support/real/kubernetes';
import { makeNamespace } from '../support/real/namespace';

const WEB = 'k8s-apparmor.web.1a2b3c4d';
const API = 'k8s-apparmor.api.00000001';
const LONG = `k8s-apparmor.${'x'.repeat(63)}.1a2b3c4d`;
const PROPS: GateProps = { name: 'shop', namespace: 'loaders', serviceAccountName: 'shop', bundle: 'shop', loadedNames: [WEB, API, LONG], taint: true };
const MERGE = 'application/merge-patch+json';

describe.each([OLDEST_KUBERNETES, NEWEST_KUBERNETES])('the gate on a Kubernetes %s control plane with its scheduler', (version) => {
  let cluster: Cluster;
  const running: NodeGate[] = [];

  beforeAll(async () => {
    cluster = await startCluster({ version, scheduler: true, controllers: ['validatingadmissionpolicy-status-controller'] });
    for (const namespace of ['loaders', 'default']) await makeNamespace(cluster, namespace, { accounts: ['default', 'shop'] });
    const { program } = gate(PROPS);
    const run = cluster.kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], {
      input: [program, ...gateAccess(PROPS)].map((object) => JSON.stringify(object)).join('\n---\n'),
    });
    expect([run.code, run.stderr]).toEqual([0, '']);
  }, 3_600_000);

  afterEach(() => running.splice(0).forEach((one) => one.stop()));
  afterAll(async () => cluster?.stop());

  it('labels its node as profiles are loaded, tells the loader\'s words, and takes the start-up taint off', async () => {
    await addNode(cluster, 'a', [{ key: 'other', value: 'x', effect: 'NoSchedule' }, { key: STARTUP_TAINT, effect: 'NoSchedule' }]);
    const one = await startGate(cluster, 'a', running);
    one.loaderSays({ ok: [WEB], ready: false, problem: 'line "7" of \\ x' });
    const partly = await labelled(cluster, 'a', profileLabel(WEB));
    expect(partly.metadata.labels[profileLabel(API)]).toBeUndefined();
    expect(JSON.parse(partly.metadata.annotations['state.k8s-apparmor.io/shop']).problems[0].message).toBe('line "7" of \\ x');
    expect(partly.spec.taints).toHaveLength(2);
    one.loaderSays({ ok: [WEB, API, LONG], ready: true });
    const whole = await labelled(cluster, 'a', 'bundle.k8s-apparmor.io/shop');
    expect(whole.metadata.labels).toMatchObject({ 'bundle.k8s-apparmor.io/shop': bundleHash(PROPS.loadedNames), [profileLabel(LONG)]: 'shop', 'mine': 'stays' });
    const untainted = await until('the taint goes', async () => node(cluster, 'a').then((found) => found.spec.taints.length === 1 && found));
    expect(untainted.spec.taints).toEqual([{ key: 'other', value: 'x', effect: 'NoSchedule' }]);
    one.loaderSays({ ok: [API], ready: false });
    await until('the label of a lost profile goes', async () => node(cluster, 'a').then(({ metadata }) => metadata.labels[profileLabel(WEB)] === undefined));
    expect((await node(cluster, 'a')).metadata.labels['bundle.k8s-apparmor.io/shop']).toBeUndefined();
    expect(one.said()).not.toContain('"level":"error"');
  }, 60_000);

  it('lets pods wait for their profiles, and go when they are there', async () => {
    await addNode(cluster, 'b');
    await cluster.api('/api/v1/namespaces/default/pods', { method: 'POST', body: podFor('waits', [WEB, API]) });
    await cluster.api('/api/v1/namespaces/default/pods', { method: 'POST', body: podFor('free', []) });
    await until('the free pod is bound', async () => (await pod(cluster, 'free')).spec.nodeName);
    const waiting = await until('the scheduler has looked', async () => pod(cluster, 'waits').then((found) => found.status.conditions && found));
    expect(waiting.status.conditions[0]).toMatchObject({ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' });
    expect(waiting.status.conditions[0].message).toContain("didn't match Pod's node affinity/selector");
    const one = await startGate(cluster, 'b', running);
    one.loaderSays({ ok: [WEB], ready: false });
    await labelled(cluster, 'b', profileLabel(WEB));
    expect((await pod(cluster, 'waits')).spec.nodeName).toBeUndefined();
    one.loaderSays({ ok: [WEB, API, LONG], ready: true });
    expect(await until('the pod is bound', async () => (await pod(cluster, 'waits')).spec.nodeName)).toBe('b');
  }, 60_000);

  describe('with its token', () => {
    let token: string;
    const patch = async (name: string, body: object) => {
      const answer = await cluster.api(`/api/v1/nodes/${name}?dryRun=All`, { method: 'PATCH', body, contentType: MERGE, as: token });
      return answer.status === 200 ? 'allowed' : answer.body.message;
    };

    beforeAll(async () => {
      await addNode(cluster, 'c', [{ key: STARTUP_TAINT, effect: 'NoSchedule' }, { key: 'other', effect: 'NoSchedule' }], { [profileLabel('foreign')]: 'other-bundle' });
      await addNode(cluster, 'd');
      token = await tokenFor(cluster, 'c');
    });

    it.each<[string, object]>([
      ['the label of a profile', { metadata: { labels: { [profileLabel(WEB)]: 'shop' } } }],
      ['the label of its bundle', { metadata: { labels: { 'bundle.k8s-apparmor.io/shop': 'abc' } } }],
      ['its annotation', { metadata: { annotations: { 'state.k8s-apparmor.io/shop': '{}' } } }],
      ['the start-up taint, to be gone', { spec: { taints: [{ key: 'other', effect: 'NoSchedule' }] } }],
    ])('may change %s', async (_, body) => {
      expect(await patch('c', body)).toBe('allowed');
    });

    it.each<[string, object, string]>([
      ['another label', { metadata: { labels: { 'node-role.kubernetes.io/control-plane': '' } } }, 'it may change labels of the bundle shop only'],
      ['another bundle\'s label', { metadata: { labels: { 'bundle.k8s-apparmor.io/other': 'x' } } }, 'it may change labels of the bundle shop only'],
      ['a label that is not its own, to be gone', { metadata: { labels: { mine: null } } }, 'it may change labels of the bundle shop only'],
      ['a profile\'s label for another bundle', { metadata: { labels: { [profileLabel(WEB)]: 'other' } } }, 'labels of profiles for the bundle shop only'],
      ['another bundle\'s profile, to be gone', { metadata: { labels: { [profileLabel('foreign')]: null } } }, 'labels of profiles for the bundle shop only'],
      ['another annotation', { metadata: { annotations: { 'node.alpha.kubernetes.io/ttl': '1' } } }, 'it may change no annotation but its own'],
      ['whether pods come', { spec: { unschedulable: true } }, 'it may change nothing else of a node'],
      ['another taint, to be gone', { spec: { taints: [{ key: STARTUP_TAINT, effect: 'NoSchedule' }] } }, 'it may change nothing else of a node'],
      ['the start-up taint\'s effect', { spec: { taints: [{ key: STARTUP_TAINT, effect: 'NoExecute' }, { key: 'other', effect: 'NoSchedule' }] } }, 'nothing else of a node'],
      ['a new taint', { spec: { taints: [{ key: 'x', effect: 'NoExecute' }, { key: 'other', effect: 'NoSchedule' }] } }, 'it may change nothing else of a node'],
      ['finalizers', { metadata: { finalizers: ['example.com/x'] } }, 'it may change nothing else of a node'],
    ])('may not change %s', async (_, body, message) => {
      expect(await patch('c', body)).toContain(message);
    });

    it('may change no other node', async () => {
      expect(await patch('d', { metadata: { labels: { [profileLabel(WEB)]: 'shop' } } })).toContain('it may change the node only that its pod runs on');
    });

    it('may change nothing with a token that is bound to no pod', async () => {
      const { body } = await cluster.api('/api/v1/namespaces/loaders/serviceaccounts/shop/token', {
        method: 'POST', body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
      });
      const answer = await cluster.api('/api/v1/nodes/c?dryRun=All', {
        method: 'PATCH', body: { metadata: { labels: { [profileLabel(WEB)]: 'shop' } } }, contentType: MERGE, as: body.status.token,
      });
      expect(answer.body.message).toContain('needs a token that is bound to a pod');
    });

    it.each([
      ['GET', '/api/v1/pods'], ['GET', '/api/v1/secrets'], ['GET', '/api/v1/nodes'], ['DELETE', '/api/v1/nodes/c'],
    ] as const)('may not %s %s', async (method, path) => {
      expect((await cluster.api(path, { method, as: token })).status).toBe(403);
    });
  });

  it('has no expression whose types the API server doubts', async () => {
    const name = 'k8s-apparmor-gate-loaders-shop';
    const status = await until('the types are checked', async () =>
      (await cluster.api(`/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/${name}`)).body.status?.typeChecking);
    expect(status.expressionWarnings ?? []).toEqual([]);
  }, 90_000);
});

interface LoaderState {
  readonly ok: readonly string[];
  readonly ready: boolean;
  readonly problem?: string;
}

/** The gate's program as its container runs it, beside a loader's state that the test writes. */
class NodeGate {
  private readonly folder = mkdtempSync(join(tmpdir(), 'k8s-apparmor-gate-'));
  private readonly process: ChildProcess;
  private output = '';

  constructor(cluster: Cluster, nodeName: string, token: string) {
    const { program, container } = gate(PROPS);
    for (const folder of ['gate', 'state', 'state/work', 'account']) mkdirSync(join(this.folder, folder));
    for (const [name, text] of Object.entries(program.data as Record<string, string>)) writeFileSync(join(this.folder, 'gate', name), text);
    writeFileSync(join(this.folder, 'account', 'token'), token);
    writeFileSync(join(this.folder, 'account', 'ca.crt'), cluster.authority);
    const given = Object.fromEntries((container.env as JsonObject[]).map(({ name, value }) => [name, value as string]));
    this.process = spawn('sh', [join(this.folder, 'gate', 'label-node.sh')], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...given,
        PATH: process.env.PATH,
        NODE_NAME: nodeName,
        STATE: join(this.folder, 'state'),
        LABELS: join(this.folder, 'gate', 'labels'),
        ACCOUNT: join(this.folder, 'account'),
        DRAFT: join(this.folder, 'patch.json'),
        SERVER: `https://127.0.0.1:${cluster.port}`,
        INTERVAL: '0.2',
      },
    });
    for (const stream of [this.process.stdout!, this.process.stderr!]) stream.on('data', (chunk) => { this.output += String(chunk); });
  }

  loaderSays({ ok, ready, problem }: LoaderState): void {
    const state = join(this.folder, 'state');
    writeFileSync(join(state, 'work', 'ok'), ok.map((name) => `${name}\n`).join(''));
    writeFileSync(join(state, 'brief.json'), `${JSON.stringify({
      ready, problems: problem ? [{ kind: 'parser', profile: API, message: problem }] : [], removed: [],
    })}\n`);
    if (ready) writeFileSync(join(state, 'ready'), '');
    else rmSync(join(state, 'ready'), { force: true });
  }

  said(): string {
    return this.output;
  }

  stop(): void {
    this.process.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function startGate(cluster: Cluster, nodeName: string, running: NodeGate[]): Promise<NodeGate> {
  const started = new NodeGate(cluster, nodeName, await tokenFor(cluster, nodeName));
  running.push(started);
  return started;
}

/** As a kubelet asks for it: bound to a pod on the node. */
async function tokenFor(cluster: Cluster, nodeName: string): Promise<string> {
  const made = await cluster.api('/api/v1/namespaces/loaders/pods', {
    method: 'POST',
    body: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `loader-${nodeName}` },
      spec: { nodeName, serviceAccountName: 'shop', automountServiceAccountToken: false, containers: [{ name: 'gate', image: 'x' }] },
    },
  });
  const { name, uid } = made.body.metadata;
  const { body } = await cluster.api('/api/v1/namespaces/loaders/serviceaccounts/shop/token', {
    method: 'POST', body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name, uid } } },
  });
  return body.status.token;
}

async function addNode(cluster: Cluster, name: string, taints: object[] = [], labels: Record<string, string> = {}): Promise<void> {
  const resources = { cpu: '4', memory: '8Gi', pods: '110' };
  await cluster.api('/api/v1/nodes', {
    method: 'POST', body: { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { mine: 'stays', ...labels } } },
  });
  // The API server adds the taint of a node that is not ready, which a controller would take off.
  await cluster.api(`/api/v1/nodes/${name}`, { method: 'PATCH', contentType: MERGE, body: { spec: { taints } } });
  await cluster.api(`/api/v1/nodes/${name}/status`, {
    method: 'PATCH',
    contentType: MERGE,
    body: { status: { capacity: resources, allocatable: resources, conditions: [{ type: 'Ready', status: 'True', reason: 'x', message: 'x' }] } },
  });
}

async function node(cluster: Cluster, name: string): Promise<any> {
  return (await cluster.api(`/api/v1/nodes/${name}`)).body;
}

async function pod(cluster: Cluster, name: string): Promise<any> {
  return (await cluster.api(`/api/v1/namespaces/default/pods/${name}`)).body;
}

async function labelled(cluster: Cluster, name: string, label: string): Promise<any> {
  return until(`node ${name} has the label ${label}`, async () => node(cluster, name).then((found) => found.metadata.labels[label] !== undefined && found), 20_000);
}

function podFor(name: string, profiles: readonly string[]): object {
  const template = { metadata: { name }, spec: { containers: [{ name: 'c', image: 'x' }] } };
  return { apiVersion: 'v1', kind: 'Pod', ...requireProfiles(template, profiles) };
}
