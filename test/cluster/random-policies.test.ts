/**
 * Random pods and templates before the admission policies of real API servers, and before the same rules in TypeScript: the Pulumi
 * policy pack and the cdk8s validation. What one refuses, all refuse.
 */
import { expectNothingWrong } from './compare';
import { POD, TEMPLATED, WorkloadKind } from './workload-objects';
import { ConfinementValidation } from '../../src';
import { effectiveProfiles } from '../../src/manifests/confine-pod';
import { JsonObject, objectAt } from '../../src/manifests/json';
import { isWindows, podProfileField } from '../../src/manifests/pod-spec';
import { confinementPolicy, PolicyProps } from '../../src/manifests/policy';
import { defaultPolicy } from '../../src/manifests/policy-default';
import { policyRules } from '../../src/manifests/policy-rules';
import { allowedNames } from '../../src/manifests/policy-scope';
import { ANNOTATION_PREFIX, profileOfAnnotation } from '../../src/manifests/profile-reference';
import { AppArmorProfile, Rule } from '../../src/profile';
import { confinementPolicies, type ConfinementPoliciesArgs } from '../../src/pulumi/policy-pack';
import { RandomPod, somePods } from '../support/random-pods';
import { ApiAnswer, Cluster, startCluster, until } from '../support/real/apiserver';
import { NEWEST_KUBERNETES, OLDEST_KUBERNETES } from '../support/real/kubernetes';
import { makeNamespace } from '../support/real/namespace';

/** `COUNT,SEED`. */
const [count = 300, seed = 31] = (process.env.K8S_APPARMOR_PODS ?? '').split(',').filter((part) => part !== '').map(Number);
const PODS = somePods(count, seed);

const PROFILES = [new AppArmorProfile({ name: 'web', rules: [Rule.read('/srv/**')] }), AppArmorProfile.preloaded('node-image')];
const names = allowedNames({ preloaded: ['node-image'], distributed: [PROFILES[0].loadedName] });
const exemption = { podLabels: { tool: 'debugger' }, reason: 'traces other processes' };

interface Held {
  readonly namespace: string;
  readonly policy: Omit<PolicyProps, 'name'>;
  readonly pack: ConfinementPoliciesArgs;
}

const HELD: readonly Held[] = [
  { namespace: 'named', policy: { names, exemptions: [exemption] }, pack: { profiles: PROFILES, exemptions: [exemption] } },
  { namespace: 'strict', policy: { allowRuntimeDefault: false }, pack: { allowRuntimeDefault: false } },
  { namespace: 'plain', policy: {}, pack: {} },
];
const GIVEN = 'given';
const RUNTIME = { type: 'RuntimeDefault' } as const;
const BARE: RandomPod = { labels: {}, spec: { containers: [{ name: 'c', image: 'busybox' }] } };
/** Pods that are there before the policies. */
const OLDER = [['bare', undefined], ['default', { appArmorProfile: RUNTIME }], ['unconfined', { appArmorProfile: { type: 'Unconfined' } }]] as const;

