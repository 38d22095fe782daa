import { App, ApiObject, Chart, Cron, JsonPatch } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { AppArmorProfile, AppArmorProfileBundle, Confinement, KubernetesVersion, Rule } from '../../src';
import { JsonObject, objectAt } from '../../src/manifests/json';
import { podTemplates } from '../../src/manifests/pod-template';
import { ANNOTATION_PREFIX } from '../../src/manifests/profile-reference';
import {
  confined, ConfinedCronJob, ConfinedDaemonSet, ConfinedDeployment, ConfinedJob, ConfinedPod, ConfinedStatefulSet,
} from '../../src/plus/plus28';

const WEB = new AppArmorProfile({ name: 'web', rules: [Rule.read('/etc/nginx/**')] });
const LOG = new AppArmorProfile({ name: 'log', rules: [Rule.read('/var/log/**')] });
const containers = [{ image: 'nginx', name: 'nginx' }];
const localhost = (profile: AppArmorProfile) => ({ type: 'Localhost', localhostProfile: profile.loadedName });

function chartWith(...profiles: AppArmorProfile[]): Chart {
  const chart = new Chart(new App(), 'shop');
  if (profiles.length > 0) new AppArmorProfileBundle(chart, 'profiles', { profiles });
  return chart;
}

function templateOf(chart: Chart, kind: string): JsonObject {
  const objects = chart.toJson() as JsonObject[];
  const mine = objects.filter((object) => object.kind === kind && objectAt(object, ['metadata'])!.namespace !== 'k8s-apparmor');
  expect(mine).toHaveLength(1);
  return podTemplates(mine[0])[0].template;
}

const podField = (template: JsonObject) => objectAt(template, ['spec', 'securityContext', 'appArmorProfile']);
const containerField = (template: JsonObject, list: string, index: number) =>
  objectAt((objectAt(template, ['spec'])![list] as JsonObject[])[index], ['securityContext', 'appArmorProfile']);

test.each([
  ['Pod', (chart: Chart) => new ConfinedPod(chart, 'w', { profile: WEB, containers })],
  ['Deployment', (chart: Chart) => new ConfinedDeployment(chart, 'w', { profile: WEB, containers })],
  ['StatefulSet', (chart: Chart) => new ConfinedStatefulSet(chart, 'w', {
    profile: WEB, containers, service: new kplus.Service(chart, 's', { ports: [{ port: 80 }] }),
  })],
  ['DaemonSet', (chart: Chart) => new ConfinedDaemonSet(chart, 'w', { profile: WEB, containers })],
  ['Job', (chart: Chart) => new ConfinedJob(chart, 'w', { profile: WEB, containers })],
  ['CronJob', (chart: Chart) => new ConfinedCronJob(chart, 'w', {
    profile: WEB, containers, schedule: Cron.hourly(),
  })],
])('a Confined%s has its profile for the whole pod', (kind, make) => {
  const chart = chartWith(WEB);
  make(chart);
  expect(podField(templateOf(chart, kind))).toEqual(localhost(WEB));
});

test('is the same as a Deployment but for the profile', () => {
  const make = (chart: Chart, Type: typeof kplus.Deployment, extra: object) => {
    const deployment = new Type(chart, 'w', { replicas: 3, containers: [{ image: 'nginx', portNumber: 80 }], ...extra });
    deployment.exposeViaService({ ports: [{ port: 80 }] });
    deployment.scheduling.spread();
    return chart.toJson() as JsonObject[];
  };
  const plain = make(chartWith(), kplus.Deployment, {});
  const ours = make(chartWith(), ConfinedDeployment as unknown as typeof kplus.Deployment, { profile: AppArmorProfile.runtimeDefault() });
  const text = JSON.stringify(ours).replace('"appArmorProfile":{"type":"RuntimeDefault"},', '');
  expect(text).not.toBe(JSON.stringify(ours));
  expect(text).toBe(JSON.stringify(plain));
});

test('keeps the class of cdk8s-plus with all that it can', () => {
  const deployment = new ConfinedDeployment(chartWith(), 'w', { profile: WEB, containers });
  expect(deployment).toBeInstanceOf(kplus.Deployment);
  deployment.addContainer({ image: 'side', name: 'side' });
  expect(deployment.containers.map(({ name }) => name)).toEqual(['nginx', 'side']);
  expect(deployment.profile).toBe(WEB);
});

test('gives containers, init containers and sidecars their own profiles, added before or after', () => {
  const chart = chartWith(WEB, LOG);
  const deployment = new ConfinedDeployment(chart, 'w', { profile: WEB, containerProfiles: { log: LOG, setup: LOG, late: LOG }, containers });
  deployment.addContainer({ image: 'log', name: 'log' });
  deployment.addInitContainer({ image: 'setup', name: 'setup' });
  deployment.addInitContainer({ image: 'late', name: 'late', restartPolicy: kplus.ContainerRestartPolicy.ALWAYS });
  const template = templateOf(chart, 'Deployment');
  expect(podField(template)).toEqual(localhost(WEB));
  expect(containerField(template, 'containers', 0)).toBeUndefined();
  expect(containerField(template, 'containers', 1)).toEqual(localhost(LOG));
  expect([0, 1].map((index) => containerField(template, 'initContainers', index))).toEqual([localhost(LOG), localhost(LOG)]);
});

test('leaves to the confinement of the scope what it does not say itself', () => {
  const chart = chartWith(LOG);
  Confinement.of(chart).byDefault(AppArmorProfile.runtimeDefault());
  new ConfinedPod(chart, 'w', { containerProfiles: { log: LOG }, containers: [...containers, { image: 'log', name: 'log' }] });
  const template = templateOf(chart, 'Pod');
  expect(podField(template)).toEqual({ type: 'RuntimeDefault' });
  expect(containerField(template, 'containers', 1)).toEqual(localhost(LOG));
});

