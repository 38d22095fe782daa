import { App, Chart, Cron } from 'cdk8s';
import * as kplus28 from 'cdk8s-plus-28';
import * as kplus29 from 'cdk8s-plus-29';
import * as kplus30 from 'cdk8s-plus-30';
import * as kplus31 from 'cdk8s-plus-31';
import * as kplus32 from 'cdk8s-plus-32';
import * as kplus33 from 'cdk8s-plus-33';
import * as kplus34 from 'cdk8s-plus-34';
import { AppArmorProfile, AppArmorProfileBundle, Rule } from '../../src';
import { effectiveProfiles } from '../../src/manifests/confine-pod';
import { JsonObject } from '../../src/manifests/json';
import { podTemplates } from '../../src/manifests/pod-template';
import * as plus28 from '../../src/plus/plus28';
import * as plus29 from '../../src/plus/plus29';
import * as plus30 from '../../src/plus/plus30';
import * as plus31 from '../../src/plus/plus31';
import * as plus32 from '../../src/plus/plus32';
import * as plus33 from '../../src/plus/plus33';
import * as plus34 from '../../src/plus/plus34';

const WEB = new AppArmorProfile({ name: 'web', rules: [Rule.read('/etc/nginx/**')] });
const LOG = new AppArmorProfile({ name: 'log', rules: [Rule.read('/var/log/**')] });

/** The classes of different releases have nothing in common for the compiler, so each is taken for those of 28. */
const SIBLINGS = [
  ['29', kplus29, plus29], ['30', kplus30, plus30], ['31', kplus31, plus31], ['32', kplus32, plus32], ['33', kplus33, plus33], ['34', kplus34, plus34],
].map(([release, kplus, plus]) => [release, kplus, plus] as unknown as [string, typeof kplus28, typeof plus28]);

interface Classes {
  readonly Pod: typeof plus28.ConfinedPod;
  readonly Deployment: typeof plus28.ConfinedDeployment;
  readonly StatefulSet: typeof plus28.ConfinedStatefulSet;
  readonly DaemonSet: typeof plus28.ConfinedDaemonSet;
  readonly Job: typeof plus28.ConfinedJob;
  readonly CronJob: typeof plus28.ConfinedCronJob;
}

const confinedOf = (plus: typeof plus28): Classes => ({
  Pod: plus.ConfinedPod,
  Deployment: plus.ConfinedDeployment,
  StatefulSet: plus.ConfinedStatefulSet,
  DaemonSet: plus.ConfinedDaemonSet,
  Job: plus.ConfinedJob,
  CronJob: plus.ConfinedCronJob,
});

function shop(kplus: typeof kplus28, classes: Classes, profiles: object): JsonObject[] {
  const app = new App();
  const chart = new Chart(app, 'shop');
  new AppArmorProfileBundle(new Chart(app, 'profiles'), 'profiles', { profiles: [WEB, LOG] });
  const pods = { ...profiles, containers: [{ image: 'nginx', name: 'nginx' }, { image: 'log', name: 'log' }] };
  new classes.Pod(chart, 'pod', pods);
  new classes.Deployment(chart, 'deployment', pods);
  new classes.StatefulSet(chart, 'set', { ...pods, service: new kplus.Service(chart, 'service', { ports: [{ port: 80 }] }) });
  new classes.DaemonSet(chart, 'daemons', pods);
  new classes.Job(chart, 'job', pods);
  new classes.CronJob(chart, 'jobs', { ...pods, schedule: Cron.daily() });
  return chart.toJson() as JsonObject[];
}

const PROFILES = { profile: WEB, containerProfiles: { log: LOG } };

test.each([['28', kplus28, plus28] as const, ...SIBLINGS])('plus%s adds profiles to what its cdk8s-plus makes, and nothing else', (_release, kplus, plus) => {
  const ours = shop(kplus, confinedOf(plus), PROFILES);
  const templates = ours.flatMap((object) => podTemplates(object).map(({ template }) => template));
  const profiles = templates.flatMap((template) => effectiveProfiles(template).map(({ profile }) => profile));
  expect(profiles).toEqual(Array.from({ length: 6 }, () => [
    { type: 'Localhost', localhostProfile: WEB.loadedName },
    { type: 'Localhost', localhostProfile: LOG.loadedName },
  ]).flat());
  const without = JSON.parse(JSON.stringify(ours), (key, value: unknown) => (key === 'appArmorProfile' ? undefined : value)) as unknown;
  expect(without).toEqual(shop(kplus, kplus as unknown as Classes, {}));
});

test.each(SIBLINGS)('plus%s extends the classes of its own cdk8s-plus', (_release, kplus, plus) => {
  const pod = new plus.ConfinedPod(new Chart(new App(), 'c'), 'p', { profile: AppArmorProfile.runtimeDefault(), containers: [{ image: 'x' }] });
  expect(pod).toBeInstanceOf(kplus.Pod);
});
