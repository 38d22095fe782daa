import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import {
  AppArmorProfile, AppArmorProfileBundle, ConfinedCronJob, ConfinedDaemonSet, ConfinedDeployment, ConfinedJob, ConfinedPod, ConfinedStatefulSet, Rule,
} from '../../src/pulumi';
import { one, refusalOf, runProgram } from '../support/pulumi-program';

const web = new AppArmorProfile({ name: 'web', rules: [Rule.read('/etc/nginx/**')] });
const LOCALHOST = { type: 'Localhost', localhostProfile: web.loadedName };
const SECRET = '4dabf18193072939515e22adb298388d';
const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';
const labels = { app: 'web' };
const template = { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } };
const selector = { matchLabels: labels };

const bundle = () => new AppArmorProfileBundle('profiles', { profiles: [web] });

describe('every confined workload', () => {
  const cases: [string, string, (profile: AppArmorProfile) => pulumi.Resource, (inputs: any) => any][] = [
    ['ConfinedPod', 'kubernetes:core/v1:Pod', (profile) => new ConfinedPod('w', { profile, ...template }), (inputs) => inputs],
    ['ConfinedDeployment', 'kubernetes:apps/v1:Deployment', (profile) => new ConfinedDeployment('w', { profile, spec: { selector, template } }),
      (inputs) => inputs.spec.template],
    ['ConfinedStatefulSet', 'kubernetes:apps/v1:StatefulSet',
      (profile) => new ConfinedStatefulSet('w', { profile, spec: { selector, template, serviceName: 's' } }), (inputs) => inputs.spec.template],
    ['ConfinedDaemonSet', 'kubernetes:apps/v1:DaemonSet', (profile) => new ConfinedDaemonSet('w', { profile, spec: { selector, template } }),
      (inputs) => inputs.spec.template],
    ['ConfinedJob', 'kubernetes:batch/v1:Job', (profile) => new ConfinedJob('w', { profile, spec: { template } }), (inputs) => inputs.spec.template],
    ['ConfinedCronJob', 'kubernetes:batch/v1:CronJob',
      (profile) => new ConfinedCronJob('w', { profile, spec: { schedule: '* * * * *', jobTemplate: { spec: { template } } } }),
      (inputs) => inputs.spec.jobTemplate.spec.template],
  ];

  test.each(cases)('%s gives its pods the profile, waits for the loader and is the parent of its resource', async (token, type, make, podOf) => {
    const registered = await runProgram(() => { bundle(); make(web); });
    const component = one(registered, `k8s-apparmor:index:${token}`, 'w');
    const workload = one(registered, type, 'w');
    expect(podOf(workload.inputs).spec).toEqual({ ...template.spec, securityContext: { appArmorProfile: LOCALHOST } });
    expect(workload.parent).toBe(component.urn);
    expect(workload.dependsOn).toEqual([one(registered, 'kubernetes:apps/v1:DaemonSet', 'profiles-loader').urn]);
  });

  test.each(cases)('%s registers nothing but the profile beside what it was given', async (_, type, make, podOf) => {
    const registered = await runProgram(() => { make(AppArmorProfile.preloaded('own')); });
    const { securityContext, ...spec } = podOf(one(registered, type, 'w').inputs).spec;
    expect(spec).toEqual(template.spec);
    expect(securityContext).toEqual({ appArmorProfile: { type: 'Localhost', localhostProfile: 'own' } });
  });
});

test('containerProfiles give single containers their own profile', async () => {
  const registered = await runProgram(() => {
    bundle();
    new ConfinedDeployment('w', {
      profile: web,
      containerProfiles: { side: AppArmorProfile.runtimeDefault() },
      spec: { selector, template: { metadata: { labels }, spec: { containers: [{ name: 'web' }, { name: 'side' }] } } },
    });
  });
  const { spec } = one(registered, 'kubernetes:apps/v1:Deployment').inputs.spec.template;
  expect(spec.securityContext.appArmorProfile).toEqual(LOCALHOST);
  expect(spec.containers).toEqual([{ name: 'web' }, { name: 'side', securityContext: { appArmorProfile: { type: 'RuntimeDefault' } } }]);
});

test('releases before 1.30 get annotations', async () => {
  const registered = await runProgram(() => {
    new ConfinedDeployment('w', { profile: AppArmorProfile.runtimeDefault(), kubernetesVersion: '1.28 - 1.31', spec: { selector, template } });
  });
  expect(one(registered, 'kubernetes:apps/v1:Deployment').inputs.spec.template.metadata.annotations)
    .toEqual({ 'container.apparmor.security.beta.kubernetes.io/web': 'runtime/default' });
});

