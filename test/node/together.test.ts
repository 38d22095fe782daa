import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { ApiObject, App, Chart } from 'cdk8s';
import { EVERYTHING } from './node-program';
import { exporter, nginx, reports } from '../../examples/web-shop/profiles';
import { AppArmorProfile, AppArmorProfileBundle, Confinement, LoaderParser, Rule } from '../../src';
import { main } from '../../src/cli/main';
import { effectiveProfiles } from '../../src/manifests/confine-pod';
import { bundleHash } from '../../src/manifests/gate';
import { profileLabel } from '../../src/manifests/gate-affinity';
import { JsonObject } from '../../src/manifests/json';
import { podTemplates } from '../../src/manifests/pod-template';
import { exampleObjects, smallestProgram } from '../support/example';
import { Cluster, startCluster, until } from '../support/real/apiserver';
import { say } from '../support/real/cache';
import { bootJoinedNode, JOINED_NODE, JOINED_NODE_FLAGS, JOINED_NODE_USER, startJoinedNode } from '../support/real/joined-node';
import { NEWEST_KUBERNETES } from '../support/real/kubernetes';
import { NodeVm } from '../support/real/node-vm';
import { ociContent } from '../support/real/oci-image';
import { Registry } from '../support/real/registry';
import { LOADER_IMAGE, shopImages } from '../support/real/shop-images';

jest.setTimeout(1_800_000);

const LONG = 300_000;

/** A namespace. */
const ROLLING = 'rolling';

const CONTROLLERS = [
  'deployment', 'replicaset', 'daemonset', 'statefulset', 'cronjob', 'job', 'serviceaccount', 'root-ca-certificate-publisher', 'namespace',
  'garbage-collector', 'node-lifecycle',
].map((name) => `${name}-controller`);

/** The requests are those of a real node; this one has two slow cores. */
function forSmallNode(objects: readonly JsonObject[]): JsonObject[] {
  const small = (_key: string, value: unknown) => (typeof value === 'object' && value !== null && 'requests' in value
    ? { ...value, requests: { cpu: '1m', memory: '1Mi' } } : value);
  return JSON.parse(JSON.stringify(objects, small)) as JsonObject[];
}

/** One generation of a program that its history file follows: its profile denies one file. */
function rolling(historyFile: string, denied: string): { objects: JsonObject[]; profile: AppArmorProfile; bundle: AppArmorProfileBundle } {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'k8s-apparmor-rolling-')) });
  const chart = new Chart(app, 'rolling');
  const profile = new AppArmorProfile({ name: 'rolling', rules: [...EVERYTHING, Rule.write(`/tmp/${denied}`).deny()] });
  const loader = { gate: true, parser: LoaderParser.IMAGE, image: LOADER_IMAGE };
  const bundle = new AppArmorProfileBundle(chart, 'profiles', { profiles: [profile], name: 'rolling', historyFile, loader });
  new ApiObject(chart, 'namespace', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: ROLLING } });
  const labels = { app: 'rolling' };
  const container = { name: 'sh', image: 'busybox:1.37', command: ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 1; done'] };
  const volumes = { volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }] };
  new ApiObject(chart, 'deployment', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'rolling', namespace: ROLLING },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ ...container, ...volumes }], volumes: [{ name: 'tmp', emptyDir: {} }] } },
    },
  });
  Confinement.of(chart).assign({ name: 'rolling' }, profile);
  app.synth();
  return { objects: chart.toJson() as JsonObject[], profile, bundle };
}

// As on somebody's own machine: with CI set a new history would be an error.
process.env.K8S_APPARMOR_HISTORY = 'write';

