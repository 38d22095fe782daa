import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { EngineEvent } from '@pulumi/pulumi/automation';
import { AppArmorProfile, AppArmorProfileBundle, confineByDefault, ConfinedDeployment, ConfinementPolicy, DenialLog, Rule } from '../../src/pulumi';
import { type Cluster, startCluster } from '../support/real/apiserver';
import { NEWEST_KUBERNETES, OLDEST_KUBERNETES } from '../support/real/kubernetes';
import { type PulumiPlace, pulumiPlace } from '../support/real/pulumi';
import { type StandInProvider, startStandInProvider } from '../support/real/stand-in-provider';

jest.setTimeout(600_000);

const labels = (app: string) => ({ app });
const template = (name: string, env: pulumi.Input<string> = 'x') => ({
  metadata: { labels: labels(name) }, spec: { containers: [{ name, image: `${name}:1`, env: [{ name: 'KEY', value: env }] }] },
});
const spec = (name: string, env?: pulumi.Input<string>) => ({ selector: { matchLabels: labels(name) }, template: template(name, env) });
const profileOf = (...paths: string[]) => new AppArmorProfile({ name: 'web', rules: paths.map((path) => Rule.read(path)) });

const before = profileOf('/etc/nginx/**');
const after = profileOf('/etc/nginx/**', '/srv/**');

/** Everything that a program may use; the secret comes from the configuration. */
function program(web: AppArmorProfile): () => Promise<void> {
  return async () => {
    const bundle = new AppArmorProfileBundle('profiles', { profiles: [web], loader: { gate: true } });
    new DenialLog('log', { image: pulumi.output('busybox:1.37') });
    new ConfinementPolicy('policy');
    confineByDefault({ profile: AppArmorProfile.runtimeDefault(), exempt: [{ name: 'legacy', reason: 'goes away' }] });
    new ConfinedDeployment('web', { profile: web, metadata: { name: 'web' }, spec: spec('web', pulumi.secret('swordfish')) });
    new k8s.apps.v1.Deployment('plain', { metadata: { name: 'plain' }, spec: spec('plain', bundle.urn) });
    new k8s.yaml.v2.ConfigGroup('group', { objs: [{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'grouped' }, spec: spec('grouped') }] });
  };
}

let cluster: Cluster;
let provider: StandInProvider;
let place: PulumiPlace;

beforeAll(async () => {
  cluster = await startCluster({ version: NEWEST_KUBERNETES });
  provider = await startStandInProvider(cluster);
  place = await pulumiPlace(provider.port);
});
afterAll(async () => {
  place?.end();
  provider?.end();
  await cluster?.stop();
});

async function podProfile(name: string): Promise<unknown> {
  const { body } = await cluster.api(`/apis/apps/v1/namespaces/default/deployments/${name}`);
  return body.spec.template.spec.securityContext?.appArmorProfile;
}

test('a program with everything in it, from preview to destroy', async () => {
  const stack = await place.stack('life', program(before));

  const events: EngineEvent[] = [];
  const preview = await stack.preview({ onEvent: (event) => { events.push(event); } });
  const inputs = (name: string) => events.find(({ resourcePreEvent }) => resourcePreEvent?.metadata.urn.endsWith(`:Deployment::${name}`))!
    .resourcePreEvent!.metadata.new!.inputs;
  const planned = JSON.stringify(inputs('web'));
  expect(planned).toContain(before.loadedName);
  expect(planned).not.toContain('swordfish');
  expect(inputs('plain').spec.template.spec.securityContext).toEqual({ appArmorProfile: { type: 'RuntimeDefault' } });
  expect(Object.keys(preview.changeSummary)).toEqual(['create']);
  expect(provider.operations).toEqual([]);

  await stack.up();
  expect(provider.warnings).toEqual([]);
  expect(await podProfile('web')).toEqual({ type: 'Localhost', localhostProfile: before.loadedName });
  expect(await podProfile('plain')).toEqual({ type: 'RuntimeDefault' });
  expect(await podProfile('grouped')).toEqual({ type: 'RuntimeDefault' });
  const order = (name: RegExp) => provider.operations.findIndex((operation) => name.test(operation));
  expect(order(/create DaemonSet/)).toBeGreaterThan(order(/create ConfigMap k8s-apparmor\/profiles-[0-9a-f]{10}$/));
  expect(order(/create Deployment default\/web/)).toBeGreaterThan(order(/create DaemonSet/));
  expect(place.state('life')).toContain(before.loadedName);
  expect(place.state('life')).not.toContain('swordfish');

  const again = await stack.up();
  expect(Object.keys(again.summary.resourceChanges!)).toEqual(['same']);

  provider.operations.length = 0;
  stack.workspace.program = program(after);
  await stack.up();
  const CONFIG_MAP = 'ConfigMap k8s-apparmor\\/profiles-';
  const steps = [`create ${CONFIG_MAP}`, 'update DaemonSet k8s-apparmor\\/profiles', 'update Deployment default\\/web', `delete ${CONFIG_MAP}`];
  expect(provider.operations.map((operation) => steps.findIndex((step) => new RegExp(step).test(operation)))).toEqual([0, 0, 0, 1, 2, 3, 3, 3]);
  expect(await podProfile('web')).toEqual({ type: 'Localhost', localhostProfile: after.loadedName });

  await stack.destroy();
  for (const name of ['web', 'plain', 'grouped']) {
    expect((await cluster.api(`/apis/apps/v1/namespaces/default/deployments/${name}`)).status).toBe(404);
  }
  expect(provider.warnings).toEqual([]);
});

