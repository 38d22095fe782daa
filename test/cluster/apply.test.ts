import { App, Chart, Cron } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import {
  AppArmorProfile, AppArmorProfileBundle, Confinement, ConfinementPolicy, KubernetesVersion, LoaderParser, PodSecurityLevel, PolicyAction, Rule,
} from '../../src';
import { JsonObject, objectAt } from '../../src/manifests/json';
import { containersOf } from '../../src/manifests/pod-spec';
import { podTemplates } from '../../src/manifests/pod-template';
import { ConfinedCronJob, ConfinedDaemonSet, ConfinedDeployment, ConfinedJob, ConfinedPod, ConfinedStatefulSet } from '../../src/plus/plus28';
import { exampleObjects } from '../support/example';
import { Cluster, startCluster, until } from '../support/real/apiserver';
import { NEWEST_KUBERNETES, OLDEST_KUBERNETES } from '../support/real/kubernetes';

const WEB = new AppArmorProfile({ name: 'web', rules: [Rule.read('/etc/nginx/**')] });
const LOG = new AppArmorProfile({ name: 'log', rules: [Rule.read('/var/log/**')] });
const containers = [{ image: 'nginx', name: 'nginx' }, { image: 'log', name: 'log' }];

/** Every kind of object that the constructs make or change. */
function everything(version: string): JsonObject[] {
  const app = new App();
  app.node.setContext(KubernetesVersion.CONTEXT_KEY, version);
  const chart = new Chart(app, 'all', { namespace: 'all' });
  new kplus.Namespace(chart, 'namespace', { metadata: { name: 'all', labels: ConfinementPolicy.podSecurityLabels(PodSecurityLevel.PRIVILEGED) } });
  new AppArmorProfileBundle(chart, 'profiles', { profiles: [WEB, LOG], loader: { gate: true, startupTaint: true } });
  new AppArmorProfileBundle(chart, 'image', {
    profiles: [LOG],
    loader: { parser: LoaderParser.IMAGE, image: 'registry.example/loader:1', keepCopies: false, nodeSelector: { pool: 'a' } },
  });
  const pods = { profile: WEB, containerProfiles: { log: LOG }, containers };
  new ConfinedPod(chart, 'pod', pods);
  new ConfinedDeployment(chart, 'deployment', pods);
  new ConfinedStatefulSet(chart, 'set', { ...pods, service: new kplus.Service(chart, 'service', { ports: [{ port: 80 }] }) });
  new ConfinedDaemonSet(chart, 'daemons', pods);
  new ConfinedJob(chart, 'job', pods);
  new ConfinedCronJob(chart, 'jobs', { ...pods, schedule: Cron.daily() });
  new kplus.Deployment(chart, 'other', { containers });
  new ConfinementPolicy(chart, 'policy', {
    actions: [PolicyAction.WARN],
    namespaceLabels: { held: 'yes' },
    exemptions: [{ podLabels: { tool: 'debugger' }, reason: 'Traces' }],
    ...version === '>=1.36' && { defaultProfile: AppArmorProfile.runtimeDefault() },
  });
  Confinement.of(app).byDefault(AppArmorProfile.runtimeDefault());
  return chart.toJson() as JsonObject[];
}

describe.each([[OLDEST_KUBERNETES, '>=1.30'], [NEWEST_KUBERNETES, '>=1.36']])('a Kubernetes %s API server', (version, range) => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster({ version });
    for (const namespace of ['shop', 'all', 'blog', 'default', 'baseline', 'restricted']) {
      const labels = ConfinementPolicy.podSecurityLabels(PodSecurityLevel.BASELINE);
      const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, ...namespace === 'baseline' && { labels } } };
      await cluster.api('/api/v1/namespaces', { method: 'POST', body });
      await until(`namespace ${namespace}`, async () => (await cluster.api(`/api/v1/namespaces/${namespace}/serviceaccounts`, {
        method: 'POST', body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } },
      })).status !== 404);
    }
  }, 3_600_000);

  afterAll(async () => cluster?.stop());

  it.each<[string, () => JsonObject[], string[]]>([
    ['the example web-shop', () => exampleObjects('web-shop'), []],
    // Its author's own annotation, which stays as it is.
    ['the example existing-manifests', () => exampleObjects('existing-manifests'), [
      'Warning: spec.template.metadata.annotations[container.apparmor.security.beta.kubernetes.io/agent]: deprecated since v1.30; use the "appArmorProfile" field instead',
    ]],
    ['everything that the constructs can make', () => everything(range), []],
  ])('takes %s without a warning about us, and gives every profile back as it was written', (_, objectsOf, warnings) => {
    const objects = objectsOf();
    const input = objects.map((object) => JSON.stringify(object)).join('\n---\n');
    const run = cluster.kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], { input });
    expect({ code: run.code, talk: run.stderr.split('\n').filter((line) => line !== '') }).toEqual({ code: 0, talk: warnings });
    const stored = JSON.parse(cluster.kubectl(['get', '-f', '-', '-o', 'json'], { input }).stdout) as JsonObject;
    expect(profilesOf(stored.items as JsonObject[])).toEqual(profilesOf(objects));
  }, 120_000);

  it('holds confined pods to be no fault of the baseline standard, and says which Unconfined is', async () => {
    const post = async (securityContext: object) => (cluster.api('/api/v1/namespaces/baseline/pods?dryRun=All', {
      method: 'POST', body: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i', securityContext }] } },
    }));
    const localhost = { appArmorProfile: { type: 'Localhost', localhostProfile: WEB.loadedName } };
    expect((await post(localhost)).status).toBe(201);
    expect((await post({ appArmorProfile: { type: 'RuntimeDefault' } })).status).toBe(201);
    const refused = await post({ appArmorProfile: { type: 'Unconfined' } });
    expect([refused.status, refused.body.message]).toEqual([403, expect.stringContaining('must not set AppArmor profile type to "Unconfined"')]);
  });

  it('finds every pod of the examples within the baseline standard, but the loaders\' and one that asks for more itself', async () => {
    const templates = ['web-shop', 'existing-manifests'].flatMap((name) => exampleObjects(name)).flatMap((object) => podTemplates(object))
      .filter(({ workload }) => workload.podLabels['app.kubernetes.io/name'] !== 'k8s-apparmor-loader' && workload.name !== 'node-agent');
    expect(templates.length).toBeGreaterThan(4);
    for (const { template, workload } of templates) {
      const { annotations, labels } = (template.metadata ?? {}) as JsonObject;
      const spec = { ...objectAt(template, ['spec']), serviceAccountName: 'default' };
      const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', annotations, labels }, spec };
      const answer = await cluster.api('/api/v1/namespaces/baseline/pods?dryRun=All', { method: 'POST', body });
      expect([workload.name, answer.status, answer.body.message]).toEqual([workload.name, 201, undefined]);
    }
  });
});

/** What each workload says about AppArmor, by kind and name. */
function profilesOf(objects: readonly JsonObject[]): Record<string, unknown> {
  const rows = objects.flatMap((object) => podTemplates(object)).map(({ template, workload }) => [`${workload.kind} ${workload.name}`, {
    pod: objectAt(template, ['spec', 'securityContext', 'appArmorProfile']),
    containers: containersOf(template).map(({ name, body }) => [name, objectAt(body, ['securityContext', 'appArmorProfile'])]),
    nodes: objectAt(template, ['spec', 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution']),
  }] as const);
  return Object.fromEntries(rows);
}
