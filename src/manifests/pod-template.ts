import { entryOf, JsonObject, listOf, objectAt, objectOf, stringOf, withEntry } from './json';

/** The object that a pod template stands in. */
export interface Workload {
  readonly apiVersion: string;
  readonly kind: string;
  /** Undefined for an object with `generateName`. */
  readonly name?: string;
  readonly namespace?: string;
  readonly labels: JsonObject;
  /** The labels of the pods themselves. */
  readonly podLabels: JsonObject;
}

/** The part of an object that describes pods: `metadata` and `spec`; of a Pod it is the object itself. */
export type PodTemplate = JsonObject;

interface Place {
  readonly groups: readonly string[];
  readonly path: readonly string[];
}

const APPS: Place = { groups: ['apps', 'extensions'], path: ['spec', 'template'] };

/**
 * Where the built-in kinds keep their pod template. The group counts: a custom resource may call itself `Job` or `Deployment`,
 * and what its template means is for its controller to say.
 */
const PLACES: Readonly<Record<string, Place>> = {
  Pod: { groups: [''], path: [] },
  PodTemplate: { groups: [''], path: ['template'] },
  ReplicationController: { groups: [''], path: ['spec', 'template'] },
  Deployment: APPS,
  DaemonSet: APPS,
  ReplicaSet: APPS,
  StatefulSet: APPS,
  Job: { groups: ['batch'], path: ['spec', 'template'] },
  CronJob: { groups: ['batch'], path: ['spec', 'jobTemplate', 'spec', 'template'] },
};

/** Lists in lists are legal; this deep they are not meant. */
const DEEPEST_LIST = 16;

/** A change of one pod template; it gives the same template back where it changes nothing. */
export type TemplateChange = (template: PodTemplate, workload: Workload) => PodTemplate;

/** Whether an object of this kind is, or may hold, a workload of Kubernetes' own: cheap, before its JSON is made. */
export function mayHoldPods(apiVersion: string, kind: string): boolean {
  return placeOf(apiVersion, kind) !== undefined || kind.endsWith('List');
}

/** The keys that lead from an object of this kind to its pod template, none for a Pod; undefined where it has none. */
export function podTemplatePath(apiVersion: string, kind: string): readonly string[] | undefined {
  return placeOf(apiVersion, kind)?.path;
}

/** The object with every pod template in it changed, in lists too; all else is the same, and nothing is changed in place. */
export function mapPodTemplates(object: JsonObject, change: TemplateChange): JsonObject {
  return mapObject(object, change, 0);
}

/** Every pod template of an object with the workload that it belongs to. */
export function podTemplates(object: JsonObject): { template: PodTemplate; workload: Workload }[] {
  const found: { template: PodTemplate; workload: Workload }[] = [];
  mapPodTemplates(object, (template, workload) => {
    found.push({ template, workload });
    return template;
  });
  return found;
}

function mapObject(object: JsonObject, change: TemplateChange, depth: number, itemKind?: JsonObject): JsonObject {
  const apiVersion = stringOf(entryOf(object, 'apiVersion')) ?? stringOf(entryOf(itemKind, 'apiVersion')) ?? '';
  const kind = stringOf(entryOf(object, 'kind')) ?? stringOf(entryOf(itemKind, 'kind')) ?? '';
  const place = placeOf(apiVersion, kind);
  if (place) return mapAt(object, place.path, (template) => change(template, workloadOf(object, apiVersion, kind, template)));
  const items = entryOf(object, 'items');
  if (!kind.endsWith('List') || !Array.isArray(items) || depth >= DEEPEST_LIST) return object;
  // The items of a `PodList` need not say that they are pods.
  const typed = { apiVersion, kind: kind.slice(0, -'List'.length) };
  const mapped = listOf(items).map((item) => {
    const inner = objectOf(item);
    return inner ? mapObject(inner, change, depth + 1, typed) : item;
  });
  return mapped.every((item, index) => item === items[index]) ? object : withEntry(object, 'items', mapped);
}

function placeOf(apiVersion: string, kind: string): Place | undefined {
  const place = Object.hasOwn(PLACES, kind) ? PLACES[kind] : undefined;
  if (!place || apiVersion === '') return undefined;
  const slash = apiVersion.indexOf('/');
  return place.groups.includes(slash < 0 ? '' : apiVersion.slice(0, slash)) ? place : undefined;
}

function mapAt(object: JsonObject, path: readonly string[], change: (at: JsonObject) => JsonObject): JsonObject {
  if (path.length === 0) return objectOf(entryOf(object, 'spec')) ? change(object) : object;
  const inner = objectOf(entryOf(object, path[0]));
  if (!inner) return object;
  const changed = mapAt(inner, path.slice(1), change);
  return changed === inner ? object : withEntry(object, path[0], changed);
}

function workloadOf(object: JsonObject, apiVersion: string, kind: string, template: PodTemplate): Workload {
  const metadata = objectAt(object, ['metadata']);
  return {
    apiVersion,
    kind,
    name: stringOf(entryOf(metadata, 'name')),
    namespace: stringOf(entryOf(metadata, 'namespace')),
    labels: objectAt(object, ['metadata', 'labels']) ?? {},
    podLabels: objectAt(template, ['metadata', 'labels']) ?? {},
  };
}
