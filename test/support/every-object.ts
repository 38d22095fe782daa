import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiObject, App, Chart, Cron } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import {
  AppArmorProfile, AppArmorProfileBundle, Confinement, ConfinementPolicy, DenialLog, KubernetesVersion, LoaderParser, PodSecurityLevel, PolicyAction,
  ProfileMode, Rule,
} from '../../src';
import { JsonObject } from '../../src/manifests/json';
import { ConfinedCronJob, ConfinedDaemonSet, ConfinedDeployment, ConfinedJob, ConfinedPod, ConfinedStatefulSet } from '../../src/plus/plus28';

export const WEB = new AppArmorProfile({ name: 'web', rules: [Rule.read('/etc/nginx/**')] });
const [COMPLAINING_SHELL, SHELL] = [ProfileMode.COMPLAIN, ProfileMode.KILL]
  .map((mode) => new AppArmorProfile({ name: 'shell', mode, rules: [Rule.file()] }));
const LOG = new AppArmorProfile({ name: 'log', rules: [Rule.read('/var/log/**')] });
const containers = [{ image: 'nginx', name: 'nginx' }, { image: 'log', name: 'log' }];

/** Every kind of object that the constructs make or change. */
export function everything(version: string): JsonObject[] {
  // What a gate holds its loaders to, and the policies, came with the fields.
  const { usesFields } = KubernetesVersion.of(version);
  const app = new App();
  app.node.setContext(KubernetesVersion.CONTEXT_KEY, version);
  const chart = new Chart(app, 'all', { namespace: 'all' });
  new kplus.Namespace(chart, 'namespace', { metadata: { name: 'all', labels: ConfinementPolicy.podSecurityLabels(PodSecurityLevel.PRIVILEGED) } });
  new AppArmorProfileBundle(chart, 'profiles', { profiles: [WEB, LOG], loader: usesFields ? { gate: true, startupTaint: true } : {} });
  new AppArmorProfileBundle(chart, 'image', {
    profiles: [LOG],
    loader: { parser: LoaderParser.IMAGE, image: 'registry.example/loader:1', keepCopies: false, nodeSelector: { pool: 'a' } },
  });
  new AppArmorProfileBundle(chart, 'history', { profiles: [SHELL], name: 'kept', historyFile: historyOf('kept', COMPLAINING_SHELL), namespace: 'kube-system' });
  new DenialLog(chart, 'denials');
  new DenialLog(chart, 'more-denials', { namespace: 'kube-system', podNames: false, windowSeconds: 10, linesPerWindow: 100, nodeSelector: { pool: 'a' } });
  const pods = { profile: WEB, containerProfiles: { log: LOG }, containers };
  new ConfinedPod(chart, 'pod', pods);
  new ConfinedDeployment(chart, 'deployment', pods);
  new ConfinedStatefulSet(chart, 'set', { ...pods, service: new kplus.Service(chart, 'service', { ports: [{ port: 80 }] }) });
  new ConfinedDaemonSet(chart, 'daemons', pods);
  new ConfinedJob(chart, 'job', pods);
  new ConfinedCronJob(chart, 'jobs', { ...pods, schedule: Cron.daily() });
  new kplus.Deployment(chart, 'other', { containers });
  rawObjects(chart);
  if (usesFields) addPolicy(chart, version);
  Confinement.of(app).byDefault(AppArmorProfile.runtimeDefault());
  return chart.toJson() as JsonObject[];
}

function addPolicy(chart: Chart, version: string): void {
  new ConfinementPolicy(chart, 'policy', {
    actions: [PolicyAction.WARN],
    namespaceLabels: { held: 'yes' },
    exemptions: [{ podLabels: { tool: 'debugger' }, reason: 'Traces' }],
    ...version === '>=1.36' && { defaultProfile: AppArmorProfile.runtimeDefault() },
  });
}

/** Workloads of kinds that nobody makes with cdk8s-plus. */
function rawObjects(chart: Chart): void {
  const labels = { app: 'raw' };
  const template = { metadata: { labels }, spec: { initContainers: [{ name: 'init', image: 'x' }], containers } };
  const kinds: Array<[string, string, object]> = [
    ['apps/v1', 'ReplicaSet', { spec: { selector: { matchLabels: labels }, template } }],
    ['v1', 'ReplicationController', { spec: { selector: labels, template } }],
    ['v1', 'PodTemplate', { template }],
  ];
  for (const [apiVersion, kind, body] of kinds) new ApiObject(chart, kind, { apiVersion, kind, metadata: { name: kind.toLowerCase() }, ...body });
}

/** A history in which a profile was another before. */
function historyOf(name: string, profile: AppArmorProfile): string {
  const historyFile = join(mkdtempSync(join(tmpdir(), 'k8s-apparmor-history-')), 'history.json');
  const chart = new Chart(new App(), 'before');
  process.env.K8S_APPARMOR_HISTORY = 'write';
  try {
    new AppArmorProfileBundle(chart, 'history', { profiles: [profile], historyFile, name }).writeHistory();
  } finally {
    delete process.env.K8S_APPARMOR_HISTORY;
  }
  return historyFile;
}
