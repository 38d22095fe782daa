import { mkdtempSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { ApiObject, App, Chart, Include, JsonPatch, Testing, Yaml } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { AppArmorProfile, AppArmorProfileBundle, Confinement, KubernetesVersion, Rule } from '../../src';
import { JsonObject, objectAt } from '../../src/manifests/json';
import { ANNOTATION_PREFIX } from '../../src/manifests/profile-reference';

const WEB = new AppArmorProfile({ name: 'web', rules: [Rule.read('/etc/nginx/**')] });
const LOG = new AppArmorProfile({ name: 'log', rules: [Rule.read('/var/log/**')] });
const LOG_PRELOADED = AppArmorProfile.preloaded('log');
const DEFAULT = AppArmorProfile.runtimeDefault();
const FIELD = { type: 'RuntimeDefault' };
const localhost = (profile: AppArmorProfile) => ({ type: 'Localhost', localhostProfile: profile.loadedName });
const SPEC = { containers: [{ name: 'c', image: 'i' }] };

function appWith(...profiles: AppArmorProfile[]): { app: App; chart: Chart } {
  const app = Testing.app();
  if (profiles.length > 0) new AppArmorProfileBundle(new Chart(app, 'profiles'), 'bundle', { profiles });
  return { app, chart: new Chart(app, 'shop') };
}

function deployment(chart: Chart, name: string, spec: JsonObject = SPEC, metadata: JsonObject = {}): ApiObject {
  return new ApiObject(chart, name, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, ...metadata }, spec: { template: { spec } } });
}

const podField = (object: JsonObject) => objectAt(object, ['spec', 'template', 'spec', 'securityContext', 'appArmorProfile']);
const fieldsOf = (chart: Chart) => Object.fromEntries((chart.toJson() as JsonObject[])
  .map((object) => [String(objectAt(object, ['metadata'])!.name), podField(object)]));

