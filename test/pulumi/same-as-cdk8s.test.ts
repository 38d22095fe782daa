import * as k8s from '@pulumi/kubernetes';
import { ApiObject, Chart, Testing } from 'cdk8s';
import { AppArmorProfileBundle as CdkBundle, Confinement, ConfinementPolicy as CdkPolicy, KubernetesVersion, PolicyAction, PolicyFailure } from '../../src';
import { AppArmorProfile, AppArmorProfileBundle, confineByDefault, ConfinedCronJob, ConfinedDeployment, ConfinedPod, ConfinementPolicy, Rule } from '../../src/pulumi';
import { runProgram } from '../support/pulumi-program';

const web = new AppArmorProfile({ name: 'web', rules: [Rule.read('/etc/nginx/**')] });
const worker = new AppArmorProfile({ name: 'worker', rules: [Rule.read('/data/**')] });
const metadata = { name: 'web' };
const labels = { app: 'web' };
const pod = { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'nginx' }, { name: 'side', image: 'busybox' }], initContainers: [{ name: 'init' }] } };
const spec = { selector: { matchLabels: labels }, template: pod };
const cronSpec = { schedule: '* * * * *', jobTemplate: { spec: { template: pod } } };
const annotated = { ...pod, metadata: { labels, annotations: { 'container.apparmor.security.beta.kubernetes.io/side': 'runtime/default' } } };

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
    pulumi: () => { new AppArmorProfileBundle('profiles', { profiles: [web], objectName: NAME, kubernetesVersion: '1.28 - 1.31' }); },
  },
  'a bundle in another namespace, with another loader': {
    cdk8s: (chart) => {
      new CdkBundle(chart, 'profiles', { profiles: [web], namespace: 'kube-system', loader: { keepCopies: false, nodeSelector: { pool: 'a' }, generations: 5 } });
    },
    pulumi: () => {
      new AppArmorProfileBundle('profiles', {
        profiles: [web], objectName: NAME, namespace: 'kube-system', loader: { keepCopies: false, nodeSelector: { pool: 'a' }, generations: 5 },
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
      new ConfinementPolicy('policy', { profiles: [AppArmorProfile.preloaded('own')], exemptions: [{ reason: 'legacy', namespaces: ['old'] }] });
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
        allowRuntimeDefault: false,
        actions: ['Warn', 'Audit'],
        onFailure: 'Ignore',
        namespaceLabels: { confine: 'yes' },
        exemptSystemNamespaces: false,
        workloads: false,
        defaultProfile: AppArmorProfile.preloaded('own'),
        kubernetesVersion: '>=1.36',
        exemptions: [{ reason: 'debug', podLabels: { debug: 'yes' } }],
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

test.each(Object.entries(cases))('%s: Pulumi registers what cdk8s writes', async (_, { cdk8s, pulumi }) => {
  const chart = new Chart(Testing.app(), 'shop');
  cdk8s(chart);
  const written = Testing.synth(chart);
  const registered = (await runProgram(pulumi)).filter(({ type }) => type.startsWith('kubernetes:')).map(({ inputs }) => inputs);
  expect(written.length).toBeGreaterThan(0);
  expect(sorted(registered)).toEqual(sorted(written));
});

function sorted(objects: readonly any[]): any[] {
  const key = (object: any) => `${object.kind} ${object.metadata.name}`;
  return [...objects].sort((one, other) => key(one) < key(other) ? -1 : 1);
}
