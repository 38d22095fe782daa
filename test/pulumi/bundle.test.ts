import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { AppArmorProfile, AppArmorProfileBundle, confineByDefault, ConfinedDeployment, Rule } from '../../src/pulumi';
import { one, type Registered, refusalOf, runProgram } from '../support/pulumi-program';

const web = new AppArmorProfile({ name: 'web', rules: [Rule.read('/etc/nginx/**')] });
const worker = new AppArmorProfile({ name: 'worker', rules: [Rule.read('/data/**')] });
const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

function names(registered: readonly Registered[]): string[] {
  return registered.filter(({ type }) => type.startsWith('kubernetes:')).map(({ inputs }) => `${inputs.kind} ${inputs.metadata.name}`);
}

test('a bundle registers a namespace, an account, the profiles, the program and the loader', async () => {
  const registered = await runProgram(() => { new AppArmorProfileBundle('profiles', { profiles: [web, worker] }); });
  expect(names(registered).sort()).toEqual([
    expect.stringMatching(/^ConfigMap profiles-[0-9a-f]{10}$/), expect.stringMatching(/^ConfigMap profiles-program-[0-9a-f]+$/),
    'DaemonSet profiles', 'Namespace k8s-apparmor', 'ServiceAccount profiles',
  ]);
  const map = one(registered, 'kubernetes:core/v1:ConfigMap', 'profiles-profiles-0');
  expect(map.inputs).toMatchObject({ immutable: true, data: { [web.loadedName]: web.toText(), [worker.loadedName]: worker.toText() } });
});

test('the loader starts after everything that it reads', async () => {
  const registered = await runProgram(() => { new AppArmorProfileBundle('profiles', { profiles: [web] }); });
  const before = registered.filter(({ type }) => type.startsWith('kubernetes:core')).map(({ urn }) => urn);
  expect(one(registered, 'kubernetes:apps/v1:DaemonSet').dependsOn.slice().sort()).toEqual(before.sort());
  expect(before).toHaveLength(4);
});

test('every child has the bundle as its parent', async () => {
  const registered = await runProgram(() => { new AppArmorProfileBundle('profiles', { profiles: [web] }); });
  const bundle = one(registered, 'k8s-apparmor:index:AppArmorProfileBundle').urn;
  expect(registered.filter(({ type }) => type.startsWith('kubernetes:')).every(({ parent }) => parent === bundle)).toBe(true);
});

test('names of profiles and ConfigMaps are known without the engine', async () => {
  let bundle: AppArmorProfileBundle | undefined;
  const registered = await runProgram(() => { bundle = new AppArmorProfileBundle('profiles', { profiles: [web] }); }, { preview: true });
  expect(bundle!.loadedNames).toEqual({ web: web.loadedName });
  expect(bundle!.configMapNames).toEqual([one(registered, 'kubernetes:core/v1:ConfigMap', 'profiles-profiles-0').inputs.metadata.name]);
});

test('resource names stay when profiles change, object names follow the content', async () => {
  const changed = new AppArmorProfile({ name: 'web', rules: [Rule.read('/etc/nginx/**'), Rule.read('/srv/**')] });
  const [before, after] = [await register(web), await register(changed)];
  expect(after.map(({ urn }) => urn).sort()).toEqual(before.map(({ urn }) => urn).sort());
  const objects = (all: readonly Registered[]) => all.filter(({ type }) => type === 'kubernetes:core/v1:ConfigMap').map(({ inputs }) => inputs.metadata.name);
  expect(objects(after).filter((name) => objects(before).includes(name))).toEqual([]);
});

test('the order of profiles changes nothing', async () => {
  const inputs = async (...profiles: AppArmorProfile[]) => (await register(...profiles)).map((resource) => resource.inputs);
  expect(await inputs(web, worker)).toEqual(await inputs(worker, web));
});