describe('Outputs', () => {
  const withEnv = (value: pulumi.Input<string>) => ({
    metadata: { labels }, spec: { containers: [{ name: 'web', image: 'nginx', env: [{ name: 'KEY', value }] }] },
  });

  test('an unknown value at preview leaves the profile known', async () => {
    const registered = await runProgram(() => {
      bundle();
      const id = new k8s.core.v1.ConfigMap('config', {}).id;
      new ConfinedDeployment('w', { profile: web, spec: { selector, template: withEnv(id) } });
    }, { preview: true });
    const { spec } = one(registered, 'kubernetes:apps/v1:Deployment').inputs.spec.template;
    expect(spec.containers[0].env[0].value).toBe(UNKNOWN);
    expect(spec.securityContext.appArmorProfile).toEqual(LOCALHOST);
  });

  test('a secret stays secret, alone', async () => {
    const registered = await runProgram(() => {
      bundle();
      new ConfinedDeployment('w', { profile: web, spec: { selector, template: withEnv(pulumi.secret('swordfish')) } });
    });
    const { spec } = one(registered, 'kubernetes:apps/v1:Deployment').inputs.spec.template;
    expect(spec.containers[0].env[0].value).toMatchObject({ [SECRET]: expect.any(String), value: 'swordfish' });
    expect(spec.containers[0].name).toBe('web');
    expect(spec.securityContext.appArmorProfile).toEqual(LOCALHOST);
  });

  test.each<[string, () => any]>([
    ['the whole spec', () => pulumi.output({ selector, template })],
    ['the template, as a promise', () => ({ selector, template: Promise.resolve(template) })],
    ['the containers', () => ({ selector, template: { metadata: { labels }, spec: { containers: pulumi.output(template.spec.containers) } } })],
    ['a container\'s name', () => ({ selector, template: { metadata: { labels }, spec: { containers: [{ name: pulumi.output('web'), image: 'nginx:1.27' }] } } })],
  ])('%s may be given as an Output', async (_, spec) => {
    const registered = await runProgram(() => {
      bundle();
      new ConfinedDeployment('w', { profile: web, containerProfiles: { web }, spec: spec() });
    });
    const pod = one(registered, 'kubernetes:apps/v1:Deployment').inputs.spec.template.spec;
    expect(pod).toEqual({ ...template.spec, securityContext: { appArmorProfile: LOCALHOST } });
  });

  test('a Pod whose containers are an Output is confined too', async () => {
    const registered = await runProgram(() => {
      new ConfinedPod('w', { profile: AppArmorProfile.runtimeDefault(), metadata: { labels }, spec: { containers: pulumi.output([{ name: 'web' }]) } });
    });
    expect(one(registered, 'kubernetes:core/v1:Pod').inputs).toMatchObject({
      metadata: { labels }, spec: { containers: [{ name: 'web' }], securityContext: { appArmorProfile: { type: 'RuntimeDefault' } } },
    });
  });

  test.each<[string, () => pulumi.Input<AppArmorProfile>]>([
    ['an Output', () => pulumi.output('x').apply(() => web)],
    ['a promise', () => Promise.resolve(web)],
  ])('the profile may be %s; the workload then waits for every loader', async (_, profile) => {
    const registered = await runProgram(() => {
      bundle();
      new AppArmorProfileBundle('others', { profiles: [new AppArmorProfile({ name: 'other' })], createNamespace: false });
      new ConfinedDeployment('w', { profile: profile(), spec: { selector, template } });
    });
    const workload = one(registered, 'kubernetes:apps/v1:Deployment');
    expect(workload.inputs.spec.template.spec.securityContext.appArmorProfile).toEqual(LOCALHOST);
    expect(workload.dependsOn).toEqual(['profiles-loader', 'others-loader'].map((name) => one(registered, 'kubernetes:apps/v1:DaemonSet', name).urn));
  });
});

