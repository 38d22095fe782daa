/** How the pods of a cluster are confined: what they ask for, what their nodes have, and what is to be done about the difference. */
import { effectiveProfiles } from './confine-pod';
import { PROFILE_LABEL_PREFIX, profileLabel } from './gate-affinity';
import { entryOf, JsonObject, listOf, objectAt, objectOf, stringOf } from './json';
import { isPrivileged, isWindows, PodContainer } from './pod-spec';
import { withoutGeneration } from './profile-name';
import { describeProfile, ProfileReference } from './profile-reference';
import { exemptionReason, exemptionsOf } from './status-exemptions';
import { isLoader, LoaderPod, loaderPods, LoaderReport, nameOf, namespaceOf } from './status-loaders';

/**
 * How a container is confined: in its profile; waiting for it; refused by its node for good; running without it since somebody removed
 * it (only a restart heals); under a content that somebody else loaded by its name; without one although it names one (privileged); asking for none; left to the runtime's default, which
 * nodes without AppArmor do not apply; or not seen yet.
 */
export type ContainerState = 'confined' | 'waiting' | 'refused' | 'restart' | 'replaced' | 'ineffective' | 'unconfined' | 'unasked' | 'pending';

export interface ContainerStatus {
  readonly namespace: string;
  /** `Deployment/web`, or `Pod/x` for one that nobody owns. */
  readonly workload: string;
  readonly pod: string;
  readonly node: string;
  readonly container: string;
  /** `Localhost NAME`, `RuntimeDefault`, `Unconfined`, or `none`. */
  readonly profile: string;
  readonly state: ContainerState;
  readonly reason: string;
  /** Whether the node has the profile; undefined where nothing says so. */
  readonly loaded?: boolean;
  /** True where no loader of the cluster has the profile on its list: other nodes do not get it. */
  readonly unbrought?: boolean;
  /** Why it may be unconfined. */
  readonly exempt?: string;
  /** Whether it should be confined and is not. */
  readonly finding: boolean;
}

export interface NodeStatus {
  readonly node: string;
  readonly bundle: string;
  readonly ready: boolean;
  readonly reasons: readonly string[];
}

export interface StatusReport {
  readonly containers: readonly ContainerStatus[];
  /** One entry a node and bundle; nodes that should have a loader and have none, with an empty bundle. */
  readonly nodes: readonly NodeStatus[];
  /** Whether anything should be confined and is not, or a node cannot confine. */
  readonly fine: boolean;
}

/** What was read of a cluster; an empty list where reading was not allowed. */
export interface ClusterObjects {
  readonly pods: readonly JsonObject[];
  readonly nodes: readonly JsonObject[];
  readonly namespaces: readonly JsonObject[];
  readonly loaders: readonly JsonObject[];
  readonly configMaps: readonly JsonObject[];
  /** Admission policies of ours. */
  readonly policies: readonly JsonObject[];
  /** `NAMESPACE/POD` of a loader → the last line of its log. */
  readonly states: ReadonlyMap<string, string>;
  /** Whether everything that no policy exempts should be confined; a policy on the cluster says the same. */
  readonly strict: boolean;
}

interface Known {
  readonly nodes: ReadonlyMap<string, JsonObject>;
  readonly namespaces: ReadonlyMap<string, JsonObject>;
  readonly loaders: readonly LoaderPod[];
  readonly loadersByNode: ReadonlyMap<string, readonly LoaderPod[]>;
  readonly exemptions: ReturnType<typeof exemptionsOf>;
  readonly strict: boolean;
}

export function clusterStatus(cluster: ClusterObjects): StatusReport {
  const loaders = loaderPods(cluster.loaders, cluster.nodes, cluster.configMaps, cluster.states);
  const loadersByNode = new Map<string, LoaderPod[]>();
  for (const loader of loaders) loadersByNode.set(loader.node, [...loadersByNode.get(loader.node) ?? [], loader]);
  const known: Known = {
    nodes: new Map(cluster.nodes.map((node) => [nameOf(node), node])),
    namespaces: new Map(cluster.namespaces.map((namespace) => [nameOf(namespace), namespace])),
    loaders,
    loadersByNode,
    exemptions: exemptionsOf(cluster.policies),
    strict: cluster.strict || cluster.policies.length > 0,
  };
  const containers = cluster.pods.filter((pod) => !isLoader(pod) && !isWindows(pod) && !isOver(pod)).flatMap((pod) => podStatus(pod, known));
  const nodes = nodeStatus(loaders, cluster.nodes);
  return { containers, nodes, fine: !containers.some(({ finding }) => finding) && nodes.every(({ ready }) => ready) };
}