describe('an API server with its scheduler and controllers, and a node with kubelet and containerd', () => {
  let cluster: Cluster;
  let registry: Registry;
  let node: NodeVm;
  let since = Date.now();
  const historyFile = join(mkdtempSync(join(tmpdir(), 'k8s-apparmor-history-')), 'rolling.json');
  let [first, second]: AppArmorProfile[] = [];

  const lap = (what: string) => {
    say(`together: ${what}: ${((Date.now() - since) / 1000).toFixed(1)} s`);
    since = Date.now();
  };
  const items = async (path: string): Promise<any[]> => (await cluster.api(path)).body.items ?? [];
  const kubectl = (...args: string[]) => cluster.kubectl(args, { timeoutMs: 120_000 });
  const confinement = async (program: string) => (await node.must(`for id in $(pgrep -f '^${program}'); do cat /proc/$id/attr/current; done | sort -u`)).split('\n');

  function apply(objects: readonly JsonObject[]): void {
    const run = cluster.kubectl(['apply', '--server-side', '-f', '-'], { input: objects.map((object) => JSON.stringify(object)).join('\n---\n') });
    expect([run.code, run.stderr]).toEqual([0, '']);
  }

  async function running(namespace: string, count: number, selector = ''): Promise<any[]> {
    const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(selector)}`;
    let pods: any[] = [];
    const ready = (pod: any) => !pod.metadata.deletionTimestamp && pod.status.conditions?.some((one: any) => one.type === 'Ready' && one.status === 'True');
    await until(`${count} pods in ${namespace} run`, async () => {
      pods = await items(path);
      return pods.length === count && pods.every(ready);
    }, LONG).catch((error: Error) => {
      throw new Error(`${error.message} ${JSON.stringify(pods.map(({ metadata, status }) => [metadata.name, status.conditions, status.containerStatuses]))}`);
    });
    return pods;
  }

  /** Waits until the one pod of the rolling Deployment runs under a profile. */
  async function rolledTo(profile: AppArmorProfile): Promise<void> {
    await until(`the pod of ${profile.loadedName}`, async () => {
      const [pod, ...more] = await items(`/api/v1/namespaces/${ROLLING}/pods`);
      return more.length === 0 && pod?.spec.securityContext.appArmorProfile.localhostProfile === profile.loadedName;
    }, LONG);
    await running(ROLLING, 1);
    expect(kubectl('exec', '-n', ROLLING, 'deploy/rolling', '--', 'cat', '/proc/1/attr/current').stdout.trim()).toBe(`${profile.loadedName} (enforce)`);
  }

  const touch = (file: string) => {
    const { code, stderr } = kubectl('exec', '-n', ROLLING, 'deploy/rolling', '--', 'touch', `/tmp/${file}`);
    return code === 0 ? 'written' : /Permission denied/.test(stderr) ? 'denied' : stderr;
  };

  beforeAll(async () => {
    registry = await Registry.start(ociContent(shopImages()));
    cluster = await startCluster({
      version: NEWEST_KUBERNETES, scheduler: true, controllers: CONTROLLERS, users: [JOINED_NODE_USER], flags: JOINED_NODE_FLAGS,
    });
    node = await bootJoinedNode(cluster, { kernel: '6.1', registryPort: registry.port });
    const ready = (one: any) => one.status.conditions?.some(({ type, status }: any) => type === 'Ready' && status === 'True');
    await until('the node is ready', async () => (await items('/api/v1/nodes')).some(ready), LONG);
    lap('power-on to a ready node');
  });

  afterAll(async () => {
    await node?.stop();
    await cluster?.stop();
    await registry?.stop();
  });

  describe('examples/web-shop, applied', () => {
    let pods: any[];

    beforeAll(async () => {
      apply(forSmallNode(exampleObjects('web-shop')));
      pods = await running('shop', 3);
      lap('examples/web-shop applied to all pods ready');
    });

    test('runs, and each process has the profile that the program gave it', async () => {
      expect(await confinement('nginx: ')).toEqual([`${nginx.loadedName} (enforce)`]);
      expect(await confinement('/usr/bin/nginx-prometheus-exporter')).toEqual([`${exporter.loadedName} (enforce)`]);
      expect(kubectl('logs', '-n', 'shop', 'cache-0').stdout.trim()).toBe('cri-containerd.apparmor.d (enforce)');
    });

    test('serves what its profile allows; what it denies fails and is in the kernel\'s log, and nothing else is', async () => {
      const web = pods.filter(({ metadata }) => metadata.name.startsWith('web-'));
      const get = async (port: number, path: string) => node.run(`busybox wget -qO- http://${web[0].status.podIP}:${port}${path} 2>&1`);
      expect((await get(8080, '/')).output).toBe('the shop\n');
      expect((await get(8080, '/keys/tls.key')).output).toContain('403 Forbidden');
      expect((await get(9113, '/metrics')).output).toBe('nginx_up 1\n');
      const log = await node.must('dmesg | grep \'apparmor="DENIED"\' | grep -E \'profile="k8s-apparmor.(nginx|exporter)\'');
      const what = (line: string) => ['operation', 'name', 'family', 'peer'].map((field) => new RegExp(` ${field}="([^"]*)"`).exec(line)?.[1] ?? '').join(' ').trim();
      expect([...new Set(log.split('\n').map(what))]).toEqual(['open /etc/nginx/keys/tls.key']);
    });

    test('the nightly job may do what the runtime\'s default allows, but not read the customers', async () => {
      expect(kubectl('create', 'job', '-n', 'shop', '--from=cronjob/reports', 'now').code).toBe(0);
      const over = (pod: any) => pod.metadata.name.startsWith('now-') && pod.status.phase === 'Failed';
      const pod = await until('the job has run', async () => (await items('/api/v1/namespaces/shop/pods')).find(over), LONG);
      const { stdout } = kubectl('logs', '-n', 'shop', pod.metadata.name);
      expect(stdout).toBe(`${reports.loadedName} (enforce)\nopen\ncat: can't open '/var/lib/shop/customers/list': Permission denied\n`);
    });
  });

  test('the smallest program of the README runs, confined, and serves', async () => {
    const objects = smallestProgram();
    apply(forSmallNode(objects));
    const [pod] = await running('default', 2);
    const [deployment] = objects.filter(({ kind }) => kind === 'Deployment').flatMap((object) => podTemplates(object));
    expect(pod.spec.securityContext.appArmorProfile).toEqual({ type: 'Localhost', localhostProfile: effectiveProfiles(deployment.template)[0].profile!.localhostProfile });
    expect((await node.run(`busybox wget -qO- http://${pod.status.podIP}:8080/`)).output).toBe('the shop\n');
    expect(kubectl('delete', 'deployment', '--all').code).toBe(0);
    lap('the smallest program applied, asked and deleted');
  });

  test('a gated pod waits for the label of its profile, which the loader\'s gate puts on the node, and then runs', async () => {
    const { objects, profile } = rolling(historyFile, 'one');
    first = profile;
    apply(forSmallNode(objects));
    await rolledTo(first);
    lap('a gated program applied to its pod ready');
    const [{ metadata }] = await until('the bundle is complete', async () => {
      const nodes = await items('/api/v1/nodes');
      return nodes[0].metadata.labels['bundle.k8s-apparmor.io/rolling'] && nodes;
    }, LONG);
    expect(metadata.labels).toMatchObject({ [profileLabel(first.loadedName)]: 'rolling', 'bundle.k8s-apparmor.io/rolling': bundleHash([first.loadedName]) });
    expect([touch('one'), touch('two')]).toEqual(['denied', 'written']);
  });

  test('the loader of that program has its parser from its image, and sees nothing of the node\'s programs', async () => {
    const [pod] = await items('/api/v1/namespaces/k8s-apparmor/pods?labelSelector=app.kubernetes.io%2Finstance%3Drolling');
    expect(kubectl('exec', '-n', 'k8s-apparmor', pod.metadata.name, '-c', 'loader', '--', 'apparmor_parser', '--version').stdout).toContain('version 4.1');
    expect(kubectl('exec', '-n', 'k8s-apparmor', pod.metadata.name, '-c', 'loader', '--', 'ls', '/host').stdout).toBe('etc\n');
  });

  test('a changed profile rolls out as another generation, and the first stays on the node', async () => {
    const { objects, profile, bundle } = rolling(historyFile, 'two');
    second = profile;
    expect(bundle.earlierGenerations.map(({ loadedName }) => loadedName)).toEqual([first.loadedName]);
    apply(forSmallNode(objects));
    await rolledTo(second);
    lap('a new generation applied to its pod ready');
    expect([touch('one'), touch('two')]).toEqual(['written', 'denied']);
    expect(await node.must('cat /sys/kernel/security/apparmor/profiles')).toContain(`${first.loadedName} (enforce)`);
  });

  /** What the command says of this cluster, by the user's kubectl; this node's pods are out of the API server's reach. */
  async function asked(): Promise<{ code: number; report: any; rows: string[] }> {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const argv = ['status', '--kubectl', cluster.kubectlProgram, '--kubeconfig', cluster.kubeconfig(), '--format', 'json'];
    const code = await main(argv, { stdin: new PassThrough(), stdout, stderr, env: { PATH: process.env.PATH, HOME: cluster.folder } });
    const report = JSON.parse(String(stdout.read()));
    expect(String(stderr.read() ?? '')).toBe('');
    const rows = report.containers.filter(({ state, namespace }: any) => state !== 'pending' && namespace !== 'k8s-apparmor')
      .map(({ workload, container, state, loaded }: any) => [workload, container, state, loaded].join(' '));
    return { code, report, rows: [...new Set<string>(rows)].sort() };
  }

  test('status finds every container confined, and the profiles loaded', async () => {
    const { code, report, rows } = await asked();
    expect(rows).toEqual([
      'Deployment/rolling sh confined true', 'Deployment/web exporter confined true', 'Deployment/web nginx confined true',
      'StatefulSet/cache redis confined ',
    ]);
    expect([code, report.containers.filter(({ unbrought }: any) => unbrought)]).toEqual([0, []]);
    lap('the status');
  });

  test('status names the pods to restart when somebody removed their profile, from the log of a loader without a gate', async () => {
    await node.must(`printf %s ${exporter.loadedName} > /sys/kernel/security/apparmor/.remove`);
    const { code, report, rows } = await until('the loader has told', async () => {
      const seen = await asked();
      return seen.rows.some((row) => row.includes(' restart ')) && seen;
    }, LONG);
    expect(code).toBe(1);
    expect(rows).toContain('Deployment/web exporter restart true');
    const { reasons } = report.nodes.find((one: any) => one.reasons.length > 0);
    expect(reasons).toEqual([expect.stringContaining(`${exporter.loadedName}: somebody removed it, last at `)]);
    lap('a profile removed to a status that names the pods');
  });

  test('kubectl rollout undo brings the first generation back, also after a reboot of a node that had lost its copies', async () => {
    await node.must('rm /etc/apparmor.d/k8s-apparmor.rolling.*');
    const seconds = await node.reboot();
    expect(await node.must('cat /sys/kernel/security/apparmor/profiles')).not.toContain('k8s-apparmor.rolling');
    await startJoinedNode(node, cluster);
    say(`together: reboot to the node's first word: ${seconds.toFixed(1)} s`);
    expect(kubectl('rollout', 'undo', '-n', ROLLING, 'deployment/rolling').code).toBe(0);
    await rolledTo(first);
    lap(`reboot of ${JOINED_NODE} and a rollback to its pod ready`);
    expect([touch('one'), touch('two')]).toEqual(['denied', 'written']);
  });
});