describe.each([OLDEST_KUBERNETES, NEWEST_KUBERNETES])(`policies before ${count} random pods (seed ${seed}) on a Kubernetes %s API server`, (version) => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster({ version });
    await makeNamespace(cluster, 'default');
    for (const { namespace, policy } of HELD) {
      await makeNamespace(cluster, namespace);
      for (const [name, securityContext] of OLDER) await store(POD, namespace, { ...BARE, spec: { ...BARE.spec, securityContext } }, name);
      for (const kind of TEMPLATED) await store(kind, namespace, BARE, 'older');
      apply(cluster, confinementPolicy({ ...policy, name: namespace, namespaceLabels: { 'kubernetes.io/metadata.name': namespace } }));
    }
    await until('the policies take hold', async () => (await Promise.all(HELD.flatMap(({ namespace }) => [POD, ...TEMPLATED].map(async (kind) =>
      create(kind, namespace, BARE))))).every(({ status }) => status === 403));
  }, 3_600_000);

  afterAll(async () => cluster?.stop());

  const create = async (kind: WorkloadKind, namespace: string, pod: RandomPod) =>
    cluster.api(`${kind.path(namespace)}?dryRun=All&fieldValidation=Strict`, { method: 'POST', body: kind.object(pod) });

  async function store(kind: WorkloadKind, namespace: string, pod: RandomPod, name: string): Promise<void> {
    const object = kind.object(pod) as JsonObject;
    const { status } = await cluster.api(kind.path(namespace), { method: 'POST', body: { ...object, metadata: { ...objectAt(object, ['metadata']), name } } });
    expect(status).toBe(201);
  }

  it('refuse what the policy pack and the validation refuse, in the same words', async () => {
    const kinds = (index: number) => [POD, TEMPLATED[index % TEMPLATED.length]];
    const asked = PODS.flatMap((pod, index) => kinds(index).map((kind) => ({ kind, pod, held: HELD[index % HELD.length] })));
    await expectNothingWrong(asked, async ({ kind, pod, held }) => {
      // A server of 1.30 takes StatefulSets whose pods it will refuse.
      if ((await Promise.all([kind, POD].map(async (one) => create(one, 'default', pod)))).some(({ status }) => status !== 201)) return undefined;
      const object = kind.object(pod) as JsonObject;
      const answer = await create(kind, held.namespace, pod);
      const violations = packViolations(object, held.pack);
      const unconfined = packViolations(object, {}).some(({ policy }) => ['apparmor-profile', 'apparmor-unconfined'].includes(policy));
      const validated = await validationRefuses(object) === unconfined;
      return agree(answer, violations, pod) && validated ? undefined : { status: answer.status, message: answer.body.message, violations, validated };
    });
  }, 3_600_000);

  it('judge a changed template of an older workload like a new one', async () => {
    const asked = PODS.slice(0, count / 3).map((pod, index) => ({ kind: UPDATED[index % UPDATED.length], pod, held: HELD[index % HELD.length] }));
    await expectNothingWrong(asked, async ({ kind, pod, held }) => {
      const path = `${kind.path(held.namespace)}/older`;
      const old = (await cluster.api(path)).body;
      const body = { ...old, spec: { ...old.spec, template: objectAt(kind.object(pod) as JsonObject, ['spec', 'template']) } };
      const updated = await cluster.api(`${path}?dryRun=All&fieldValidation=Strict`, { method: 'PUT', body });
      const made = await create(kind, held.namespace, pod);
      const [fault, faultOfUpdate] = [made, updated].map((answer) => (answer.status === 403 ? denial(answer) : answer.status === 422));
      return fault === faultOfUpdate ? undefined : { fault, faultOfUpdate };
    });
  }, 3_600_000);

  it('judge a debug container as the pack judges it in the same pod', async () => {
    const asked = PODS.slice(0, count / 2).map((pod, index) => ({
      held: HELD[index % HELD.length],
      older: OLDER[Math.floor(index / HELD.length) % OLDER.length],
      debug: { ...(pod.spec.containers as JsonObject[])[0], name: 'debug' },
    }));
    await expectNothingWrong(asked, async ({ held, older: [name, securityContext], debug }) => {
      const answer = await cluster.api(`${POD.path(held.namespace)}/${name}/ephemeralcontainers?dryRun=All`, {
        method: 'PATCH', body: { spec: { ephemeralContainers: [debug] } }, contentType: 'application/strategic-merge-patch+json',
      });
      const alone = POD.object({ spec: { securityContext, containers: [], ephemeralContainers: [debug] } }) as JsonObject;
      const violations = packViolations(alone, held.pack);
      return answer.status === 422 || agree(answer, violations, {}) ? undefined : { status: answer.status, message: answer.body.message, violations };
    });
  }, 3_600_000);

  // The API is stable from 1.36 on.
  if (version === NEWEST_KUBERNETES) {
    it('give their default profile to every pod that says nothing, and have none refused for it', async () => {
      await makeNamespace(cluster, GIVEN);
      const releases = { oldest: { major: 1, minor: 36 } };
      apply(cluster, defaultPolicy({ name: GIVEN, profile: RUNTIME, releases, namespaceLabels: { 'kubernetes.io/metadata.name': GIVEN } }));
      await until('the policy takes hold', async () => podProfileField((await create(POD, GIVEN, BARE)).body));
      await expectNothingWrong(PODS.map((pod) => ({ pod })), async ({ pod }) => {
        const [before, after] = [await create(POD, 'default', pod), await create(POD, GIVEN, pod)];
        if (before.status !== 201) return undefined;
        const template = POD.object(pod) as JsonObject;
        const given = !isWindows(template) && !podProfileField(template) && annotationsOf(pod).length === 0;
        const wanted = effectiveProfiles(before.body).map(({ profile }) => profile ?? (given ? RUNTIME : undefined));
        const got = after.status === 201 ? effectiveProfiles(after.body).map(({ profile }) => profile) : after.body.message;
        return JSON.stringify(got) === JSON.stringify(wanted) ? undefined : { wanted, got };
      });
    }, 3_600_000);
  }
});