test.each([
  ['<=1.29', { [`${ANNOTATION_PREFIX}nginx`]: `localhost/${WEB.loadedName}` }],
  ['1.28 - 1.31', { [`${ANNOTATION_PREFIX}nginx`]: `localhost/${WEB.loadedName}` }],
  ['>=1.30', undefined],
])('names the profile as Kubernetes %s takes it', (range, annotations) => {
  const chart = chartWith(WEB);
  new ConfinedPod(chart, 'w', { profile: WEB, containers, kubernetesVersion: KubernetesVersion.of(range) });
  const template = templateOf(chart, 'Pod');
  expect(objectAt(template, ['metadata', 'annotations'])).toEqual(annotations);
  expect(podField(template)).toEqual(annotations ? undefined : localhost(WEB));
});

test('takes the Kubernetes version from the construct context', () => {
  const app = new App();
  app.node.setContext(KubernetesVersion.CONTEXT_KEY, '<=1.29');
  const chart = new Chart(app, 'shop');
  new ConfinedPod(chart, 'w', { profile: AppArmorProfile.runtimeDefault(), containers });
  expect(objectAt(templateOf(chart, 'Pod'), ['metadata', 'annotations'])).toEqual({ [`${ANNOTATION_PREFIX}nginx`]: 'runtime/default' });
});

test('writes the same again', () => {
  const chart = chartWith(WEB);
  new ConfinedDeployment(chart, 'w', { profile: WEB, containers });
  expect(chart.toJson()).toEqual(chart.toJson());
});

test('serves a class of the user\'s own', () => {
  class Shop extends kplus.Deployment {}
  class ConfinedShop extends confined(Shop) {}
  const chart = chartWith(WEB);
  new ConfinedShop(chart, 'w', { profile: WEB, containers });
  expect(podField(templateOf(chart, 'Deployment'))).toEqual(localhost(WEB));
});

describe('says at synthesis, with the fix', () => {
  const faulty: [string, (chart: Chart) => void, string][] = [
    ['that a profile is in no bundle', (chart) => new ConfinedDeployment(chart, 'w', { profile: LOG, containers }),
      '[] shop/w: The profile "log" is in no AppArmorProfileBundle of this app, so no node would load it: '
      + 'add it to the "profiles" of a bundle, or use AppArmorProfile.preloaded(name) if the nodes bring it.'],
    ['that a bundle has other content under the name', (chart) => new ConfinedDeployment(chart, 'w', {
      profile: new AppArmorProfile({ name: 'web', rules: [Rule.read('/other')] }), containers,
    }),
    `[] shop/w: The profile "web" (${new AppArmorProfile({ name: 'web', rules: [Rule.read('/other')] }).loadedName}) is in no bundle: the bundle `
    + `"shop/profiles" has another content under this name (${WEB.loadedName}); use one and the same profile value in both places.`],
    ['that a container does not exist', (chart) => new ConfinedDeployment(chart, 'w', { profile: WEB, containerProfiles: { nginxx: WEB }, containers }),
      '[] shop/w: Deployment "shop-w-c8b84fdb" has no container "nginxx", which "containerProfiles" names: its containers are "nginx".'],
    ['that a privileged container would lose its profile', (chart) => new ConfinedDeployment(chart, 'w', {
      profile: WEB, containers: [{ image: 'x', name: 'x', securityContext: { privileged: true, allowPrivilegeEscalation: true } }],
    }),
    '[] shop/w: The container "x" of Deployment "shop-w-c8b84fdb" is privileged and would get the profile "web", which CRI-O ignores for '
    + 'privileged containers without a word: set "privileged: false", or give this container AppArmorProfile.unconfined(reason) in "containerProfiles".'],
    ['that an annotation says something else', (chart) => new ConfinedPod(chart, 'w', {
      profile: WEB, containers, metadata: { annotations: { [`${ANNOTATION_PREFIX}nginx`]: 'unconfined' } },
    }),
    '[] shop/w: Pod "shop-w-c8b84fdb" says itself that the container "nginx" has Unconfined, which contradicts the profile that it is given '
    + 'here: remove one of the two.'],
  ];

  test.each(faulty)('%s', (_what, make, message) => {
    const chart = chartWith(WEB);
    make(chart);
    expect(() => chart.toJson()).toThrow(new Error(`Validation failed with the following errors:\n  ${message}`));
  });

  test('that neither profile nor containerProfiles is given', () => {
    expect(() => new ConfinedPod(chartWith(), 'w', { containers })).toThrow(
      new Error('"shop/w" is to be confined, but neither "profile" nor "containerProfiles" is given: give one of them.'));
  });

  test('all faults of one run together', () => {
    const chart = chartWith();
    new ConfinedPod(chart, 'a', { profile: WEB, containers });
    new ConfinedPod(chart, 'b', { profile: LOG, containers });
    expect(() => chart.toJson()).toThrow(/\[\] shop\/a: .*\n {2}\[\] shop\/b: /);
  });

  test('a name that a patch hides from cdk8s-plus, at the latest when the object is written', () => {
    const chart = chartWith(WEB);
    const pod = new ConfinedPod(chart, 'w', { profile: WEB, containerProfiles: { nginx: WEB }, containers });
    ApiObject.of(pod).addJsonPatch(JsonPatch.replace('/spec/containers/0/name', 'other'));
    expect(() => chart.toJson()).toThrow('has no container "nginx"');
  });
});