test('a running Deployment is taken over by a confined one, which may then change its name: nothing is replaced', async () => {
  const confined = (name: string, opts?: pulumi.ComponentResourceOptions) => async () => {
    new ConfinedDeployment(name, { profile: AppArmorProfile.runtimeDefault(), metadata: { name: 'shop' }, spec: spec('shop') }, opts);
  };
  const stack = await place.stack('takeover', async () => { new k8s.apps.v1.Deployment('shop', { metadata: { name: 'shop' }, spec: spec('shop') }); });
  await stack.up();
  provider.operations.length = 0;

  stack.workspace.program = confined('shop');
  await stack.up();
  expect(provider.operations).toEqual(['update Deployment default/shop']);
  expect(await podProfile('shop')).toEqual({ type: 'RuntimeDefault' });

  stack.workspace.program = confined('store', { aliases: [{ name: 'shop' }] });
  await stack.up();
  expect(provider.operations).toEqual(['update Deployment default/shop']);
  await stack.destroy();
});

test('secrets and exemptions survive the way through the engine to the transforms and back', async () => {
  const stack = await place.stack('transforms', async () => {
    confineByDefault({ profile: AppArmorProfile.runtimeDefault(), exempt: [{ name: 'left', reason: 'a test' }] });
    const objects = ['kept', 'left'].map((name) => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec: spec(name, pulumi.secret('swordfish')) }));
    new k8s.yaml.v2.ConfigGroup('group', { objs: objects });
  });
  await stack.up();
  expect(await podProfile('kept')).toEqual({ type: 'RuntimeDefault' });
  expect(await podProfile('left')).toBeUndefined();
  await stack.destroy();
});

/** Objects that others make: what makes them, and where the API server has their pods. */
const MANIFESTS = join(__dirname, 'manifests');
const CHART = join(MANIFESTS, 'chart');
const deploymentText = (name: string) => JSON.stringify({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec: spec(name) });
const deployment = (name: string) => [`apps/v1/namespaces/default/deployments/${name}`];
const chartOf = (release: string) => [`apps/v1/namespaces/default/statefulsets/${release}-queue`, `batch/v1/namespaces/default/cronjobs/${release}-clean`];
const ORIGINS: Record<string, { readonly make: (folder: string) => unknown; readonly paths: readonly string[] }> = {
  'helm.v3.Chart': { make: () => new k8s.helm.v3.Chart('third', { path: CHART, values: { image: 'queue:3' } }), paths: chartOf('third') },
  'helm.v4.Chart': { make: () => new k8s.helm.v4.Chart('fourth', { chart: CHART, values: { image: pulumi.secret('queue:4') } }), paths: chartOf('fourth') },
  'kustomize.Directory': { make: () => new k8s.kustomize.Directory('k1', { directory: join(MANIFESTS, 'kustomize') }), paths: deployment('kustomized-cache') },
  'kustomize.v2.Directory': {
    make: () => new k8s.kustomize.v2.Directory('k2', { directory: join(MANIFESTS, 'kustomize-overlay') }), paths: deployment('other-kustomized-cache'),
  },
  'yaml.ConfigGroup': { make: () => new k8s.yaml.ConfigGroup('g1', { yaml: deploymentText('group1') }), paths: deployment('group1') },
  'yaml.v2.ConfigGroup': { make: () => new k8s.yaml.v2.ConfigGroup('g2', { yaml: deploymentText('group2') }), paths: deployment('group2') },
  'yaml.ConfigFile': { make: (folder) => new k8s.yaml.ConfigFile('f1', { file: join(folder, 'file1.yaml') }), paths: deployment('file1') },
  'yaml.v2.ConfigFile': { make: (folder) => new k8s.yaml.v2.ConfigFile('f2', { file: join(folder, 'file2.yaml') }), paths: deployment('file2') },
};