/** Succeeded, or failed for another reason than AppArmor: nothing of it runs, and nothing will. */
function isOver(pod: JsonObject): boolean {
  const status = objectAt(pod, ['status']);
  const phase = entryOf(status, 'phase');
  return phase === 'Succeeded' || (phase === 'Failed' && entryOf(status, 'reason') !== 'AppArmor');
}

function nodeStatus(loaders: readonly LoaderPod[], nodes: readonly JsonObject[]): NodeStatus[] {
  const withLoader = new Set(loaders.map(({ node }) => node));
  const linux = nodes.filter((node) => entryOf(objectAt(node, ['metadata', 'labels']), 'kubernetes.io/os') !== 'windows').map(nameOf);
  const without = loaders.length === 0 ? [] : linux.filter((node) => !withLoader.has(node));
  return [
    ...loaders.map(({ node, bundle, ready, report }) => ({
      node: node === '' ? '(not scheduled)' : node, bundle, ready, reasons: loaderReasons(ready, report),
    })),
    ...without.map((node) => ({ node, bundle: '', ready: false, reasons: ['no loader runs here: see its DaemonSet\'s node selector and tolerations'] })),
  ];
}

function loaderReasons(ready: boolean, report: LoaderPod['report']): string[] {
  const problems = (report?.problems ?? []).map(({ profile, message }) => (profile === '' ? message : `${profile}: ${message}`));
  const removed = (report?.removed ?? []).map(({ profile, time }) => `${profile}: somebody removed it, last at ${time}`);
  const more = report && report.more > 0 ? [`and ${report.more} more: see the loader's log (kubectl logs, container loader)`] : [];
  const silent = !ready && problems.length === 0 ? ['the loader is not ready; its log says why (kubectl logs, container loader)'] : [];
  return [...problems, ...removed, ...more, ...silent];
}

function podStatus(pod: JsonObject, known: Known): ContainerStatus[] {
  const namespace = namespaceOf(pod);
  const node = stringOf(entryOf(objectAt(pod, ['spec']), 'nodeName')) ?? '';
  const labels = (object: JsonObject | undefined) => objectAt(object, ['metadata', 'labels']) ?? {};
  const exempt = exemptionReason(known.exemptions, namespace, labels(known.namespaces.get(namespace)), labels(pod));
  return effectiveProfiles(pod).map(({ container, profile }) => {
    const { state, reason } = containerState(pod, container, profile, node, known);
    const loaded = profile?.localhostProfile === undefined || node === '' ? undefined : isLoaded(profile.localhostProfile, node, known);
    return {
      namespace,
      workload: workloadOf(pod),
      pod: nameOf(pod),
      node,
      container: container.name,
      profile: profile ? describeProfile(profile) : 'none',
      state,
      reason,
      ...loaded !== undefined && { loaded },
      ...isUnbrought(profile?.localhostProfile, known) && { unbrought: true },
      ...exempt !== undefined && { exempt },
      finding: exempt === undefined && isFinding(state, profile, known.strict),
    };
  });
}

function isFinding(state: ContainerState, profile: ProfileReference | undefined, strict: boolean): boolean {
  if (state === 'confined' || state === 'pending') return false;
  const asked = profile !== undefined && profile.type !== 'Unconfined';
  return asked || strict;
}

function containerState(
  pod: JsonObject, container: PodContainer, profile: ProfileReference | undefined, node: string, known: Known,
): { state: ContainerState; reason: string } {
  const status = objectAt(pod, ['status']);
  if (entryOf(status, 'reason') === 'AppArmor') return { state: 'refused', reason: stringOf(entryOf(status, 'message')) ?? 'the node has no AppArmor' };
  if (profile?.type === 'Unconfined') return { state: 'unconfined', reason: 'it asks for no profile' };
  if (isPrivileged(container) && ignoresProfile(profile, node, known)) {
    return { state: profile ? 'ineffective' : 'unconfined', reason: 'it is privileged, and the node\'s runtime then applies no profile' };
  }
  if (!profile) return { state: 'unasked', reason: 'it names no profile: the runtime applies its own, and none on a node without AppArmor' };
  const own = containerStatusOf(status, container);
  const waiting = objectAt(own, ['state', 'waiting']);
  const message = stringOf(entryOf(waiting, 'message')) ?? '';
  if (/apparmor/i.test(message)) return { state: 'waiting', reason: message };
  const startedAt = stringOf(entryOf(objectAt(own, ['state', 'running']), 'startedAt'));
  if (startedAt === undefined) {
    const ended = objectAt(own, ['state', 'terminated']) !== undefined;
    return { state: 'pending', reason: ended ? 'it has ended' : stringOf(entryOf(waiting, 'reason')) ?? 'it has not started' };
  }
  const removed = removedSince(profile, node, startedAt, known);
  if (removed) return { state: 'restart', reason: `its profile was removed from the node at ${removed}, after it started at ${startedAt}: restart the pod` };
  const replaced = problemsOf(profile.localhostProfile, node, known).find(({ kind }) => kind === 'replaced');
  return replaced ? { state: 'replaced', reason: replaced.message } : { state: 'confined', reason: '' };
}

