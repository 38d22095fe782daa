import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { ApiObject, Chart, Testing } from 'cdk8s';
import { AppArmorProfileBundle as CdkBundle, Confinement, ConfinementPolicy as CdkPolicy, DenialLog as CdkDenialLog, KubernetesVersion, PolicyAction, PolicyFailure } from '../../src';
import { AppArmorProfile, AppArmorProfileBundle, confineByDefault, ConfinedCronJob, ConfinedDeployment, ConfinedPod, ConfinementPolicy, DenialLog, Rule } from '../../src/pulumi';
import { runProgram } from '../support/pulumi-program';

const web = new AppArmorProfile({ name: 'web', rules: [Rule.read('/etc/nginx/**')] });
const worker = new AppArmorProfile({ name: 'worker', rules: [Rule.read('/data/**')] });
const metadata = { name: 'web' };
const labels = { app: 'web' };
const pod = { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'nginx' }, { name: 'side', image: 'busybox' }], initContainers: [{ name: 'init' }] } };
const spec = { selector: { matchLabels: labels }, template: pod };
const cronSpec = { schedule: '* * * * *', jobTemplate: { spec: { template: pod } } };
const annotated = { ...pod, metadata: { labels, annotations: { 'container.apparmor.security.beta.kubernetes.io/side': 'runtime/default' } } };

let wayOfInputs = (value: any): any => value;

/** A value in the way that is tried. */
function input<Value>(value: Value): pulumi.Input<Value> {
  return wayOfInputs(value);
}
input.all = <Values extends object>(values: Values): { [Key in keyof Values]: pulumi.Input<Values[Key]> } => (
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, input(value)])) as never);

interface Case {
  readonly cdk8s: (chart: Chart) => void;
  readonly pulumi: () => void;
}

/** The bundle's name in cdk8s comes from its path. */
const NAME = new CdkBundle(new Chart(Testing.app(), 'shop'), 'profiles', { profiles: [web] }).loader.daemonSetName;

