import { ApiObject, Chart, Testing } from 'cdk8s';
import { AppArmorProfile, AppArmorProfileBundle, Confinement, KubernetesVersion, Rule } from '../../src';
import { SCHEMA_RELEASES, validate } from '../support/schemas';

const web = new AppArmorProfile({ name: 'web', rules: [Rule.read('/etc/nginx/**')] });
const api = new AppArmorProfile({ name: 'api', rules: [Rule.read('/srv/**')] });
const key = (profile: AppArmorProfile) => `profile.k8s-apparmor.io/${profile.loadedName}`;

function synthesised(loader: object, kubernetesVersion?: KubernetesVersion): any[] {
  const app = Testing.app();
  const chart = new Chart(app, 'shop');
  new AppArmorProfileBundle(chart, 'profiles', { profiles: [web, api], loader: { ...loader, kubernetesVersion } });
  for (const name of ['web', 'other']) {
    new ApiObject(chart, name, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name },
      spec: {
        selector: { matchLabels: { app: name } },
        template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', image: 'x' }] } },
      },
    });
  }
  Confinement.of(chart).assign({ name: 'web' }, web).byDefault(AppArmorProfile.runtimeDefault());
  return Testing.synth(chart);
}

const affinityOf = (objects: any[], name: string) => objects.find((one) => one.kind === 'Deployment' && one.metadata.name === name).spec.template.spec.affinity;

describe('a loader with a gate', () => {
  it('makes the pods of a profile require the nodes that have it, and no others', () => {
    const objects = synthesised({ gate: true });
    expect(affinityOf(objects, 'web').nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms).toEqual([
      { matchExpressions: [{ key: key(web), operator: 'Exists' }] },
    ]);
    expect(affinityOf(objects, 'other')).toBeUndefined();
  });

  it.each(SCHEMA_RELEASES)('has a container without privileges, its program and its rights, all valid in Kubernetes %s', (release) => {
    const objects = synthesised({ gate: true, startupTaint: true });
    expect(objects.flatMap((object) => validate(object, release))).toEqual([]);
    const { containers } = objects.find(({ kind }) => kind === 'DaemonSet').spec.template.spec;
    expect(containers.find(({ name }: any) => name === 'gate').securityContext).toMatchObject({ capabilities: { drop: ['ALL'] }, runAsUser: 65534 });
    expect(objects.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['ClusterRole', 'ClusterRoleBinding', 'ValidatingAdmissionPolicy']));
    expect(objects.filter(({ kind }) => kind === 'ConfigMap').flatMap(({ data }) => Object.keys(data))).toEqual(expect.arrayContaining(['label-node.sh', 'labels']));
  });

  it('gives the token to its own container only', () => {
    const { spec } = synthesised({ gate: true }).find(({ kind }) => kind === 'DaemonSet').spec.template;
    expect(spec.automountServiceAccountToken).toBe(false);
    const withToken = spec.containers.filter((one: any) => one.volumeMounts.some(({ mountPath }: any) => mountPath.startsWith('/var/run/secrets')));
    expect(withToken.map(({ name }: any) => name)).toEqual(['gate']);
  });

  it('only takes a start-up taint off where that is all that is asked for', () => {
    const objects = synthesised({ startupTaint: true });
    expect(affinityOf(objects, 'web')).toBeUndefined();
    expect(objects.find(({ kind }) => kind === 'DaemonSet').spec.template.spec.containers.map(({ name }: any) => name)).toContain('gate');
  });

  it('is not there unless asked for', () => {
    const objects = synthesised({});
    expect(affinityOf(objects, 'web')).toBeUndefined();
    expect(objects.map(({ kind }) => kind)).not.toContain('ClusterRole');
  });

  it('is refused for releases that cannot hold it to its own node', () => {
    expect(() => synthesised({ gate: true }, KubernetesVersion.atLeast('1.29'))).toThrow('has a gate, and Kubernetes releases before 1.30 cannot hold it to its own node: '
      + 'set kubernetesVersion to ">=1.30", or leave the gate off.');
  });
});
