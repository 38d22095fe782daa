import { UserError } from './command';
import { Kubectl } from './kubectl';
import { entryOf, JsonObject, listOf, objectAt, objectOf } from '../manifests/json';
import { STATE_PORT } from '../manifests/loader';
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

/** Each loader tells its state on a port of its pod, which the API server passes on (`pods/proxy`). */
async function loaderStates(kubectl: Kubectl, loaders: readonly JsonObject[], talk: (line: string) => void): Promise<Map<string, string>> {
  const running = loaders.filter((pod) => entryOf(objectAt(pod, ['status']), 'phase') === 'Running');
  const asked = [...running].sort((one, other) => Number(isReady(one)) - Number(isReady(other))).slice(0, MOST_ASKED);
  if (asked.length < running.length) talk(`${running.length} loaders run; ${MOST_ASKED} of them were asked for their state`);
  const states = new Map<string, string>();
  let silent = 0;
  const queue = [...asked];
  const ask = async () => {
    for (let pod = queue.pop(); pod; pod = queue.pop()) {
      const [namespace, name] = [namespaceOf(pod), nameOf(pod)].map(encodeURIComponent);
      const path = `/api/v1/namespaces/${namespace}/pods/${name}:${STATE_PORT}/proxy/state.json`;
      await kubectl.run(['get', `--raw=${path}`]).then((text) => states.set(`${namespaceOf(pod)}/${nameOf(pod)}`, text), () => { silent++; });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  if (silent > 0) talk(`${silent} of ${asked.length} loaders did not tell their state (this needs the right to pods/proxy)`);
  return states;
}

function isReady(pod: JsonObject): boolean {
  return listOf(entryOf(objectAt(pod, ['status']), 'containerStatuses')).every((status) => entryOf(objectOf(status), 'ready') === true);
}