const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec };
const bundles: Case = {
  cdk8s: (chart) => { new CdkBundle(chart, 'profiles', { profiles: [web, worker] }); },
  pulumi: () => { new AppArmorProfileBundle('profiles', { profiles: [web, worker], objectName: NAME }); },
};
const cases: Record<string, Case> = {
  'a bundle': bundles,
  'a bundle for old releases': {
    cdk8s: (chart) => { new CdkBundle(chart, 'profiles', { profiles: [web], kubernetesVersion: KubernetesVersion.of('1.28 - 1.31') }); },
    pulumi: () => { new AppArmorProfileBundle('profiles', { profiles: [web], objectName: NAME, kubernetesVersion: input('1.28 - 1.31') }); },
  },
  'a bundle in another namespace, with another loader': {
    cdk8s: (chart) => {
      new CdkBundle(chart, 'profiles', { profiles: [web], namespace: 'kube-system', loader: { keepCopies: false, nodeSelector: { pool: 'a' }, generations: 5 } });
    },
    pulumi: () => {
      new AppArmorProfileBundle('profiles', {
        profiles: [web],
        objectName: NAME,
        namespace: input('kube-system'),
        loader: input.all({ keepCopies: false, nodeSelector: { pool: 'a' }, generations: 5 }),
      });
    },
  },
  'a Deployment': {
    cdk8s: (chart) => {
      bundles.cdk8s(chart);
      new ApiObject(chart, 'web', deployment);
      Confinement.of(chart).assign({ name: 'web' }, web, { containerProfiles: { side: worker } });
    },
    pulumi: () => {
      bundles.pulumi();
      new ConfinedDeployment('web', { profile: web, containerProfiles: { side: worker }, metadata, spec });
    },
  },
  'a Pod of an old release': {
    cdk8s: (chart) => {
      new ApiObject(chart, 'web', { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, labels }, spec: pod.spec });
      Confinement.of(chart, { kubernetesVersion: KubernetesVersion.of('1.29') }).assign({ name: 'web' }, AppArmorProfile.runtimeDefault());
    },
    pulumi: () => {
      new ConfinedPod('web', { profile: AppArmorProfile.runtimeDefault(), kubernetesVersion: '1.29', metadata: { ...metadata, labels }, spec: pod.spec });
    },
  },
  'a CronJob': {
    cdk8s: (chart) => {
      new ApiObject(chart, 'web', { apiVersion: 'batch/v1', kind: 'CronJob', metadata, spec: cronSpec });
      Confinement.of(chart).assign({ kind: 'CronJob' }, AppArmorProfile.preloaded('own'));
    },
    pulumi: () => { new ConfinedCronJob('web', { profile: AppArmorProfile.preloaded('own'), metadata, spec: cronSpec }); },
  },
  'a policy': {
    cdk8s: (chart) => {
      bundles.cdk8s(chart);
      new CdkPolicy(chart, 'policy', { profiles: [AppArmorProfile.preloaded('own')], exemptions: [{ reason: 'legacy', namespaces: ['old'] }] });
    },
    pulumi: () => {
      bundles.pulumi();
      new ConfinementPolicy('policy', { profiles: [AppArmorProfile.preloaded('own')], exemptions: input([input({ reason: 'legacy', namespaces: [input('old')] })]) });
    },
  },
  'a policy with a default, labels and warnings': {
    cdk8s: (chart) => {
      new CdkPolicy(chart, 'policy', {
        name: 'mine',
        anyProfile: true,
        allowRuntimeDefault: false,
        actions: [PolicyAction.WARN, PolicyAction.AUDIT],
        onFailure: PolicyFailure.IGNORE,
        namespaceLabels: { confine: 'yes' },
        exemptSystemNamespaces: false,
        workloads: false,
        defaultProfile: AppArmorProfile.preloaded('own'),
        kubernetesVersion: KubernetesVersion.of('>=1.36'),
        exemptions: [{ reason: 'debug', podLabels: { debug: 'yes' } }],
      });
    },
    pulumi: () => {
      new ConfinementPolicy('policy', {
        objectName: 'mine',
        anyProfile: true,
        allowRuntimeDefault: input(false),
        actions: input(['Warn' as const, input('Audit' as const)]),
        onFailure: input('Ignore' as const),
        namespaceLabels: input({ confine: input('yes') }),
        exemptSystemNamespaces: input(false),
        workloads: false,
        defaultProfile: AppArmorProfile.preloaded('own'),
        kubernetesVersion: '>=1.36',
        exemptions: [{ reason: input('debug'), podLabels: input({ debug: input('yes') }) }],
      });
    },
  },
  'a bundle with a gate, and a pod that it holds back': {
    cdk8s: (chart) => {
      new CdkBundle(chart, 'profiles', { profiles: [web, worker], loader: { gate: true, gateImage: 'registry/curl', startupTaint: true } });
      new ApiObject(chart, 'web', deployment);
      new ApiObject(chart, 'db', { ...deployment, metadata: { name: 'db' } });
      Confinement.of(chart).assign({ name: 'web' }, web).byDefault(worker);
    },
    pulumi: () => {
      new AppArmorProfileBundle('profiles', {
        profiles: [web, worker], objectName: NAME, loader: { gate: true, gateImage: 'registry/curl', startupTaint: true },
      });
      confineByDefault({ profile: worker });
      new ConfinedDeployment('web', { profile: web, metadata, spec });
      new k8s.apps.v1.Deployment('db', { metadata: { name: 'db' }, spec });
    },
  },
  'a denial log': {
    cdk8s: (chart) => {
      new CdkDenialLog(chart, 'log');
      Confinement.of(chart).byDefault(AppArmorProfile.preloaded('own'));
    },
    pulumi: () => {
      confineByDefault({ profile: AppArmorProfile.preloaded('own') });
      new DenialLog('log');
    },
  },
  'a denial log with everything set': {
    cdk8s: (chart) => {
      new CdkDenialLog(chart, 'log', {
        namespace: 'audit',
        podNames: false,
        windowSeconds: 5,
        linesPerWindow: 10,
        image: 'registry/busybox',
        nodeSelector: { pool: 'a' },
        kubernetesVersion: KubernetesVersion.of('1.29'),
      });
    },
    pulumi: () => {
      new DenialLog('log', {
        namespace: input('audit'),
        podNames: input(false),
        windowSeconds: input(5),
        linesPerWindow: input(10),
        image: input('registry/busybox'),
        nodeSelector: input({ pool: 'a' }),
        kubernetesVersion: input('1.29'),
      });
    },
  },
  'a default over a pod with an annotation': {
    cdk8s: (chart) => {
      new ApiObject(chart, 'web', { ...deployment, spec: { ...spec, template: annotated } });
      Confinement.of(chart).byDefault(AppArmorProfile.unconfined('a test'));
    },
    pulumi: () => {
      confineByDefault({ profile: AppArmorProfile.unconfined('a test') });
      new k8s.apps.v1.Deployment('web', { metadata, spec: { ...spec, template: annotated } });
    },
  },
};

/** What a program gives may be plain, or come later; the objects are the same. */
const WAYS: Record<string, (value: any) => any> = {
  'plain values': (value) => value,
  'Outputs': (value) => pulumi.output(value),
  'promises': (value) => Promise.resolve(value),
};

describe.each(Object.keys(WAYS))('with %s', (way) => {
  test.each(Object.entries(cases))('%s: Pulumi registers what cdk8s writes', async (_, { cdk8s, pulumi: program }) => {
    wayOfInputs = WAYS[way];
    const chart = new Chart(Testing.app(), 'shop');
    cdk8s(chart);
    const written = Testing.synth(chart);
    const registered = (await runProgram(program)).filter(({ type }) => type.startsWith('kubernetes:')).map(({ inputs }) => inputs);
    expect(written.length).toBeGreaterThan(0);
    expect(sorted(registered)).toEqual(sorted(written));
  });
});

function sorted(objects: readonly any[]): any[] {
  const key = (object: any) => `${object.kind} ${object.metadata.name}`;
  return [...objects].sort((one, other) => key(one) < key(other) ? -1 : 1);
}
