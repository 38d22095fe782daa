import { App, Chart, Cron } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { AppArmorProfile, AppArmorProfileBundle, Confinement, KubernetesVersion, LoaderParser, Rule } from '../../src';
import { JsonObject } from '../../src/manifests/json';
import {
  ConfinedCronJob, ConfinedDaemonSet, ConfinedDeployment, ConfinedJob, ConfinedPod, ConfinedStatefulSet,
} from '../../src/plus/plus28';
import { SCHEMA_RELEASES, validate } from '../support/schemas';

const WEB = new AppArmorProfile({ name: 'web', rules: [Rule.read('/etc/nginx/**')] });
const LOG = new AppArmorProfile({ name: 'log', rules: [Rule.read('/var/log/**')] });
const containers = [{ image: 'nginx', name: 'nginx' }, { image: 'log', name: 'log' }];

/** Every kind of object that the library makes or changes. */
function everything(range: string): JsonObject[] {
  const app = new App();
  app.node.setContext(KubernetesVersion.CONTEXT_KEY, range);
  const chart = new Chart(app, 'shop', { namespace: 'shop' });
  new AppArmorProfileBundle(chart, 'profiles', { profiles: [WEB, LOG] });
  new AppArmorProfileBundle(chart, 'image', {
    profiles: [LOG],
    loader: { parser: LoaderParser.IMAGE, image: 'registry.example/loader:1', keepCopies: false, nodeSelector: { pool: 'a' } },
  });
  const pods = { profile: WEB, containerProfiles: { log: LOG }, containers };
  new ConfinedPod(chart, 'pod', pods);
  new ConfinedDeployment(chart, 'deployment', pods);
  new ConfinedStatefulSet(chart, 'set', { ...pods, service: new kplus.Service(chart, 'service', { ports: [{ port: 80 }] }) });
  new ConfinedDaemonSet(chart, 'daemons', pods);
  new ConfinedJob(chart, 'job', pods);
  new ConfinedCronJob(chart, 'jobs', { ...pods, schedule: Cron.daily() });
  new kplus.Deployment(chart, 'other', { containers });
  Confinement.of(app).byDefault(AppArmorProfile.runtimeDefault());
  return chart.toJson() as JsonObject[];
}

const CASES = SCHEMA_RELEASES.flatMap((version) => ['>=1.30', '1.28 - 1.31'].flatMap((range) =>
  everything(range).map((object) => [String(object.kind), (object.metadata as { name: string }).name, range, version, object] as const)));

test.each(CASES)('the %s %s, made for %s, fits the schema of Kubernetes %s', (_kind, _name, _range, version, object) => {
  expect(validate(object, version)).toEqual([]);
});

test('a field that the release does not know would be noticed', () => {
  const [version] = SCHEMA_RELEASES;
  expect(validate({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name: 'c' }], appArmour: {} } }, version)).not.toEqual([]);
});