describe('objects that others make', () => {
  const folder = mkdtempSync(join(tmpdir(), 'k8s-apparmor-origins-'));
  const found: Record<string, unknown[]> = {};

  beforeAll(async () => {
    ['file1', 'file2'].forEach((name) => writeFileSync(join(folder, `${name}.yaml`), deploymentText(name)));
    const stack = await place.stack('origins', async () => {
      confineByDefault({ profile: AppArmorProfile.runtimeDefault() });
      Object.values(ORIGINS).forEach(({ make }) => make(folder));
    });
    await stack.up();
    for (const path of Object.values(ORIGINS).flatMap(({ paths }) => paths)) {
      const { spec: given } = (await cluster.api(`/apis/${path}`)).body;
      const pod = (given.jobTemplate?.spec ?? given).template.spec;
      (found[path] ??= []).push(pod.securityContext?.appArmorProfile, pod.containers[0].image);
    }
    await stack.destroy();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(Object.entries(ORIGINS))('%s: their pods get the default', (_, { paths }) => {
    expect(paths.map((path) => found[path])).toEqual(paths.map(() => [{ type: 'RuntimeDefault' }, expect.stringMatching(/:[134]$/)]));
  });
});

test('a default that a bundle distributes makes objects of remote components wait for the loader', async () => {
  const stack = await place.stack('wait', async () => {
    new AppArmorProfileBundle('profiles', { profiles: [before], namespace: 'waiting' });
    confineByDefault({ profile: before });
    new k8s.yaml.v2.ConfigGroup('group', { objs: [{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'grouped' }, spec: spec('grouped') }] });
  });
  provider.operations.length = 0;
  await stack.up();
  expect(provider.operations.at(-1)).toBe('create Deployment default/grouped');
  expect(provider.operations.at(-2)).toMatch(/^create DaemonSet /);
  await stack.destroy();
});

test('the policy pack of the examples keeps an unconfined pod from being deployed, and lets a confined one through', async () => {
  const pack = policyPack();
  try {
    const deployments = (securityContext?: object) => async () => {
      const { selector, template: pod } = spec('bare');
      new k8s.apps.v1.Deployment('bare', { metadata: { name: 'bare' }, spec: { selector, template: { ...pod, spec: { ...pod.spec, securityContext } } } });
      new k8s.apps.v1.Deployment('legacy', { metadata: { name: 'legacy' }, spec: spec('legacy') });
    };
    const stack = await place.stack('pack', deployments());
    provider.operations.length = 0;
    const refused = await stack.up({ policyPacks: [pack] }).catch((error: Error) => error);
    expect(String((refused as Error).message)).toContain('no AppArmor profile for container bare: set securityContext.appArmorProfile');
    expect(String((refused as Error).message)).not.toContain('container legacy');
    expect(provider.operations).not.toContain('create Deployment default/bare');

    stack.workspace.program = deployments({ appArmorProfile: { type: 'RuntimeDefault' } });
    await stack.up({ policyPacks: [pack] });
    expect(provider.operations).toEqual(expect.arrayContaining(['create Deployment default/bare', 'create Deployment default/legacy']));
    await stack.destroy();
  } finally {
    rmSync(pack, { recursive: true, force: true });
  }
});

/** The pack of the examples, with the library's sources in place of the package. */
function policyPack(): string {
  const folder = mkdtempSync(join(tmpdir(), 'k8s-apparmor-pack-'));
  const root = join(__dirname, '..', '..');
  cpSync(join(root, 'examples', 'pulumi-typescript', 'policy'), folder, { recursive: true });
  const sources = join(root, 'src', 'pulumi', 'policy-pack');
  mkdirSync(join(folder, 'node_modules', 'k8s-apparmor'), { recursive: true });
  readdirSync(join(root, 'node_modules')).filter((name) => name !== 'k8s-apparmor')
    .forEach((name) => symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name)));
  writeFileSync(join(folder, 'node_modules', 'k8s-apparmor', 'pulumi-policy.js'), `module.exports = require(${JSON.stringify(sources)});`);
  // Pulumi compiles what a pack requires; our sources want our settings.
  const compilerOptions = { rootDir: '/', paths: { 'k8s-apparmor/pulumi-policy': [sources] } };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, include: ['*.ts'] }));
  return folder;
}

test('the same program on the oldest API server', async () => {
  const old = await startCluster({ version: OLDEST_KUBERNETES });
  const oldProvider = await startStandInProvider(old);
  const oldPlace = await pulumiPlace(oldProvider.port);
  try {
    const stack = await oldPlace.stack('old', program(before));
    await stack.up();
    expect(oldProvider.warnings).toEqual([]);
    const found = await old.api('/apis/apps/v1/namespaces/default/deployments/web');
    expect(found.body.spec.template.spec.securityContext.appArmorProfile).toEqual({ type: 'Localhost', localhostProfile: before.loadedName });
    await stack.destroy();
    expect((await old.api('/apis/apps/v1/namespaces/default/deployments/web')).status).toBe(404);
  } finally {
    oldPlace.end();
    oldProvider.end();
    await old.stop();
  }
});