/** Whether a profile with a generation, as programs of ours name it, is on no loader's list, where all of these could be read. */
function isUnbrought(name: string | undefined, { loaders }: Known): boolean {
  if (name === undefined || withoutGeneration(name) === name || loaders.length === 0) return false;
  return loaders.every(({ wanted }) => wanted !== undefined && !wanted.includes(name));
}

function problemsOf(profile: string | undefined, node: string, known: Known): LoaderReport['problems'] {
  return (known.loadersByNode.get(node) ?? []).flatMap(({ report }) => report?.problems ?? []).filter((problem) => problem.profile === profile);
}

/** Problems of a profile that is loaded all the same. */
const LOADED_ANYWAY = ['copy', 'replaced'];

/** containerd applies a Localhost profile to privileged containers too, CRI-O none; of the runtime's default neither does. */
function ignoresProfile(profile: ProfileReference | undefined, node: string, known: Known): boolean {
  const runtime = stringOf(entryOf(objectAt(known.nodes.get(node), ['status', 'nodeInfo']), 'containerRuntimeVersion')) ?? '';
  return profile?.type !== 'Localhost' || runtime.startsWith('cri-o');
}

function containerStatusOf(status: JsonObject | undefined, container: PodContainer): JsonObject | undefined {
  const list = { containers: 'containerStatuses', initContainers: 'initContainerStatuses', ephemeralContainers: 'ephemeralContainerStatuses' }[container.list];
  return listOf(entryOf(status, list)).map(objectOf).find((one) => entryOf(one, 'name') === container.name);
}

/** A process that lost its profile does not get it back, even when the profile is loaded again. */
function removedSince(profile: ProfileReference, node: string, startedAt: string, known: Known): string | undefined {
  const removed = (known.loadersByNode.get(node) ?? []).flatMap(({ report }) => report?.removed ?? []);
  return removed.find((one) => one.profile === profile.localhostProfile && !(Date.parse(one.time) < Date.parse(startedAt)))?.time;
}

function isLoaded(name: string, node: string, known: Known): boolean | undefined {
  const labels = objectAt(known.nodes.get(node), ['metadata', 'labels']);
  if (entryOf(labels, profileLabel(name)) !== undefined) return true;
  const loaders = known.loadersByNode.get(node) ?? [];
  if (problemsOf(name, node, known).some(({ kind }) => !LOADED_ANYWAY.includes(kind))) return false;
  const bringing = loaders.filter(({ wanted }) => wanted?.includes(name));
  if (bringing.some(({ ready }) => ready)) return true;
  const gated = Object.keys(labels ?? {}).some((key) => key.startsWith(PROFILE_LABEL_PREFIX));
  return bringing.length > 0 && gated ? false : undefined;
}

/** The owner that people know: of a ReplicaSet its Deployment, of a Job of a CronJob that one. */
function workloadOf(pod: JsonObject): string {
  const owner = listOf(entryOf(objectAt(pod, ['metadata']), 'ownerReferences')).map(objectOf).find((one) => entryOf(one, 'controller') === true);
  const [kind, name] = [stringOf(entryOf(owner, 'kind')), stringOf(entryOf(owner, 'name')) ?? ''];
  if (kind === undefined) return `Pod/${nameOf(pod)}`;
  const hash = entryOf(objectAt(pod, ['metadata', 'labels']), 'pod-template-hash');
  if (kind === 'ReplicaSet' && typeof hash === 'string' && name.endsWith(`-${hash}`)) return `Deployment/${name.slice(0, -hash.length - 1)}`;
  return `${kind}/${name}`;
}
