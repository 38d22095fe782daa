/** YAML as release pages, charts and old repositories have it: with comments, anchors, lists, names to come, and words of YAML 1.1. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ApiObject, App, Chart, Include, Yaml } from 'cdk8s';
import { AppArmorProfile, Confinement, ConfinementValidation, KubernetesVersion } from '../../src';
import { withoutAppArmor } from '../support/without-apparmor';

const FOLDER = join(__dirname, '..', 'support', 'manifests');

function included(file: string, version?: string): unknown[] {
  const app = new App();
  const chart = new Chart(app, 'chart');
  new Include(chart, 'include', { url: join(FOLDER, file) });
  if (version) Confinement.of(app, { kubernetesVersion: KubernetesVersion.of(version) }).byDefault(AppArmorProfile.runtimeDefault());
  return chart.toJson();
}

/** Where two values differ, as `PATH`. */
function differences(one: any, other: any, path = ''): string[] {
  if (JSON.stringify(one) === JSON.stringify(other)) return [];
  if (typeof one !== 'object' || typeof other !== 'object' || !one || !other) return [path];
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].flatMap((key) => differences(one[key], other[key], `${path}/${key}`));
}

const POD = 'spec/template/spec/securityContext';
const CHANGES: Record<string, string[]> = {
  'anchors.yaml': [`/0/${POD}/appArmorProfile`],
  'custom-resources.yaml': [`/6/${POD}`],
  'names-to-come.yaml': [`/0/${POD}`, '/1/spec/securityContext', '/2/items/0/spec/securityContext'],
  'older-apis.yaml': [
    `/0/items/0/${POD}`, `/0/items/1/${POD}`, `/0/items/2/spec/jobTemplate/${POD}`, `/0/items/3/${POD}`, `/0/items/4/items/0/${POD}`,
  ],
  'operating-systems.yaml': [`/2/${POD}`],
  'operator.yaml': [`/3/${POD}/appArmorProfile`],
  // Beside its author's annotations, containers have fields of their own.
  'own-choices.yaml': ['/0/spec/template/spec/containers/1/securityContext', '/0/spec/template/spec/initContainers/1/securityContext'],
};

test('each of them has its place in the table', () => {
  expect(readdirSync(FOLDER).sort()).toEqual(Object.keys(CHANGES));
});

test.each(Object.entries(CHANGES))('%s: pods are confined, custom resources and Windows pods are left alone, and no other line changes', (file, changes) => {
  const [before, after] = [included(file), included(file, '>=1.30')];
  expect(differences(before, after)).toEqual(changes);
  const lines = Yaml.stringify(...after).split('\n');
  let at = 0;
  for (const line of Yaml.stringify(...before).split('\n')) {
    const found = lines.indexOf(line, at);
    expect([line, found >= at]).toEqual([line, true]);
    at = found + 1;
  }
});

test.each(Object.keys(CHANGES))('%s: annotations, for releases that know no fields, change nothing else either', (file) => {
  const [before, after] = [included(file), included(file, '<=1.29')];
  expect(after).not.toEqual(before);
  expect(withoutAppArmor(after)).toEqual(withoutAppArmor(before));
});

test.each<[string, Record<string, string[]>]>([
  ['own-choices.yaml', { 'unconfined-workload': ['initContainers[0] (mount-bpf): Unconfined', 'containers[0] (agent): Unconfined'] }],
  ['operating-systems.yaml', {}],
  ['custom-resources.yaml', {
    'unreached-template': [
      'spec.template.spec.containers[0] (canary): no profile', 'spec.template.spec.containers[0] (): no profile', 'spec.template.spec.containers[0] (legacy): no profile',
      'spec.tasks.0.template.spec.containers[0] (worker): no profile', 'spec.containers[0] (extra): no profile',
    ],
  }],
])('what the validation has to say of %s once it is confined', async (file, expected) => {
  const found: Record<string, string[]> = {};
  await new ConfinementValidation().validate({
    manifests: [file],
    parseManifest: () => included(file, '>=1.30'),
    report: {
      addViolation: ({ ruleName, violatingResources }: any) => { found[ruleName] = violatingResources.flatMap(({ locations }: any) => locations); },
      submit: () => {},
    },
  });
  const sorted = (rules: Record<string, string[]>) => Object.entries(rules).map(([rule, locations]) => [rule, [...locations].sort()]);
  expect(sorted(found)).toEqual(sorted(expected));
});

test('a privileged container is one in the words of YAML 1.1 too', () => {
  const chart = new Chart(new App(), 'chart');
  const [{ spec, ...object }] = Yaml.load(join(FOLDER, 'own-choices.yaml'));
  new ApiObject(chart, 'cni', { ...object, spec: { ...spec, template: { spec: spec.template.spec } } });
  Confinement.of(chart).byDefault(AppArmorProfile.preloaded('mine'));
  expect(() => chart.toJson()).toThrow('The container "mount-bpf" of DaemonSet "cni" in namespace "kube-system" is privileged and would get the profile "mine"');
});
