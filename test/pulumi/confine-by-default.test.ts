import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { AppArmorProfile, AppArmorProfileBundle, confineByDefault, ConfinedDeployment, Rule } from '../../src/pulumi';
import { one, refusalOf, runProgram } from '../support/pulumi-program';

const labels = { app: 'web' };
const template = { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'nginx' }] } };
const spec = { selector: { matchLabels: labels }, template };
const RUNTIME_DEFAULT = { appArmorProfile: { type: 'RuntimeDefault' } };
const profile = AppArmorProfile.runtimeDefault();
const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

describe('what gets the default', () => {
  test.each<[string, () => pulumi.Resource, (inputs: any) => any]>([
    ['core/v1:Pod', () => new k8s.core.v1.Pod('w', template), (inputs) => inputs.spec],
    ['core/v1:PodTemplate', () => new k8s.core.v1.PodTemplate('w', { template }), (inputs) => inputs.template.spec],
    ['core/v1:ReplicationController', () => new k8s.core.v1.ReplicationController('w', { spec: { template } }), (inputs) => inputs.spec.template.spec],
    ['apps/v1:Deployment', () => new k8s.apps.v1.Deployment('w', { spec }), (inputs) => inputs.spec.template.spec],
    ['apps/v1:ReplicaSet', () => new k8s.apps.v1.ReplicaSet('w', { spec }), (inputs) => inputs.spec.template.spec],
    ['apps/v1:StatefulSet', () => new k8s.apps.v1.StatefulSet('w', { spec: { ...spec, serviceName: 's' } }), (inputs) => inputs.spec.template.spec],
    ['apps/v1:DaemonSet', () => new k8s.apps.v1.DaemonSet('w', { spec }), (inputs) => inputs.spec.template.spec],
    ['batch/v1:Job', () => new k8s.batch.v1.Job('w', { spec: { template } }), (inputs) => inputs.spec.template.spec],
    ['batch/v1:CronJob', () => new k8s.batch.v1.CronJob('w', { spec: { schedule: '* * * * *', jobTemplate: { spec: { template } } } }),
      (inputs) => inputs.spec.jobTemplate.spec.template.spec],
    ['apps/v1:DeploymentList', () => new k8s.apps.v1.DeploymentList('w', { items: [{ spec }] }), (inputs) => inputs.items[0].spec.template.spec],
  ])('%s', async (type, make, podOf) => {
    const registered = await runProgram(() => { confineByDefault({ profile }); make(); });
    expect(podOf(one(registered, `kubernetes:${type}`).inputs).securityContext).toEqual(RUNTIME_DEFAULT);
  });

  test('resources inside components', async () => {
    const registered = await runProgram(() => {
      confineByDefault({ profile });
      const parent = new pulumi.ComponentResource('shop:index:Shop', 'shop');
      new k8s.apps.v1.Deployment('w', { spec }, { parent });
    });
    expect(one(registered, 'kubernetes:apps/v1:Deployment').inputs.spec.template.spec.securityContext).toEqual(RUNTIME_DEFAULT);
  });

  test('YAML of the older ConfigGroup, whose objects are made in the program', async () => {
    const registered = await runProgram(() => {
      confineByDefault({ profile });
      new k8s.yaml.ConfigGroup('group', { objs: [{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'w' }, spec }] });
    });
    expect(one(registered, 'kubernetes:apps/v1:Deployment').inputs.spec.template.spec.securityContext).toEqual(RUNTIME_DEFAULT);
  });

  test('only what is registered after the call', async () => {
    const registered = await runProgram(() => { new k8s.apps.v1.Deployment('w', { spec }); confineByDefault({ profile }); });
    expect(one(registered, 'kubernetes:apps/v1:Deployment').inputs.spec).toEqual(spec);
  });
});

describe('what is left alone', () => {
  test.each<[string, () => pulumi.Resource, object]>([
    ['a pod that says otherwise', () => new k8s.core.v1.Pod('w', { spec: { ...template.spec, securityContext: { appArmorProfile: { type: 'Unconfined' } } } }),
      { spec: { ...template.spec, securityContext: { appArmorProfile: { type: 'Unconfined' } } } }],
    ['a Windows pod', () => new k8s.core.v1.Pod('w', { spec: { ...template.spec, os: { name: 'windows' } } }), { spec: { ...template.spec, os: { name: 'windows' } } }],
    ['a patch of a foreign object', () => new k8s.apps.v1.DeploymentPatch('w', { metadata: { name: 'theirs' }, spec: { template } }),
      { metadata: { name: 'theirs' }, spec: { template } }],
    ['a custom resource of the same kind', () => new k8s.apiextensions.CustomResource('w', { apiVersion: 'batch.volcano.sh/v1', kind: 'Job', spec: { template } }),
      { spec: { template } }],
    ['a ConfigMap', () => new k8s.core.v1.ConfigMap('w', { data: { a: 'b' } }), { data: { a: 'b' } }],
  ])('%s', async (_, make, inputs) => {
    const registered = await runProgram(() => { confineByDefault({ profile }); make(); });
    const { apiVersion, kind, ...rest } = registered.find(({ name }) => name === 'w')!.inputs;
    expect({ apiVersion, kind }).toEqual({ apiVersion: expect.any(String), kind: expect.any(String) });
    expect(rest).toEqual(inputs);
  });

  test('the loader, which nothing of its own may hold, and a confined workload', async () => {
    const web = new AppArmorProfile({ name: 'web', rules: [Rule.read('/srv/**')] });
    const program = (byDefault: boolean) => () => {
      if (byDefault) confineByDefault({ profile });
      new AppArmorProfileBundle('profiles', { profiles: [web] });
      new ConfinedDeployment('w', { profile: web, spec });
    };
    expect(await runProgram(program(true))).toEqual(await runProgram(program(false)));
  });
});

