import { App, Chart } from 'cdk8s';
import { AppArmorProfile, AppArmorProfileBundle, Confinement, KubernetesVersion, ProfileMode, Rule } from '../../src';
import { JsonObject, objectAt } from '../../src/manifests/json';
import { podTemplates } from '../../src/manifests/pod-template';

const WEB = new AppArmorProfile({ name: 'web', rules: [Rule.read('/etc/nginx/**')] });
const OTHER_WEB = new AppArmorProfile({ name: 'web', rules: [Rule.read('/srv/**')] });
const LOG = new AppArmorProfile({ name: 'log', rules: [Rule.read('/var/log/**')], mode: ProfileMode.COMPLAIN });

const metadata = (object: JsonObject) => objectAt(object, ['metadata'])!;
const ofKind = (objects: JsonObject[], kind: string) => objects.filter((object) => object.kind === kind);
const json = (chart: Chart) => chart.toJson() as JsonObject[];

function shop(...profiles: AppArmorProfile[]): { chart: Chart; bundle: AppArmorProfileBundle } {
  const chart = new Chart(new App(), 'shop', { namespace: 'shop' });
  return { chart, bundle: new AppArmorProfileBundle(chart, 'profiles', { profiles }) };
}

test('makes a namespace first, then account, ConfigMaps and the loader', () => {
  const objects = json(shop(WEB, LOG).chart);
  expect(objects.map(({ kind }) => kind)).toEqual(['Namespace', 'ServiceAccount', 'ConfigMap', 'ConfigMap', 'DaemonSet']);
  expect(metadata(objects[0])).toEqual({
    name: 'k8s-apparmor',
    labels: {
      'app.kubernetes.io/name': 'k8s-apparmor',
      'pod-security.kubernetes.io/audit': 'privileged',
      'pod-security.kubernetes.io/enforce': 'privileged',
      'pod-security.kubernetes.io/warn': 'privileged',
    },
  });
  expect(new Set(objects.slice(1).map((object) => metadata(object).namespace))).toEqual(new Set(['k8s-apparmor']));
});

test('carries every text under its loaded name, and the loader mounts exactly these ConfigMaps', () => {
  const { chart, bundle } = shop(WEB, LOG);
  const [profiles] = ofKind(json(chart), 'ConfigMap');
  expect(profiles.immutable).toBe(true);
  expect(profiles.data).toEqual({ [WEB.loadedName]: WEB.toText(), [LOG.loadedName]: LOG.toText() });
  expect(bundle.configMapNames).toEqual([metadata(profiles).name]);
  const [{ template }] = podTemplates(ofKind(json(chart), 'DaemonSet')[0]);
  const volumes = objectAt(template, ['spec'])!.volumes as JsonObject[];
  expect(volumes.find(({ name }) => name === 'profiles')!.projected).toMatchObject({
    sources: bundle.configMapNames.map((name) => ({ configMap: { name } })),
  });
});

test('spreads many profiles over several ConfigMaps and loses none', () => {
  const many = Array.from({ length: 60 }, (_none, index) => new AppArmorProfile({
    name: `p${index}`, rules: Array.from({ length: 200 }, (_no, line) => Rule.read(`/a/rather/long/path/number/${line}/**`)),
  }));
  const { chart, bundle } = shop(...many);
  expect(bundle.configMapNames.length).toBeGreaterThan(2);
  const keys = ofKind(json(chart), 'ConfigMap').filter(({ data }) => !('wanted' in (data as JsonObject))).flatMap(({ data }) => Object.keys(data as JsonObject));
  expect(keys.sort()).toEqual(many.map(({ loadedName }) => loadedName).sort());
});

test('gives the same objects whatever the order of the profiles', () => {
  expect(json(shop(WEB, LOG).chart)).toEqual(json(shop(LOG, WEB).chart));
});

test('a changed profile is another ConfigMap and another loader revision, and the rest stays', () => {
  const [before, after] = [json(shop(WEB).chart), json(shop(OTHER_WEB).chart)];
  const changed = before.filter((object, index) => JSON.stringify(object) !== JSON.stringify(after[index])).map(({ kind }) => kind);
  expect(changed).toEqual(['ConfigMap', 'ConfigMap', 'DaemonSet']);
});

