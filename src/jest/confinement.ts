import type { MatcherResult } from './decisions';
import { effectiveProfiles } from '../manifests/confine-pod';
import { objectOf, type JsonObject } from '../manifests/json';
import { isPrivileged, isWindows } from '../manifests/pod-spec';
import { podTemplates, type Workload } from '../manifests/pod-template';

/** What `toBeConfined` lets pass. */
export interface ConfinedOptions {
  /** Workloads that may run unconfined, each with its reason: `{ 'DaemonSet/node-agent': 'reads the kernel log' }`. */
  readonly except?: Readonly<Record<string, string>>;
}

/** Labels of this library's own loader, which loads profiles and so has none. */
const LOADER = { 'app.kubernetes.io/name': 'k8s-apparmor-loader' };

/**
 * `expect(chart).toBeConfined()`: every container of every workload in a chart, an app or a list of objects has a profile
 * that takes hold of it.
 */
export function toBeConfined(received: unknown, options: ConfinedOptions = {}): MatcherResult {
  const used = new Set<string>();
  const found = objectsOf(received).flatMap((object) => podTemplates(object));
  const faults = found.flatMap(({ template, workload }) => {
    const key = `${workload.kind}/${workload.name ?? ''}`;
    const except = options.except !== undefined && Object.hasOwn(options.except, key) ? options.except[key] : undefined;
    if (except?.trim()) {
      used.add(key);
      return [];
    }
    return isWindows(template) || isLoader(workload) ? [] : faultsOf(template, workload);
  });
  const idle = Object.keys(options.except ?? {}).filter((key) => !used.has(key))
    .map((key) => `${key}: is excepted without a reason, or is not there; remove it from except, or give the reason`);
  const all = [...faults, ...idle];
  return {
    pass: all.length === 0,
    message: () => (all.length === 0
      ? `expected some container to run unconfined, but each of ${found.length} workloads is confined`
      : `expected every container to run confined, but\n${all.map((fault) => `  ${fault}`).join('\n')}`),
  };
}

function faultsOf(template: JsonObject, workload: Workload): string[] {
  const place = [workload.kind, workload.namespace === undefined ? workload.name ?? '' : `${workload.namespace}/${workload.name ?? ''}`].join(' ');
  return effectiveProfiles(template).flatMap(({ container, profile }) => {
    const say = (what: string) => [`${place}, container ${container.name}: ${what}`];
    if (profile === undefined) {
      return say('no profile; give the workload one, or set Confinement.of(scope).byDefault(…)');
    }
    if (profile.type === 'Unconfined') {
      return say('explicitly unconfined; give it a profile, or name it in except with the reason');
    }
    return isPrivileged(container)
      ? say(`privileged, so ${profile.type === 'Localhost' ? 'CRI-O ignores its profile' : 'runtimes apply no default profile'}; drop privileged`)
      : [];
  });
}

function isLoader({ labels }: Workload): boolean {
  return Object.entries(LOADER).every(([label, value]) => labels[label] === value);
}

/** Objects of a chart, of all charts of an app, or of a list of objects. */
function objectsOf(received: unknown): JsonObject[] {
  if (Array.isArray(received)) {
    return received.map(objectOf).filter((object): object is JsonObject => object !== undefined);
  }
  const source = received as { toJson?: () => unknown; charts?: ReadonlyArray<{ toJson: () => unknown }> } | null | undefined;
  if (typeof source?.toJson === 'function') {
    return objectsOf(source.toJson());
  }
  if (Array.isArray(source?.charts)) {
    return source.charts.flatMap((chart) => objectsOf(chart.toJson()));
  }
  throw new Error('toBeConfined() is for a Chart, an App or a list of Kubernetes objects; write expect(chart).toBeConfined()');
}
