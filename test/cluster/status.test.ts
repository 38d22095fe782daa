import { PassThrough } from 'node:stream';
import { main } from '../../src/cli/main';
import { confinementPolicy } from '../../src/manifests/policy';
import { Cluster, startCluster } from '../support/real/apiserver';
import { NEWEST_KUBERNETES, OLDEST_KUBERNETES } from '../support/real/kubernetes';
import { makeNamespace } from '../support/real/namespace';

const MERGE = 'application/merge-patch+json';
const WEB = 'k8s-apparmor.web.1a2b3c4d';
const LOADER = { 'app.kubernetes.io/name': 'k8s-apparmor-loader', 'app.kubernetes.io/instance': 'shop' };

describe.each([OLDEST_KUBERNETES, NEWEST_KUBERNETES])('k8s-apparmor status on a Kubernetes %s API server', (version) => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster({ version, users: [{ name: 'nobody', groups: [] }] });
    for (const namespace of ['shop', 'loaders']) await makeNamespace(cluster, namespace);
    const state = JSON.stringify({ problems: [], removed: [{ profile: WEB, time: '2026-05-02T00:00:00Z', times: 1 }] });
    await cluster.api('/api/v1/nodes', {
      method: 'POST',
      body: { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', annotations: { 'state.k8s-apparmor.io/shop': state }, labels: { [`profile.k8s-apparmor.io/${WEB}`]: 'shop' } } },
    });
    await addPod('loaders', 'loader', LOADER, undefined, '2026-05-01T00:00:00Z');
    await addPod('shop', 'old', {}, { type: 'Localhost', localhostProfile: WEB }, '2026-05-01T00:00:00Z');
    await addPod('shop', 'new', {}, { type: 'Localhost', localhostProfile: WEB }, '2026-05-03T00:00:00Z');
    await addPod('shop', 'free', {}, { type: 'Unconfined' }, '2026-05-03T00:00:00Z');
  }, 3_600_000);

  afterAll(async () => cluster?.stop());

  async function addPod(namespace: string, name: string, labels: object, appArmorProfile: object | undefined, startedAt: string): Promise<void> {
    const path = `/api/v1/namespaces/${namespace}/pods`;
    const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name, labels }, spec: { nodeName: 'n', securityContext: { appArmorProfile }, containers: [{ name: 'c', image: 'x' }] } };
    await cluster.api(path, { method: 'POST', body });
    const container = { name: 'c', image: 'x', imageID: 'x', ready: true, restartCount: 0, state: { running: { startedAt } } };
    const running = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }], containerStatuses: [container] };
    const answer = await cluster.api(`${path}/${name}/status`, { method: 'PATCH', contentType: MERGE, body: { status: running } });
    expect(answer.status).toBe(200);
  }

  async function status(user: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const argv = ['status', '--kubectl', cluster.kubectlProgram, '--kubeconfig', cluster.kubeconfig(user), '--format', 'json', ...args];
    const code = await main(argv, { stdin: new PassThrough(), stdout, stderr, env: { PATH: process.env.PATH, HOME: cluster.folder } });
    return { code, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '') };
  }

  const shown = (out: string) => Object.fromEntries(JSON.parse(out).containers.map((one: any) => [one.pod, [one.state, one.loaded, one.finding]]));

  it('tells the pods that lost their profile from those that have it', async () => {
    const { code, out } = await status('admin');
    expect(shown(out)).toEqual({ old: ['restart', true, true], new: ['confined', true, false], free: ['unconfined', undefined, false] });
    expect(code).toBe(1);
  });

  it('takes an unconfined pod for a finding once a policy is on the cluster', async () => {
    const objects = confinementPolicy({ name: 'shop', labels: { 'app.kubernetes.io/name': 'k8s-apparmor' } });
    cluster.kubectl(['apply', '--server-side', '-f', '-'], { input: objects.map((object) => JSON.stringify(object)).join('\n---\n') });
    expect(shown((await status('admin', '-n', 'shop')).out).free).toEqual(['unconfined', undefined, true]);
  });

  it('says in kubectl\'s own words what a user may not see', async () => {
    const { code, err } = await status('nobody');
    expect([code, err]).toEqual([2, expect.stringContaining('pods is forbidden: User "nobody" cannot list resource "pods"')]);
  });
});
