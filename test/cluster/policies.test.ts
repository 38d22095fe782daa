import { container, NAMESPACES, POD_CASES, PodCase, POLICY } from './policy-cases';
import { POD, TEMPLATED, WorkloadKind } from './workload-objects';
import { JsonObject } from '../../src/manifests/json';
import { parseReleaseRange } from '../../src/manifests/kubernetes-versions';
import { confinementPolicy } from '../../src/manifests/policy';
import { defaultPolicy } from '../../src/manifests/policy-default';
import { ProfileReference } from '../../src/manifests/profile-reference';
import { ApiAnswer, Cluster, startCluster, until } from '../support/real/apiserver';
import { NEWEST_KUBERNETES, OLDEST_KUBERNETES } from '../support/real/kubernetes';
import { makeNamespace } from '../support/real/namespace';

const STRICT = 'fieldManager=test&fieldValidation=Strict';

describe.each([OLDEST_KUBERNETES, NEWEST_KUBERNETES])('confinement policies on a Kubernetes %s API server', (version) => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster({ version, controllers: ['validatingadmissionpolicy-status-controller'] });
    for (const { name, labels } of NAMESPACES) await makeNamespace(cluster, name, { labels });
    const old = TEMPLATED[0].object({ spec: { containers: [container('c', 'Unconfined')] } }) as JsonObject;
    await cluster.api(TEMPLATED[0].path('default'), { method: 'POST', body: { ...old, metadata: { name: 'older' } } });
    await cluster.api(POD.path('default'), { method: 'POST', body: podOf('older', { containers: [container('c')] }) });
    await applyPolicies(cluster, confinementPolicy(POLICY));
    await until('the policies take hold', async () => (await Promise.all([POD, ...TEMPLATED].map(async (kind) =>
      create(cluster, kind, 'default', kind.object({ spec: { containers: [container('c')] } }))))).every(({ status }) => status !== 201));
  }, 3_600_000);

  afterAll(async () => cluster?.stop());

  it.each(POD_CASES.map((one) => [one.name, one] as const))('judge a pod: %s', async (_, one) => {
    expect(verdict(await createCase(cluster, POD, one))).toEqual(expected(one.refused));
  });

  // What the API itself has against a template, a server of 1.30 does not say of a StatefulSet's.
  const kindFor = (one: PodCase, index: number) => TEMPLATED[one.template ? 0 : index % TEMPLATED.length];

  it.each(POD_CASES.map((one, index) => [kindFor(one, index).kind, one.name, one, kindFor(one, index)] as const))(
    'judge the template of a %s: %s', async (_kind, _name, one, kind) => {
      expect(verdict(await createCase(cluster, kind, one))).toEqual(expected(one.template ? one.template.refused : one.refused));
    });

  it.each(TEMPLATED.map((kind) => [kind.kind, kind] as const))('judge every kind with a template: %s', async (_, kind) => {
    const answers = await Promise.all(['Unconfined', 'RuntimeDefault'].map(async (profile) =>
      create(cluster, kind, 'default', kind.object({ spec: { containers: [container('c', profile)] } }))));
    expect(answers.map(({ status }) => status)).toEqual([403, 201]);
  });

  it('let a workload that is older than they are be scaled and annotated, but not changed', async () => {
    const path = `${TEMPLATED[0].path('default')}/older`;
    const patch = async (body: object) => (await cluster.api(`${path}?${STRICT}`, { method: 'PATCH', body, contentType: 'application/merge-patch+json' })).status;
    expect(await patch({ spec: { replicas: 3 } })).toBe(200);
    expect(await patch({ metadata: { annotations: { note: 'x' }, finalizers: ['example.com/x'] } })).toBe(200);
    expect(await patch({ metadata: { finalizers: null } })).toBe(200);
    expect(await patch({ spec: { template: { metadata: { annotations: { note: 'x' } } } } })).toBe(403);
  });

  it('let a pod that is older than they are be labelled', async () => {
    const answer = await cluster.api(`${POD.path('default')}/older`, {
      method: 'PATCH', body: { metadata: { labels: { note: 'x' } } }, contentType: 'application/merge-patch+json',
    });
    expect(answer.status).toBe(200);
  });

  it.each([
    ['without a profile, in an older pod', 'older', container('d'), 'no AppArmor profile for container d'],
    ['with a profile, in an older pod', 'older', container('d', 'RuntimeDefault'), undefined],
    ['under the profile of its pod', 'confined', container('d'), undefined],
    ['unconfined', 'confined', container('d', 'Unconfined'), 'Unconfined for container d'],
    ['of a foreign profile', 'confined', container('d', 'foo'), 'for container d (localhost/foo)'],
    ['privileged', 'confined', container('d', undefined, { privileged: true }), 'privileged container d'],
  ])('judge a debug container %s', async (_, pod, ephemeral, refused) => {
    await cluster.api(POD.path('default'), { method: 'POST', body: podOf('confined', { securityContext: { appArmorProfile: { type: 'RuntimeDefault' } }, containers: [container('c')] }) });
    const answer = await cluster.api(`${POD.path('default')}/${pod}/ephemeralcontainers?dryRun=All`, {
      method: 'PATCH', body: { spec: { ephemeralContainers: [ephemeral] } }, contentType: 'application/strategic-merge-patch+json',
    });
    expect(verdict(answer)).toEqual(expected(refused));
  });

  it('have no expression whose types the API server doubts', async () => {
    for (const policy of confinementPolicy(POLICY).filter(({ kind }) => kind === 'ValidatingAdmissionPolicy')) {
      const { name } = policy.metadata as { name: string };
      const status = await until(`the types of ${name}`, async () => (await cluster.api(`/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/${name}`)).body.status?.typeChecking);
      expect([name, status.expressionWarnings ?? []]).toEqual([name, []]);
    }
  }, 90_000);
});