describe('Pulumi\'s options', () => {
  test('a provider given to the component reaches the resource', async () => {
    const registered = await runProgram(() => {
      const provider = new k8s.Provider('cluster', {});
      new ConfinedDeployment('w', { profile: AppArmorProfile.runtimeDefault(), spec: { selector, template } }, { provider });
    });
    const provider = one(registered, 'pulumi:providers:kubernetes');
    expect(one(registered, 'kubernetes:apps/v1:Deployment').provider).toContain(provider.urn);
  });

  test.each<[string, (resource: pulumi.Resource) => pulumi.ResourceOptions['dependsOn']]>([
    ['a resource', (resource) => resource],
    ['a list', (resource) => [resource]],
    ['an Output', (resource) => pulumi.output([resource])],
  ])('dependsOn given as %s holds for the resource, beside the loader', async (_, dependsOn) => {
    const registered = await runProgram(() => {
      bundle();
      const first = new k8s.core.v1.ConfigMap('first', {});
      new ConfinedDeployment('w', { profile: web, spec: { selector, template } }, { dependsOn: dependsOn(first) });
    });
    expect(one(registered, 'kubernetes:apps/v1:Deployment').dependsOn).toEqual(
      expect.arrayContaining([one(registered, 'kubernetes:core/v1:ConfigMap', 'first').urn, one(registered, 'kubernetes:apps/v1:DaemonSet').urn]),
    );
  });

  test('a resource that was there without the component is taken over, not replaced', async () => {
    const registered = await runProgram(() => {
      new ConfinedDeployment('w', { profile: AppArmorProfile.runtimeDefault(), spec: { selector, template } });
    });
    expect(one(registered, 'kubernetes:apps/v1:Deployment').aliases)
      .toContainEqual(expect.objectContaining({ urn: 'urn:pulumi:test::shop::kubernetes:apps/v1:Deployment::w' }));
  });

  test('the same inside another component', async () => {
    const registered = await runProgram(() => {
      const parent = new pulumi.ComponentResource('shop:index:Shop', 'shop');
      new ConfinedDeployment('w', { profile: AppArmorProfile.runtimeDefault(), spec: { selector, template } }, { parent });
    });
    expect(one(registered, 'kubernetes:apps/v1:Deployment').aliases)
      .toContainEqual(expect.objectContaining({ parent: one(registered, 'shop:index:Shop').urn }));
  });

  test('aliases of the component let its name change', async () => {
    const registered = await runProgram(() => {
      new ConfinedDeployment('w', { profile: AppArmorProfile.runtimeDefault(), spec: { selector, template } }, { aliases: [{ name: 'old' }] });
    });
    expect(one(registered, 'k8s-apparmor:index:ConfinedDeployment').aliases).toEqual([expect.objectContaining({ name: 'old' })]);
  });
});

describe('errors', () => {
  const privileged = { metadata: { labels }, spec: { containers: [{ name: 'web', securityContext: { privileged: true } }] } };
  const own = { metadata: { labels }, spec: { ...template.spec, securityContext: { appArmorProfile: { type: 'Unconfined' } } } };

  test.each<[string, () => void, string]>([
    ['a profile in no bundle', () => new ConfinedDeployment('w', { profile: web, spec: { selector, template } }),
      `ConfinedDeployment "w": the profile "web" is in no AppArmorProfileBundle made before it, so no node would load it: make the bundle first, or, if another stack distributes it, use AppArmorProfile.preloaded("${web.loadedName}").`],
    ['a container that the pod has not',
      () => { new ConfinedDeployment('w', { containerProfiles: { wbe: AppArmorProfile.runtimeDefault() }, spec: { selector, template } }); },
      'ConfinedDeployment "w" has no container "wbe", which "containerProfiles" names: its containers are "web".'],
    ['a privileged container', () => { bundle(); new ConfinedDeployment('w', { profile: web, spec: { selector, template: privileged } }); },
      `The container "web" of ConfinedDeployment "w" is privileged and would get the profile "${web.loadedName}", which CRI-O ignores for privileged containers without a word: set "privileged: false", or give the container AppArmorProfile.unconfined(reason) in "containerProfiles".`],
    ['a pod that says otherwise', () => { bundle(); new ConfinedDeployment('w', { profile: web, spec: { selector, template: own } }); },
      'ConfinedDeployment "w" says itself that the pod has Unconfined, which contradicts the profile that it is given here: remove one of the two.'],
    ['an annotation that names no profile', () => {
      const annotations = { 'container.apparmor.security.beta.kubernetes.io/web': 'localhost/' };
      new ConfinedDeployment('w', { profile: AppArmorProfile.runtimeDefault(), spec: { selector, template: { ...template, metadata: { ...template.metadata, annotations } } } });
    }, 'ConfinedDeployment "w" says itself that the container "web" has annotation "localhost/", which names no profile and would leave it without any: correct it or remove it.'],
    ['a version that is none', () => new ConfinedPod('w', { kubernetesVersion: 'new', spec: template.spec }), '"new" in "new" is no Kubernetes version'],
  ])('%s', async (_, program, message) => {
    const said = await refusalOf(program);
    expect(said?.message).toContain(message);
  });
});