test('two bundles share a namespace and keep their own loaders', () => {
  const { chart } = shop(WEB);
  new AppArmorProfileBundle(chart, 'more', { profiles: [LOG, WEB] });
  const objects = json(chart);
  expect(ofKind(objects, 'Namespace')).toHaveLength(1);
  expect(new Set(ofKind(objects, 'DaemonSet').map((object) => metadata(object).name)).size).toBe(2);
});

test('takes a name, which its objects then have', () => {
  const chart = new Chart(new App(), 'shop');
  new AppArmorProfileBundle(chart, 'profiles', { profiles: [WEB], name: 'team-a' });
  const names = json(chart).map((object) => String(metadata(object).name));
  expect(names).toEqual(['k8s-apparmor', 'team-a', expect.stringMatching(/^team-a-/), expect.stringMatching(/^team-a-program-/), 'team-a']);
});

test.each([
  [{ namespace: 'kube-system' }, []],
  [{ namespace: 'security' }, ['security']],
  [{ createNamespace: false }, []],
])('with %p makes the namespaces %p', (props, names) => {
  const chart = new Chart(new App(), 'shop');
  new AppArmorProfileBundle(chart, 'profiles', { profiles: [WEB], ...props });
  expect(ofKind(json(chart), 'Namespace').map((object) => metadata(object).name)).toEqual(names);
});

test('writes the loader\'s own freedom as its Kubernetes version takes it', () => {
  const chart = new Chart(new App(), 'shop');
  new AppArmorProfileBundle(chart, 'profiles', { profiles: [WEB], kubernetesVersion: KubernetesVersion.atMost('1.29') });
  const text = JSON.stringify(ofKind(json(chart), 'DaemonSet'));
  expect(text).toContain('"container.apparmor.security.beta.kubernetes.io/loader":"unconfined"');
  expect(text).not.toContain('appArmorProfile');
});

test('keeps a default of the app away from the loader, which has to load it first', () => {
  const { chart } = shop(WEB);
  const before = json(chart);
  Confinement.of(chart).byDefault(WEB).assign({ kind: 'DaemonSet' }, WEB);
  expect(json(chart)).toEqual(before);
});

describe('says with the fix', () => {
  const huge = new AppArmorProfile({
    name: 'huge', rules: Array.from({ length: 8000 }, (_none, line) => Rule.read(`/a/rather/long/path/number/${line}/**`)),
  });

  test('that two profiles with one name differ, in one bundle', () => {
    expect(() => shop(WEB, OTHER_WEB).chart.toJson()).toThrow(new Error('Validation failed with the following errors:\n  '
      + '[shop/profiles] Several profiles are named "web" and their content differs (bundles: shop/profiles): '
      + 'give each its own name, or use one profile value everywhere.'));
  });

  test('that two profiles with one name differ, in two bundles', () => {
    const { chart } = shop(WEB);
    new AppArmorProfileBundle(chart, 'more', { profiles: [OTHER_WEB] });
    expect(() => chart.toJson()).toThrow(/\[shop\/profiles\] Several .*\(bundles: shop\/more\)[^]*\[shop\/more\] Several .*\(bundles: shop\/profiles\)/);
  });

  test('that a profile is more than an object holds, even alone', () => {
    expect(() => shop(huge).chart.toJson()).toThrow(/\[shop\/profiles\] The profile "huge" takes \d{6} bytes in a ConfigMap, and one object holds at most 261120 /);
  });

  test('that a name is none', () => {
    const named = (name: string) => () => new AppArmorProfileBundle(new Chart(new App(), 'shop'), 'profiles', { profiles: [WEB], name });
    expect(named('Team_A')).toThrow(new Error('The bundle name "Team_A" cannot name a DaemonSet with its ConfigMaps: '
      + 'give at most 40 lower-case letters, digits and "-", with a letter or digit at both ends.'));
    expect(named('a'.repeat(41))).toThrow('The bundle name');
  });

  test('that a profile has nothing to distribute', () => {
    expect(() => shop(AppArmorProfile.runtimeDefault())).toThrow(new Error('The bundle "shop/profiles" cannot distribute RuntimeDefault, '
      + 'which has no text of ours: leave it out of "profiles"; pods can name it all the same.'));
  });
});