describe('a distributed default', () => {
  const web = new AppArmorProfile({ name: 'web', rules: [Rule.read('/srv/**')] });

  test('makes workloads wait for the loader', async () => {
    const registered = await runProgram(() => {
      new AppArmorProfileBundle('profiles', { profiles: [web] });
      confineByDefault({ profile: web });
      const first = new k8s.core.v1.ConfigMap('first', {});
      new k8s.apps.v1.Deployment('w', { spec }, { dependsOn: first });
    });
    const deployment = one(registered, 'kubernetes:apps/v1:Deployment');
    expect(deployment.inputs.spec.template.spec.securityContext.appArmorProfile.localhostProfile).toBe(web.loadedName);
    expect(deployment.dependsOn.slice().sort()).toEqual([
      one(registered, 'kubernetes:apps/v1:DaemonSet').urn, one(registered, 'kubernetes:core/v1:ConfigMap', 'first').urn,
    ].sort());
  });

  test('must be in a bundle already', async () => {
    expect((await refusalOf(() => confineByDefault({ profile: web })))?.message).toContain(
      'confineByDefault(): the profile "web" is in no AppArmorProfileBundle made before it, so no node would load it',
    );
  });
});

describe('exemptions', () => {
  test.each<[string, object, boolean]>([
    ['the resource\'s name', { name: 'w' }, true],
    ['the object\'s name', { name: 'legacy' }, true],
    ['kind and namespace', { kind: 'Deployment', namespace: 'old' }, true],
    ['labels', { labels: { team: 'a' } }, true],
    ['another name', { name: 'x' }, false],
    ['another kind', { kind: 'Job', name: 'w' }, false],
    ['other labels', { labels: { team: 'a', tier: 'b' } }, false],
  ])('by %s', async (_, selector, exempt) => {
    const registered = await runProgram(() => {
      confineByDefault({ profile, exempt: [{ ...selector, reason: 'runs on its own nodes' }] });
      new k8s.apps.v1.Deployment('w', { metadata: { name: 'legacy', namespace: 'old', labels: { team: 'a' } }, spec });
    });
    expect(one(registered, 'kubernetes:apps/v1:Deployment').inputs.spec.template.spec.securityContext).toEqual(exempt ? undefined : RUNTIME_DEFAULT);
  });

  test.each([['old', undefined], ['new', RUNTIME_DEFAULT]])('by a namespace that is an Output: %s', async (namespace, expected) => {
    const registered = await runProgram(() => {
      confineByDefault({ profile, exempt: [{ namespace: 'old', reason: 'goes away' }] });
      new k8s.apps.v1.Deployment('w', { metadata: { name: 'w', namespace: pulumi.output(namespace) }, spec });
    });
    expect(one(registered, 'kubernetes:apps/v1:Deployment').inputs.spec.template.spec.securityContext).toEqual(expected);
  });

  test('an unknown namespace leaves what depends on it unknown at preview', async () => {
    const registered = await runProgram(() => {
      confineByDefault({ profile, exempt: [{ namespace: 'old', reason: 'goes away' }] });
      new k8s.apps.v1.Deployment('w', { metadata: { name: 'w', namespace: new k8s.core.v1.Namespace('n').id }, spec });
    }, { preview: true });
    expect(one(registered, 'kubernetes:apps/v1:Deployment').inputs.spec).toBe(UNKNOWN);
  });

  test.each<[object, string]>([
    [{ name: 'w', reason: ' ' }, 'confineByDefault() was given an exemption without a reason: say why these workloads run without the profile.'],
    [{ reason: 'all' }, 'confineByDefault() was given the exemption "all", which selects by nothing: give a kind, name, namespace or labels.'],
  ])('%j is refused', async (exemption, message) => {
    expect((await refusalOf(() => confineByDefault({ profile, exempt: [exemption as never] })))?.message).toBe(message);
  });
});

describe('out of reach', () => {
  test.each([[[], 1], [[{ kind: 'Release', name: 'db', reason: 'confined by its values' }], 0]])('a helm.v3.Release is warned of unless exempt', async (exempt, warnings) => {
    const warn = jest.spyOn(pulumi.log, 'warn').mockResolvedValue(undefined);
    await runProgram(() => {
      confineByDefault({ profile, exempt });
      new k8s.helm.v3.Release('db', { chart: 'postgresql' });
    });
    expect(warn.mock.calls.map(([message]) => message)).toEqual(Array(warnings).fill(
      'confineByDefault() does not reach the pods of the helm.v3.Release "db", which Helm makes in the cluster: use helm.v4.Chart, '
      + 'set the profile in the chart\'s values, or exempt the release with a reason.',
    ));
  });

  test('a program without a stack is told so', async () => {
    expect((await refusalOf(() => confineByDefault({ profile }), { stack: false }))?.message).toBe(
      'confineByDefault() was called where there is no Pulumi stack: call it in a Pulumi program, in tests inside pulumi.runtime.runInPulumiStack().',
    );
  });
});