describe('byDefault', () => {
  test('confines objects that are added before and after the call', () => {
    const { app, chart } = appWith();
    deployment(chart, 'before');
    Confinement.of(app).byDefault(DEFAULT);
    deployment(chart, 'after');
    expect(fieldsOf(chart)).toEqual({ before: FIELD, after: FIELD });
  });

  test('confines what cdk8s-plus makes, whose typed objects drop unknown fields from patches', () => {
    const { app, chart } = appWith();
    Confinement.of(app).byDefault(DEFAULT);
    const made = new kplus.Deployment(chart, 'w', { containers: [{ image: 'x' }] });
    ApiObject.of(made).addJsonPatch(JsonPatch.add('/metadata/labels', { patched: 'yes' }));
    const [object] = chart.toJson() as JsonObject[];
    expect(podField(object)).toEqual(FIELD);
    expect(objectAt(object, ['metadata', 'labels'])).toEqual({ patched: 'yes' });
  });

  test('reaches every kind of workload and nothing else', () => {
    const { app, chart } = appWith();
    Confinement.of(app).byDefault(DEFAULT);
    new ApiObject(chart, 'rollout', { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', spec: { template: { spec: SPEC } } });
    new ApiObject(chart, 'service', { apiVersion: 'v1', kind: 'Service', spec: { ports: [] } });
    new ApiObject(chart, 'job', { apiVersion: 'batch/v1', kind: 'CronJob', spec: { jobTemplate: { spec: { template: { spec: SPEC } } } } });
    const text = chart.toJson().map((object) => JSON.stringify(object));
    expect(text.map((one) => one.includes('appArmorProfile'))).toEqual([false, false, true]);
  });

  test('is written the same by synth, synthYaml and toJson, however often', () => {
    const { app, chart } = appWith();
    Confinement.of(app).byDefault(DEFAULT);
    Confinement.of(chart).byDefault(DEFAULT);
    deployment(chart, 'w');
    const first = app.synthYaml();
    expect(first.match(/appArmorProfile/g)).toHaveLength(1);
    app.synth();
    expect(app.synthYaml()).toBe(first);
    expect(Yaml.load(join(app.outdir, 'shop.k8s.yaml'))).toEqual(chart.toJson());
  });

  test('gives the scope\'s own default where scopes are nested', () => {
    const { app, chart } = appWith(WEB);
    Confinement.of(app).byDefault(DEFAULT);
    Confinement.of(chart).byDefault(WEB);
    deployment(chart, 'w');
    const other = new Chart(app, 'other');
    deployment(other, 'o');
    expect({ ...fieldsOf(chart), ...fieldsOf(other) }).toEqual({ w: localhost(WEB), o: FIELD });
  });

  test('leaves own choices and Windows alone', () => {
    const { app, chart } = appWith();
    Confinement.of(app).byDefault(DEFAULT);
    const own = { ...SPEC, securityContext: { appArmorProfile: { type: 'Unconfined' } } };
    deployment(chart, 'own', own);
    deployment(chart, 'windows', { ...SPEC, os: { name: 'windows' } });
    expect(fieldsOf(chart)).toEqual({ own: { type: 'Unconfined' }, windows: undefined });
  });

  test('refuses a second default for the same scope, and takes the same one again', () => {
    const { app } = appWith();
    Confinement.of(app).byDefault(DEFAULT).byDefault(AppArmorProfile.runtimeDefault());
    expect(() => Confinement.of(app).byDefault(WEB)).toThrow(
      new Error('"" is confined by default with "RuntimeDefault" and cannot be with "web" too: use assign() for the workloads that differ.'));
  });
});

describe('Kubernetes versions', () => {
  const annotations = (chart: Chart) => objectAt(chart.toJson()[0] as JsonObject, ['spec', 'template', 'metadata', 'annotations']);

  test('up to 1.29 annotations are written, never both', () => {
    const { app, chart } = appWith();
    Confinement.of(app, { kubernetesVersion: KubernetesVersion.atMost('1.29') }).byDefault(DEFAULT);
    deployment(chart, 'w');
    expect(annotations(chart)).toEqual({ [`${ANNOTATION_PREFIX}c`]: 'runtime/default' });
    expect(podField(chart.toJson()[0] as JsonObject)).toBeUndefined();
  });

  test('the context of each object counts where no version is given', () => {
    const { app, chart } = appWith();
    chart.node.setContext(KubernetesVersion.CONTEXT_KEY, '1.28 - 1.31');
    Confinement.of(app).byDefault(DEFAULT);
    deployment(chart, 'w');
    expect(annotations(chart)).toEqual({ [`${ANNOTATION_PREFIX}c`]: 'runtime/default' });
  });

  test('two versions for one scope are refused', () => {
    const { app } = appWith();
    Confinement.of(app, { kubernetesVersion: KubernetesVersion.atLeast('1.31') });
    expect(() => Confinement.of(app, { kubernetesVersion: KubernetesVersion.between('1.28', '1.29') })).toThrow(
      new Error('"" is confined for Kubernetes >=1.31 and cannot be for 1.28 - 1.29 too: give kubernetesVersion once, or confine a smaller scope.'));
  });

  test('a number in the context is refused, because 1.30 is 1.3', () => {
    const { chart } = appWith();
    chart.node.setContext(KubernetesVersion.CONTEXT_KEY, 1.30);
    expect(() => KubernetesVersion.forScope(chart)).toThrow(
      new Error('The context "k8s-apparmor:kubernetes-version" holds 1.3: give the range as text, such as ">=1.30".'));
  });
});

describe('assign and exempt', () => {
  test('select by kind, name, namespace and labels, all that is given', () => {
    const { app, chart } = appWith(WEB);
    Confinement.of(app).byDefault(DEFAULT)
      .assign({ name: 'named' }, WEB)
      .assign({ labels: { tier: 'front' } }, WEB)
      .assign({ namespace: 'web', kind: 'Deployment' }, WEB)
      .assign({ namespace: 'web', kind: 'StatefulSet' }, LOG_PRELOADED);
    deployment(chart, 'named');
    deployment(chart, 'labelled', SPEC, { labels: { tier: 'front', more: 'x' } });
    deployment(chart, 'placed', SPEC, { namespace: 'web' });
    deployment(chart, 'else', SPEC, { labels: { tier: 'back' } });
    expect(fieldsOf(chart)).toEqual({ named: localhost(WEB), labelled: localhost(WEB), placed: localhost(WEB), else: FIELD });
  });

  test('select by the labels of the pods too', () => {
    const { app, chart } = appWith();
    Confinement.of(app).assign({ labels: { app: 'x' } }, DEFAULT);
    new ApiObject(chart, 'w', {
      apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'w' }, spec: { template: { metadata: { labels: { app: 'x' } }, spec: SPEC } },
    });
    expect(fieldsOf(chart)).toEqual({ w: FIELD });
  });

  test('give single containers their own profile', () => {
    const { app, chart } = appWith(LOG);
    Confinement.of(app).assign({ name: 'w' }, DEFAULT, { containerProfiles: { log: LOG } });
    deployment(chart, 'w', { containers: [{ name: 'c' }, { name: 'log' }] });
    const [object] = chart.toJson() as JsonObject[];
    expect(podField(object)).toEqual(FIELD);
    const [, log] = objectAt(object, ['spec', 'template', 'spec'])!.containers as JsonObject[];
    expect(log).toEqual({ name: 'log', securityContext: { appArmorProfile: localhost(LOG) } });
  });

  test('an exemption wins over an assignment and a default, and leaves the object as it is', () => {
    const { app, chart } = appWith();
    Confinement.of(app).byDefault(DEFAULT).assign({ kind: 'Deployment' }, DEFAULT).exempt({ name: 'w' }, 'its node agent needs the host');
    const before = deployment(chart, 'w').toJson() as unknown;
    expect(chart.toJson()).toEqual([before]);
  });

  test('an assignment of a wider scope wins over a default of a nearer one', () => {
    const { app, chart } = appWith(WEB);
    Confinement.of(app).assign({ name: 'w' }, WEB);
    Confinement.of(chart).byDefault(DEFAULT);
    deployment(chart, 'w');
    expect(fieldsOf(chart)).toEqual({ w: localhost(WEB) });
  });

  test('need a selector that selects by something', () => {
    const { app } = appWith();
    expect(() => Confinement.of(app).assign({}, DEFAULT)).toThrow(
      new Error('assign() was given a selector that selects by nothing: give a kind, name, namespace or labels, or use byDefault().'));
    expect(() => Confinement.of(app).exempt({ name: 'w' }, ' ')).toThrow(
      new Error('exempt() of name "w" needs a reason: say why these workloads run without a profile of yours.'));
  });
});

describe('errors at synthesis', () => {
  const privileged = { containers: [{ name: 'c', securityContext: { privileged: true } }] };
  const faulty: [string, (app: App, chart: Chart) => void, string][] = [
    ['a profile that is in no bundle', (app) => Confinement.of(app).byDefault(LOG),
      '[] The profile "log" is in no AppArmorProfileBundle of this app, so no node would load it: '
      + 'add it to the "profiles" of a bundle, or use AppArmorProfile.preloaded(name) if the nodes bring it.'],
    ['a container that is not there', (app, chart) => {
      deployment(chart, 'w');
      Confinement.of(app).assign({ name: 'w' }, DEFAULT, { containerProfiles: { d: WEB } });
    }, '[] shop/w: Deployment "w" has no container "d", which "containerProfiles" names: its containers are "c".'],
    ['a privileged container under a Localhost profile', (app, chart) => {
      deployment(chart, 'w', privileged, { namespace: 'n' });
      Confinement.of(app).byDefault(WEB);
    }, '[] shop/w: The container "c" of Deployment "w" in namespace "n" is privileged and would get the profile "web", which CRI-O ignores for '
      + 'privileged containers without a word: set "privileged: false", or leave the workload out with exempt(selector, reason).'],
    ['an assignment by name to a workload that says something else', (app, chart) => {
      deployment(chart, 'w', { ...SPEC, securityContext: { appArmorProfile: { type: 'Unconfined' } } });
      Confinement.of(app).assign({ name: 'w' }, DEFAULT);
    }, '[] shop/w: Deployment "w" says itself that the pod has Unconfined, which contradicts the profile that it is given here: remove one of the two.'],
    ['an annotation that names no profile, which the API server takes and passes over', (app, chart) => {
      const template = { metadata: { annotations: { 'container.apparmor.security.beta.kubernetes.io/c': 'localhost/ web' } }, spec: SPEC };
      new ApiObject(chart, 'w', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'w' }, spec: { template } });
      Confinement.of(app).byDefault(WEB);
    }, '[] shop/w: Deployment "w" says itself that the container "c" has annotation "localhost/ web", which names no profile and would leave it without any: '
      + 'correct it or remove it.'],
    ['two assignments to one workload', (app, chart) => {
      deployment(chart, 'w');
      Confinement.of(app).assign({ name: 'w' }, DEFAULT).assign({ kind: 'Deployment' }, WEB);
    }, '[] shop/w: Deployment "w" is assigned both "RuntimeDefault" (name "w") and "web" (kind "Deployment"): make the selectors narrower, '
      + 'so that one of them selects it.'],
    ['a name that no workload has', (app, chart) => {
      deployment(chart, 'web');
      Confinement.of(app).exempt({ kind: 'Deployment', name: 'wbe' }, 'r');
    }, '[] No workload below "" has kind "Deployment", name "wbe", which assign() or exempt() selects: correct the selector or remove the call.'],
    ['a name that only a custom resource has', (app, chart) => {
      new ApiObject(chart, 'w', { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata: { name: 'web' }, spec: { template: { spec: SPEC } } });
      Confinement.of(app).assign({ name: 'web' }, DEFAULT);
    }, '[] No workload below "" has name "web", which assign() or exempt() selects: the Rollout of this name is a custom resource, whose pods only its '
      + 'controller understands; write the profile into its template yourself.'],
  ];

  test.each(faulty)('%s', (_what, make, message) => {
    const { app, chart } = appWith(WEB);
    make(app, chart);
    expect(() => app.synthYaml()).toThrow(new Error(`Validation failed with the following errors:\n  ${message}`));
  });

  test('no error for privileged pods under the runtime\'s default, which they do not get and cannot lose', () => {
    const { app, chart } = appWith();
    Confinement.of(app).byDefault(DEFAULT);
    deployment(chart, 'w', privileged);
    expect(fieldsOf(chart)).toEqual({ w: FIELD });
  });

  test('a fault that comes after the check is met when the object is written', () => {
    const { app, chart } = appWith();
    const object = deployment(chart, 'w');
    Confinement.of(app).assign({ name: 'w' }, DEFAULT, { containerProfiles: { c: DEFAULT } });
    chart.toJson();
    object.addJsonPatch(JsonPatch.replace('/spec/template/spec/containers/0/name', 'other'));
    expect(() => chart.toJson()).toThrow('shop/w: Deployment "w" has no container "c"');
  });
});