test.each<[string, string, boolean | undefined, boolean]>([
  ['its own', 'security', undefined, true],
  ['kube-system', 'kube-system', undefined, false],
  ['one that another stack makes', 'security', false, false],
])('the namespace: %s', async (_, namespace, createNamespace, made) => {
  const registered = await runProgram(() => { new AppArmorProfileBundle('profiles', { profiles: [web], namespace, createNamespace }); });
  expect(registered.some(({ type }) => type === 'kubernetes:core/v1:Namespace')).toBe(made);
  expect(one(registered, 'kubernetes:apps/v1:DaemonSet').inputs.metadata.namespace).toBe(namespace);
});

test('a resource name that no object may have is made into one', async () => {
  const registered = await runProgram(() => { new AppArmorProfileBundle('My Profiles/v1', { profiles: [web] }); });
  expect(one(registered, 'kubernetes:apps/v1:DaemonSet').inputs.metadata.name).toBe('my-profiles-v1');
});

test('the second bundle of a namespace finds it made, and waits for it', async () => {
  const registered = await runProgram(() => {
    new AppArmorProfileBundle('profiles', { profiles: [web] });
    new AppArmorProfileBundle('others', { profiles: [worker] });
  });
  const namespace = one(registered, 'kubernetes:core/v1:Namespace');
  expect(one(registered, 'kubernetes:core/v1:ServiceAccount', 'others-service-account').dependsOn).toEqual([namespace.urn]);
});

describe('Inputs', () => {
  const everywhere = (namespace: pulumi.Input<string>) => ({
    profiles: [web],
    namespace,
    loader: { gate: true, image: pulumi.interpolate`registry/${'busybox'}:1`, nodeSelector: pulumi.output({ pool: 'a' }), generations: pulumi.output(5) },
  });

  test('a namespace that something else makes is not made once more', async () => {
    const registered = await runProgram(() => {
      const namespace = new k8s.core.v1.Namespace('security', { metadata: { name: 'security' } });
      new AppArmorProfileBundle('profiles', everywhere(namespace.metadata.name));
    });
    const daemonSet = one(registered, 'kubernetes:apps/v1:DaemonSet').inputs;
    expect(one(registered, 'kubernetes:core/v1:Namespace').name).toBe('security');
    expect(daemonSet).toMatchObject({ metadata: { namespace: 'security' }, spec: { template: { spec: { nodeSelector: { 'kubernetes.io/os': 'linux', 'pool': 'a' } } } } });
    expect(daemonSet.spec.template.spec.containers[0]).toMatchObject({ image: 'registry/busybox:1', env: expect.arrayContaining([{ name: 'GENERATIONS', value: '5' }]) });
    expect(one(registered, 'kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding').inputs.subjects[0].namespace).toBe('security');
    expect(JSON.stringify(registered)).not.toContain('placeholder');
  });

  test('an unknown namespace leaves everything else known at preview', async () => {
    const registered = await runProgram(() => {
      new AppArmorProfileBundle('profiles', everywhere(new k8s.core.v1.Namespace('security').id));
    }, { preview: true });
    const known = await runProgram(() => { new AppArmorProfileBundle('profiles', everywhere('security')); }, { preview: true });
    const inputs = (all: readonly Registered[]) => Object.fromEntries(all.filter(({ type }) => !/Namespace$/.test(type)).map(({ name, inputs: given }) => [name, given]));
    const text = JSON.stringify(inputs(registered));
    expect(text).toContain(UNKNOWN);
    const found = JSON.parse(text, (_, value) => value === UNKNOWN ? 'security' : value);
    // Texts with the namespace in them are unknown as a whole.
    const expected = JSON.parse(JSON.stringify(inputs(known)), (_, value) => (/gate-security-|:security:/.test(value) ? 'security' : value));
    expect(found).toEqual(expected);
  });

  test('a secret stays secret, alone', async () => {
    const registered = await runProgram(() => { new AppArmorProfileBundle('profiles', { profiles: [web], loader: { image: pulumi.secret('registry/busybox') } }); });
    const { spec } = one(registered, 'kubernetes:apps/v1:DaemonSet').inputs.spec.template;
    expect(spec.containers[0].image).toMatchObject({ value: 'registry/busybox' });
    expect(JSON.stringify(registered).match(/4dabf18193072939515e22adb298388d/g)).toHaveLength(1);
  });

  test('what decides about the pod leaves its names known', async () => {
    const registered = await runProgram(() => {
      new AppArmorProfileBundle('profiles', { profiles: [web], kubernetesVersion: new k8s.core.v1.ConfigMap('cluster').id });
    }, { preview: true });
    expect(one(registered, 'kubernetes:apps/v1:DaemonSet').inputs).toMatchObject({ metadata: { name: 'profiles' }, spec: UNKNOWN });
  });
});