describe.each([OLDEST_KUBERNETES, NEWEST_KUBERNETES])('what a policy does, on a Kubernetes %s API server', (version) => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster({ version });
    await makeNamespace(cluster, 'default');
    await makeNamespace(cluster, 'held', { labels: { held: 'yes' } });
  }, 3_600_000);

  afterAll(async () => cluster?.stop());

  const pod = (profile?: string) => podOf('w', { containers: [container('c', profile)] });

  it('warns and lets through where it shall only warn, in the namespaces that it is for', async () => {
    await applyPolicies(cluster, confinementPolicy({ name: 'warn', actions: ['Warn', 'Audit'], namespaceLabels: { held: 'yes' } }));
    const warned = await until('a warning', async () => {
      const answer = await create(cluster, POD, 'held', pod());
      return answer.warnings.length > 0 && answer;
    });
    expect(warned.status).toBe(201);
    expect(warned.warnings.join()).toContain('no AppArmor profile for container c: set securityContext.appArmorProfile');
    expect((await create(cluster, POD, 'default', pod())).warnings).toEqual([]);
  }, 60_000);

  it('wants profiles of your own where RuntimeDefault is not enough, under any name that a runtime can apply', async () => {
    await applyPolicies(cluster, confinementPolicy({ name: 'own', allowRuntimeDefault: false, namespaceLabels: { 'kubernetes.io/metadata.name': 'default' } }));
    await until('the policy', async () => (await create(cluster, POD, 'default', pod())).status === 403);
    const statuses = async (...profiles: string[]) => Promise.all(profiles.map(async (profile) => (await create(cluster, POD, 'default', pod(profile))).status));
    expect(await statuses('RuntimeDefault', 'unconfined', 'localhost/x', ':ns:x', 'a//&b', 'a\nb', 'a\u007f')).toEqual([403, 403, 403, 403, 403, 403, 403]);
    expect(await statuses('mine', 'mine//child', '/usr/bin/x')).toEqual([201, 201, 201]);
  }, 60_000);
});

