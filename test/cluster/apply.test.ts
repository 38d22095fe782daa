import { ConfinementPolicy, PodSecurityLevel } from '../../src';
import { JsonObject, objectAt } from '../../src/manifests/json';
import { containersOf } from '../../src/manifests/pod-spec';
import { podTemplates } from '../../src/manifests/pod-template';
import { everything, WEB } from '../support/every-object';
import { exampleObjects } from '../support/example';
import { Cluster, startCluster } from '../support/real/apiserver';
import { NEWEST_KUBERNETES, OLDEST_KUBERNETES } from '../support/real/kubernetes';
import { makeNamespace } from '../support/real/namespace';

describe.each([[OLDEST_KUBERNETES, '>=1.30'], [NEWEST_KUBERNETES, '>=1.36']])('a Kubernetes %s API server', (version, range) => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster({ version });
    for (const namespace of ['shop', 'all', 'blog', 'default', 'baseline', 'restricted']) {
      const labels = ConfinementPolicy.podSecurityLabels(PodSecurityLevel.BASELINE);
      await makeNamespace(cluster, namespace, namespace === 'baseline' ? { labels } : {});
    }
  }, 3_600_000);

  afterAll(async () => cluster?.stop());

  it.each<[string, () => JsonObject[], string[]]>([
    ['the example web-shop', () => exampleObjects('web-shop'), []],
    // Its author's own annotation, which stays as it is.
    ['the example existing-manifests', () => exampleObjects('existing-manifests'), [
      'Warning: spec.template.metadata.annotations[container.apparmor.security.beta.kubernetes.io/agent]: deprecated since v1.30; use the "appArmorProfile" field instead',
    ]],
    ['the example complain-first', () => exampleObjects('complain-first'), []],
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

  it('finds every pod of the examples within the baseline standard, but our own and one that asks for more itself', async () => {
    const templates = ['web-shop', 'existing-manifests', 'complain-first'].flatMap((name) => exampleObjects(name)).flatMap((object) => podTemplates(object))
      .filter(({ workload }) => !String(workload.podLabels['app.kubernetes.io/name']).startsWith('k8s-apparmor-') && workload.name !== 'node-agent');
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