describe('a gate', () => {
  test('is there before the loader, with its rights', async () => {
    const registered = await runProgram(() => { new AppArmorProfileBundle('profiles', { profiles: [web], loader: { gate: true } }); });
    const gate = registered.filter(({ name }) => name.startsWith('profiles-gate-'));
    expect(gate.map(({ name }) => name).sort()).toEqual([
      'profiles-gate-cluster-role', 'profiles-gate-cluster-role-binding', 'profiles-gate-config-map',
      'profiles-gate-validating-admission-policy', 'profiles-gate-validating-admission-policy-binding',
    ]);
    expect(one(registered, 'kubernetes:apps/v1:DaemonSet').dependsOn).toEqual(expect.arrayContaining(gate.map(({ urn }) => urn)));
  });

  const labels = { app: 'web' };
  const spec = { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'web' }], nodeName: pulumi.output(undefined as never) } } };
  const required = (profile: AppArmorProfile) => ({
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: `profile.k8s-apparmor.io/${profile.loadedName}`, operator: 'Exists' }] }],
      },
    },
  });

  test.each<[string, boolean, () => void, object | undefined]>([
    ['of a confined workload', true, () => new ConfinedDeployment('w', { profile: web, spec }), required(web)],
    ['with the default', true, () => new k8s.apps.v1.Deployment('w', { spec }), required(worker)],
    ['of a profile that it does not have', true, () => new ConfinedDeployment('w', { profile: AppArmorProfile.preloaded('own'), spec }), undefined],
    ['without a gate', false, () => new ConfinedDeployment('w', { profile: web, spec }), undefined],
  ])('pods %s require the nodes that have the profile', async (_, gate, make, affinity) => {
    const registered = await runProgram(() => {
      new AppArmorProfileBundle('profiles', { profiles: [web, worker], loader: { gate } });
      confineByDefault({ profile: worker });
      make();
    });
    expect(one(registered, 'kubernetes:apps/v1:Deployment').inputs.spec.template.spec.affinity).toEqual(affinity);
  });
});