describe('included YAML', () => {
  function include(yaml: string): { before: JsonObject[]; after: JsonObject[] } {
    const file = join(mkdtempSync(join(tmpdir(), 'include-')), 'all.yaml');
    writeFileSync(file, yaml);
    const json = (confine: boolean) => {
      const { app, chart } = appWith();
      new Include(chart, 'include', { url: file });
      if (confine) Confinement.of(app).byDefault(DEFAULT);
      return chart.toJson() as JsonObject[];
    };
    return { before: json(false), after: json(true) };
  }

  test('is confined in lists too, whatever else it holds', () => {
    const { before, after } = include(`
---
# nothing here
---
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Pod
  metadata: {generateName: a-, annotations: null, labels: {n: "1", o: "yes"}}
  spec:
    initContainers: [{name: i, restartPolicy: Always}]
    containers: [{name: c, env: [{name: N, value: "0123"}], resources: null}]
    securityContext: null
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: m}
  data: {k: "spec:\\n  containers: []\\n"}
`);
    const stripped = JSON.parse(JSON.stringify(after), (key, value: unknown) => (key === 'securityContext' ? undefined : value)) as unknown;
    expect(stripped).toEqual(before);
    expect(JSON.stringify(after).match(/"securityContext":\{"appArmorProfile":\{"type":"RuntimeDefault"\}\}/g)).toHaveLength(1);
  });
});
