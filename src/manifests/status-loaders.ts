/** What the loaders of a cluster have to say, from the objects that `kubectl get` shows. */
import { STATE_ANNOTATION_PREFIX } from './gate-policy';
import { entryOf, JsonObject, listOf, objectAt, objectOf, stringOf } from './json';

/** What a loader says in the last line of its log, or in an annotation of its node. */
export interface LoaderReport {
  readonly problems: readonly { readonly kind: string; readonly profile: string; readonly message: string }[];
  /** Profiles that somebody removed while they were watched, the last time in RFC 3339. */
  readonly removed: readonly { readonly profile: string; readonly time: string }[];
  /** Entries of both that had no room in a node's annotation. */
  readonly more: number;
}

/** One loader's pod. */
export interface LoaderPod {
  readonly namespace: string;
  readonly pod: string;
  /** The DaemonSet, which is the bundle's name. */
  readonly bundle: string;
  readonly node: string;
  readonly ready: boolean;
  /** The loaded names that it must bring, undefined where its list is not to be seen. */
  readonly wanted?: readonly string[];
  /** Undefined where nothing could be read. */
  readonly report?: LoaderReport;
}

/** A message is cut here: it comes from a node and is shown on a terminal. */
const LONGEST_MESSAGE = 2000;
const MOST_ENTRIES = 2000;

export function isLoader(pod: JsonObject): boolean {
  return entryOf(objectAt(pod, ['metadata', 'labels']), 'app.kubernetes.io/name') === 'k8s-apparmor-loader';
}

/**
 * @param pods loaders' pods
 * @param nodes whose annotations the gate writes
 * @param configMaps the programs of the loaders, with their lists
 * @param states `NAMESPACE/POD` → the last line of a loader's log, which has more to say than the annotation
 */
export function loaderPods(
  pods: readonly JsonObject[], nodes: readonly JsonObject[], configMaps: readonly JsonObject[], states: ReadonlyMap<string, string>,
): LoaderPod[] {
  const nodesByName = new Map(nodes.map((node) => [nameOf(node), node]));
  const lists = new Map(configMaps.map((map) => [`${namespaceOf(map)}/${nameOf(map)}`, map]));
  return pods.filter(isLoader).map((pod) => {
    const [namespace, name] = [namespaceOf(pod), nameOf(pod)];
    const node = stringOf(entryOf(objectAt(pod, ['spec']), 'nodeName')) ?? '';
    const bundle = stringOf(entryOf(objectAt(pod, ['metadata', 'labels']), 'app.kubernetes.io/instance')) ?? name;
    const annotation = stringOf(entryOf(objectAt(nodesByName.get(node), ['metadata', 'annotations']), STATE_ANNOTATION_PREFIX + bundle));
    return {
      namespace,
      pod: name,
      bundle,
      node,
      ready: isReady(pod),
      wanted: wantedBy(pod, lists),
      report: readReport(states.get(`${namespace}/${name}`) ?? annotation),
    };
  });
}

function isReady(pod: JsonObject): boolean {
  return listOf(entryOf(objectAt(pod, ['status']), 'conditions')).some((item) => {
    const condition = objectOf(item);
    return entryOf(condition, 'type') === 'Ready' && entryOf(condition, 'status') === 'True';
  });
}

function wantedBy(pod: JsonObject, lists: ReadonlyMap<string, JsonObject>): string[] | undefined {
  const volumes = listOf(entryOf(objectAt(pod, ['spec']), 'volumes')).map(objectOf);
  const name = entryOf(objectAt(volumes.find((volume) => entryOf(volume, 'name') === 'program'), ['configMap']), 'name');
  const list = stringOf(entryOf(objectAt(lists.get(`${namespaceOf(pod)}/${String(name)}`), ['data']), 'wanted'));
  return list?.split('\n').filter((line) => line !== '').map((line) => line.split('\t')[2] ?? '');
}

/** Never trusted: a node's words. */
export function readReport(text: string | undefined): LoaderReport | undefined {
  if (text === undefined) return undefined;
  let parsed: JsonObject | undefined;
  try {
    parsed = objectOf(JSON.parse(text));
  } catch {
    return undefined;
  }
  if (!parsed) return undefined;
  const entries = (key: string) => listOf(entryOf(parsed, key)).slice(0, MOST_ENTRIES).map(objectOf);
  const field = (entry: JsonObject | undefined, key: string) => (stringOf(entryOf(entry, key)) ?? '').slice(0, LONGEST_MESSAGE);
  return {
    problems: entries('problems').map((entry) => ({ kind: field(entry, 'kind'), profile: field(entry, 'profile'), message: field(entry, 'message') })),
    removed: entries('removed').map((entry) => ({ profile: field(entry, 'profile'), time: field(entry, 'time') })),
    more: Number(entryOf(parsed, 'more') ?? 0) || 0,
  };
}

export function nameOf(object: JsonObject | undefined): string {
  return stringOf(entryOf(objectAt(object, ['metadata']), 'name')) ?? '';
}

export function namespaceOf(object: JsonObject | undefined): string {
  return stringOf(entryOf(objectAt(object, ['metadata']), 'namespace')) ?? '';
}
