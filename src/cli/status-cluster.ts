import { UserError } from './command';
import { Kubectl } from './kubectl';
import { entryOf, JsonObject, listOf, objectAt, objectOf } from '../manifests/json';
import { ClusterObjects } from '../manifests/status';
import { nameOf, namespaceOf } from '../manifests/status-loaders';

/** What the user asked to see. */
export interface StatusQuestion {
  /** @default - every namespace */
  readonly namespace?: string;
  readonly strict: boolean;
}

const OURS = 'app.kubernetes.io/name=k8s-apparmor';
const LOADERS = 'app.kubernetes.io/name=k8s-apparmor-loader';

/** Loaders are asked one by one, so not all of them where there are many: those that are not ready come first. */
const MOST_ASKED = 100;
const AT_ONCE = 8;

/** The state is the last line; a runtime keeps a long one in pieces of 16 KiB, which count as lines here. A node may write what it wants. */
const LAST_LINES = ['--tail=200', `--limit-bytes=${8 * 1024 * 1024}`];

/**
 * Reads a cluster. Pods must be readable; whatever else is not, is said on `talk` and left out.
 *
 * @throws UserError where the pods cannot be read
 */
export async function readCluster(kubectl: Kubectl, question: StatusQuestion, talk: (line: string) => void): Promise<ClusterObjects> {
  const optional = async (what: string, args: readonly string[]) => list(kubectl, args).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    talk(`${what} cannot be read, so this says less: ${error.message}`);
    return [];
  });
  const pods = await list(kubectl, ['get', 'pods', ...question.namespace ? [`--namespace=${question.namespace}`] : ['--all-namespaces']]);
  const [nodes, namespaces, loaders, configMaps, policies] = await Promise.all([
    optional('nodes', ['get', 'nodes']),
    optional('namespaces', ['get', 'namespaces']),
    optional('loaders', ['get', 'pods', '--all-namespaces', `--selector=${LOADERS}`]),
    optional('the loaders\' lists', ['get', 'configmaps', '--all-namespaces', `--selector=${OURS}`]),
    optional('admission policies', ['get', 'validatingadmissionpolicies.admissionregistration.k8s.io', `--selector=${OURS}`]),
  ]);
  const confining = policies.filter((policy) => !nameOf(policy).startsWith('k8s-apparmor-gate-'));
  const states = await loaderStates(kubectl, loaders, talk);
  return { pods, nodes, namespaces, loaders, configMaps, policies: confining, states, strict: question.strict };
}

async function list(kubectl: Kubectl, args: readonly string[]): Promise<JsonObject[]> {
  const text = await kubectl.run([...args, '--output=json']);
  let parsed: JsonObject | undefined;
  try {
    parsed = objectOf(JSON.parse(text));
  } catch {
    parsed = undefined;
  }
  if (!parsed) throw new UserError(`kubectl ${args.slice(0, 2).join(' ')} printed something else than JSON`);
  return listOf(entryOf(parsed, 'items')).map(objectOf).filter((item) => item !== undefined);
}

/**
 * Each loader ends its log with its state. Reading that is the right `pods/log`, which the ClusterRole `view` has, and goes through the
 * kubelet as `kubectl logs` does; its port would need `pods/proxy` and an API server that can reach the addresses of pods.
 */
async function loaderStates(kubectl: Kubectl, loaders: readonly JsonObject[], talk: (line: string) => void): Promise<Map<string, string>> {
  const running = loaders.filter((pod) => entryOf(objectAt(pod, ['status']), 'phase') === 'Running');
  const asked = [...running].sort((one, other) => Number(isReady(one)) - Number(isReady(other))).slice(0, MOST_ASKED);
  if (asked.length < running.length) talk(`${running.length} loaders run; ${MOST_ASKED} of them were asked for their state`);
  const states = new Map<string, string>();
  const queue = [...asked];
  const ask = async () => {
    for (let pod = queue.pop(); pod; pod = queue.pop()) {
      const [namespace, name] = [namespaceOf(pod), nameOf(pod)];
      const log = await kubectl.run(['logs', `pod/${name}`, `--namespace=${namespace}`, '--container=loader', ...LAST_LINES]).catch(() => '');
      const state = log.split('\n').reverse().find(isState);
      if (state !== undefined) states.set(`${namespace}/${name}`, state);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  const silent = asked.length - states.size;
  if (silent > 0) talk(`${silent} of ${asked.length} loaders did not tell their state (this needs the right to pods/log)`);
  return states;
}

function isState(line: string): boolean {
  try {
    return entryOf(objectOf(JSON.parse(line)), 'event') === 'state';
  } catch {
    return false;
  }
}

function isReady(pod: JsonObject): boolean {
  return listOf(entryOf(objectAt(pod, ['status']), 'containerStatuses')).every((status) => entryOf(objectOf(status), 'ready') === true);
}