/** As people apply it; a server says nothing to it. */
function apply(cluster: Cluster, objects: readonly JsonObject[]): void {
  const input = objects.map((object) => JSON.stringify(object)).join('\n---\n');
  expect(cluster.kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], { input })).toMatchObject({ code: 0, stderr: '' });
}

/** The values of a pod's AppArmor annotations. */
function annotationsOf({ annotations }: Pick<RandomPod, 'annotations'>): (string | null)[] {
  return Object.entries(annotations ?? {}).filter(([key]) => key.startsWith(ANNOTATION_PREFIX)).map(([, value]) => value);
}

/** Kinds whose template may change. */
const UPDATED = TEMPLATED.filter(({ kind }) => ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController'].includes(kind));

interface Violation {
  readonly policy: string;
  readonly message: string;
}

function packViolations(object: JsonObject, args: ConfinementPoliciesArgs): Violation[] {
  const { apiVersion, kind, ...props } = object;
  const type = `kubernetes:${apiVersion === 'v1' ? 'core/v1' : String(apiVersion)}:${String(kind)}`;
  const found: Violation[] = [];
  for (const policy of confinementPolicies(args)) {
    if (!('validateResource' in policy) || typeof policy.validateResource !== 'function') throw new Error(`${policy.name} validates nothing`);
    void policy.validateResource({ type, name: 'w', props } as never, (message: unknown) => { found.push({ policy: policy.name, message: String(message) }); });
  }
  return found;
}

/** Whether the validation calls the object unconfined. */
async function validationRefuses(object: JsonObject): Promise<boolean> {
  let refused = false;
  await new ConfinementValidation().validate({
    manifests: ['x'],
    parseManifest: () => [object],
    report: { addViolation: ({ ruleName }: { ruleName: string }) => { refused ||= ruleName === 'unconfined-workload'; }, submit: () => {} },
  });
  return refused;
}

const FALLBACKS = policyRules({}).map(({ fallback }) => fallback);

/**
 * The server tells the first fault; it says less of a name that makes a message too long or breaks its line. An annotation that names
 * no profile in a right way is a wrong profile to it, and none to the pack.
 */
function agree(answer: ApiAnswer, violations: readonly Violation[], pod: Pick<RandomPod, 'annotations'>): boolean {
  if (answer.status < 300) return violations.length === 0;
  if (answer.status !== 403 || violations.length === 0) return false;
  if (annotationsOf(pod).some((value) => value && !profileOfAnnotation(value))) return true;
  const [{ message }] = violations;
  return denial(answer) === message || (/[^ -~]|.{1000}/.test(message) && FALLBACKS.includes(denial(answer)));
}

function denial({ body }: ApiAnswer): string {
  return String(body.message).replace(/^.*? denied request: /s, '');
}