/** The stable API where it is, and the beta one, which a server has to be asked for. */
describe.each([
  ['1.36', 'admissionregistration.k8s.io/v1', []],
  ['1.34', 'admissionregistration.k8s.io/v1beta1', ['--runtime-config=admissionregistration.k8s.io/v1beta1=true', '--feature-gates=MutatingAdmissionPolicy=true']],
] as const)('the default profile by a MutatingAdmissionPolicy for releases from %s on (%s)', (oldest, apiVersion, flags) => {
  let cluster: Cluster;
  const exemptions = [
    { namespaces: ['kube-system'], reason: 'The cluster itself' },
    { podLabels: { tool: 'debugger' }, reason: 'Traces' },
    { namespaceLabels: { lab: 'yes' }, reason: 'Drivers' },
  ];
  const policy = (name: string, profile: ProfileReference, more: object = {}) =>
    defaultPolicy({ name, profile, releases: parseReleaseRange(`>=${oldest}`), exemptions, ...more });

  beforeAll(async () => {
    cluster = await startCluster({ version: NEWEST_KUBERNETES, flags });
    await makeNamespace(cluster, 'default');
    await makeNamespace(cluster, 'kube-system');
    await makeNamespace(cluster, 'own', { labels: { own: 'yes' } });
    await makeNamespace(cluster, 'lab', { labels: { lab: 'yes' } });
    const own = policy('own', { type: 'Localhost', localhostProfile: 'k8s-apparmor.web.1a2b3c4d' }, { namespaceLabels: { own: 'yes' } });
    await applyPolicies(cluster, [...policy('runtime', { type: 'RuntimeDefault' }, { namespaceLabels: { 'kubernetes.io/metadata.name': 'default' } }), ...own]);
    await applyPolicies(cluster, policy('lab', { type: 'RuntimeDefault' }, { namespaceLabels: { 'kubernetes.io/metadata.name': 'lab' } }));
    for (const namespace of ['default', 'own']) {
      await until(`the policy of ${namespace}`, async () => (await create(cluster, POD, namespace, podOf('w', { containers: [container('c')] }))).body.spec.securityContext.appArmorProfile);
    }
  }, 3_600_000);

  afterAll(async () => cluster?.stop());

  const KEY = 'container.apparmor.security.beta.kubernetes.io/c';
  const RUNTIME = { type: 'RuntimeDefault' };
  const bare = { containers: [container('c')] };

  it('is of that version of the API', () => {
    expect(policy('x', { type: 'RuntimeDefault' }).map((object) => object.apiVersion)).toEqual([apiVersion, apiVersion]);
  });

  it.each([
    ['a pod that says nothing', 'default', { spec: bare }, RUNTIME],
    ['a pod of another namespace', 'own', { spec: bare }, { type: 'Localhost', localhostProfile: 'k8s-apparmor.web.1a2b3c4d' }],
    ['a pod with other fields in its security context', 'default', { spec: { ...bare, securityContext: { runAsUser: 7 } } }, RUNTIME],
    ['a pod with a profile', 'default', { spec: { ...bare, securityContext: { appArmorProfile: { type: 'Unconfined' } } } }, { type: 'Unconfined' }],
    ['a pod with an empty annotation', 'default', { annotations: { [KEY]: '' }, spec: bare }, undefined],
    ['a pod with an annotation', 'default', { annotations: { [KEY]: 'runtime/default' }, spec: bare }, undefined],
    ['a Windows pod', 'default', { spec: { ...bare, os: { name: 'windows' } } }, undefined],
    ['a Windows pod by its node selector', 'default', { spec: { ...bare, nodeSelector: { 'kubernetes.io/os': 'windows' } } }, undefined],
    ['a pod of an exempt label', 'default', { labels: { tool: 'debugger' }, spec: bare }, undefined],
    ['a pod of an exempt namespace', 'kube-system', { spec: bare }, undefined],
    ['a pod of a namespace with an exempt label', 'lab', { spec: bare }, undefined],
  ])('gives its profile, or none, to %s', async (_, namespace, parts, profile) => {
    const answer = await create(cluster, POD, namespace, POD.object(parts));
    expect([answer.status, answer.body.spec?.securityContext?.appArmorProfile]).toEqual([201, profile]);
  });

  it('leaves what a container says itself, and the rest of the security context', async () => {
    const answer = await create(cluster, POD, 'default', podOf('w', { securityContext: { runAsUser: 7 }, containers: [container('c', 'mine')] }));
    expect(answer.body.spec).toMatchObject({
      securityContext: { runAsUser: 7, appArmorProfile: RUNTIME },
      containers: [{ securityContext: { appArmorProfile: { type: 'Localhost', localhostProfile: 'mine' } } }],
    });
  });
});

function podOf(name: string, spec: object): object {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec };
}

async function applyPolicies(cluster: Cluster, objects: readonly JsonObject[]): Promise<void> {
  const run = cluster.kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], { input: objects.map((object) => JSON.stringify(object)).join('\n---\n') });
  // A server of 1.37 says so of the beta version, which those of 1.34 and 1.35 need.
  const talk = run.stderr.split('\n').filter((line) => line !== '' && !/v1beta1 MutatingAdmissionPolicy(Binding)? is deprecated in v1.37\+/.test(line));
  expect({ code: run.code, talk }).toEqual({ code: 0, talk: [] });
}

async function create(cluster: Cluster, kind: WorkloadKind, namespace: string, object: object): Promise<ApiAnswer> {
  return cluster.api(`${kind.path(namespace)}?dryRun=All&${STRICT}`, { method: 'POST', body: object });
}

async function createCase(cluster: Cluster, kind: WorkloadKind, one: PodCase): Promise<ApiAnswer> {
  return create(cluster, kind, one.namespace ?? 'default', kind.object(one));
}

function verdict({ status, body }: ApiAnswer): { allowed: boolean; message?: string } {
  return status < 300 ? { allowed: true } : { allowed: false, message: body.message };
}

function expected(refused: string | undefined): object {
  return refused === undefined ? { allowed: true } : { allowed: false, message: expect.stringContaining(refused) };
}
