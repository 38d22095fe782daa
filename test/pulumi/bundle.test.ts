import * as pulumi from '@pulumi/pulumi';
import { AppArmorProfile, AppArmorProfileBundle, Rule } from '../../src/pulumi';
import { one, type Registered, refusalOf, runProgram } from '../support/pulumi-program';

const web = new AppArmorProfile({ name: 'web', rules: [Rule.read('/etc/nginx/**')] });
const worker = new AppArmorProfile({ name: 'worker', rules: [Rule.read('/data/**')] });

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

describe('errors', () => {
  test.each<[string, () => AppArmorProfileBundle, string]>([
    ['the runtime\'s own profile', () => new AppArmorProfileBundle('b', { profiles: [AppArmorProfile.runtimeDefault()] }),
      'AppArmorProfileBundle "b" cannot distribute RuntimeDefault, which has no text of ours: leave it out of "profiles"; pods can name it all the same.'],
    ['one name for two', () => new AppArmorProfileBundle('b', { profiles: [web, new AppArmorProfile({ name: 'web' })] }),
      'AppArmorProfileBundle "b": several profiles are named "web" and their content differs: give each its own name.'],
    ['a name of no letters', () => new AppArmorProfileBundle('…', { profiles: [web] }),
      'AppArmorProfileBundle "…": no object can be named by this; give "objectName".'],
  ])('%s', async (_, make, message) => {
    const said = await refusalOf(make);
    expect(pulumi.RunError.isInstance(said) && said.message).toBe(message);
  });
});

function register(...profiles: AppArmorProfile[]): Promise<Registered[]> {
  return runProgram(() => { new AppArmorProfileBundle('profiles', { profiles }); });
}