describe('a history file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'k8s-apparmor-history-'));
  const CI = { ci: process.env.CI, mode: process.env.K8S_APPARMOR_HISTORY };
  beforeEach(() => {
    delete process.env.CI;
    delete process.env.K8S_APPARMOR_HISTORY;
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
    for (const [name, value] of [['CI', CI.ci], ['K8S_APPARMOR_HISTORY', CI.mode]] as const) {
      if (value !== undefined) process.env[name] = value;
    }
  });
  const profileOf = (path: string) => new AppArmorProfile({ name: 'web', rules: [Rule.read(path)] });
  const loaded = async (profile: AppArmorProfile, historyFile: string) => {
    const registered = await runProgram(() => { new AppArmorProfileBundle('profiles', { profiles: [profile], historyFile, loader: { generations: 2, gate: true } }); });
    return Object.keys(one(registered, 'kubernetes:core/v1:ConfigMap', 'profiles-profiles-0').inputs.data).sort();
  };

  test('keeps the last generations in the bundle', async () => {
    const file = join(folder, 'web.json');
    const [first, second, third] = [profileOf('/a'), profileOf('/b'), profileOf('/c')];
    expect(await loaded(first, file)).toEqual([first.loadedName]);
    expect(await loaded(second, file)).toEqual([first.loadedName, second.loadedName].sort());
    expect(await loaded(third, file)).toEqual([second.loadedName, third.loadedName].sort());
    const before = readFileSync(file, 'utf8');
    expect(await loaded(third, file)).toEqual([second.loadedName, third.loadedName].sort());
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  test('is written by nobody in CI, where one that would change is an error', async () => {
    const file = join(folder, 'ci.json');
    await loaded(web, file);
    process.env.CI = 'true';
    expect(await loaded(web, file)).toEqual([web.loadedName]);
    const said = await refusalOf(() => new AppArmorProfileBundle('profiles', { profiles: [worker], historyFile: file }));
    expect(pulumi.RunError.isInstance(said) && said.message).toContain('is not that of the profiles in the program');
  });

  test.each<[string, () => void, string]>([
    ['of two bundles', () => {
      new AppArmorProfileBundle('a', { profiles: [web], historyFile: join(folder, 'two.json') });
      new AppArmorProfileBundle('b', { profiles: [worker], historyFile: join(folder, 'two.json') });
    }, 'The bundles "a" and AppArmorProfileBundle "b" have the same history file'],
    ['of an unknown length', () => new AppArmorProfileBundle('a', { profiles: [web], historyFile: join(folder, 'x.json'), loader: { generations: pulumi.output(2) } }),
      'AppArmorProfileBundle "a" has a history file, which is written before Outputs are known: give "generations" a plain number.'],
  ])('%s is refused', async (_, make, message) => {
    expect((await refusalOf(make))?.message).toContain(message);
  });
});

describe('errors', () => {
  test.each<[string, () => AppArmorProfileBundle, string]>([
    ['the runtime\'s own profile', () => new AppArmorProfileBundle('b', { profiles: [AppArmorProfile.runtimeDefault()] }),
      'AppArmorProfileBundle "b" cannot distribute RuntimeDefault, which has no text of ours: leave it out of "profiles"; pods can name it all the same.'],
    ['one name for two', () => new AppArmorProfileBundle('b', { profiles: [web, new AppArmorProfile({ name: 'web' })] }),
      'AppArmorProfileBundle "b": several profiles are named "web" and their content differs: give each its own name, or use one profile value everywhere.'],
    ['one name for two, in two bundles', () => {
      new AppArmorProfileBundle('a', { profiles: [web] });
      return new AppArmorProfileBundle('b', { profiles: [new AppArmorProfile({ name: 'web' })] });
    },
    'AppArmorProfileBundle "b": several profiles are named "web", here and in the bundle "a", and their content differs: give each its own name, or use one profile value everywhere.'],
    ['a name of no letters', () => new AppArmorProfileBundle('…', { profiles: [web] }),
      'AppArmorProfileBundle "…": no object can be named by this; give "objectName".'],
    ['an object name that is none', () => new AppArmorProfileBundle('b', { profiles: [web], objectName: 'Web_' }),
      'AppArmorProfileBundle "b": the objectName "Web_" cannot name a DaemonSet with its ConfigMaps: give at most 40 lower-case letters, digits and "-", with a letter or digit at both ends.'],
    ['a namespace that is none', () => new AppArmorProfileBundle('b', { profiles: [web], namespace: '"; true' }),
      'AppArmorProfileBundle "b" is for the namespace "\\"; true", which no cluster can have: give at most 63 lower-case letters, digits and "-", with a letter or digit at both ends.'],
    ['a gate for releases that cannot hold it', () => new AppArmorProfileBundle('b', { profiles: [web], loader: { gate: true }, kubernetesVersion: '1.29' }),
      'AppArmorProfileBundle "b" has a gate, and Kubernetes releases before 1.30 cannot hold it to its own node: set "kubernetesVersion" to ">=1.30", or leave the gate off.'],
  ])('%s', async (_, make, message) => {
    const said = await refusalOf(make);
    expect(pulumi.RunError.isInstance(said) && said.message).toBe(message);
  });
});

function register(...profiles: AppArmorProfile[]): Promise<Registered[]> {
  return runProgram(() => { new AppArmorProfileBundle('profiles', { profiles }); });
}
