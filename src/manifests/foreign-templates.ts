/**
 * Pods in objects that are none of Kubernetes' own workloads: Argo's Rollout, Knative's Service, OpenShift's Template. What their
 * templates mean is for their controllers to say, so nothing here changes them; but nobody should take them for confined.
 */
import { entryOf, JsonObject, JsonValue, listOf, objectOf, stringOf } from './json';
import { mayHoldPods, PodTemplate } from './pod-template';

/** What looks like a pod template, and where it is. */
export interface ForeignTemplate {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name?: string;
  readonly namespace?: string;
  /** Such as `spec.template`. */
  readonly path: string;
  readonly template: PodTemplate;
}

/** Deeper than any custom resource has been seen to keep a template. */
const DEEPEST = 12;

/** Everything in an object that looks like a pod template and that no confinement reaches; items of lists have their own names. */
export function foreignTemplates(object: JsonObject): ForeignTemplate[] {
  return templatesIn(object, DEEPEST);
}

function templatesIn(object: JsonObject, depth: number): ForeignTemplate[] {
  const apiVersion = stringOf(entryOf(object, 'apiVersion')) ?? '';
  const kind = stringOf(entryOf(object, 'kind')) ?? '';
  if (kind.endsWith('List') && depth > 0) return listOf(entryOf(object, 'items')).flatMap((item) => templatesIn(objectOf(item) ?? {}, depth - 1));
  if (kind === '' || apiVersion === '' || mayHoldPods(apiVersion, kind)) return [];
  const metadata = objectOf(entryOf(object, 'metadata'));
  const identity = { apiVersion, kind, name: stringOf(entryOf(metadata, 'name')), namespace: stringOf(entryOf(metadata, 'namespace')) };
  return within(object, [], depth).map(({ path, template }) => ({ ...identity, path: path.join('.'), template }));
}

function within(value: JsonValue, path: readonly string[], depth: number): { path: readonly string[]; template: PodTemplate }[] {
  if (depth === 0) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => within(item, [...path, String(index)], depth - 1));
  const object = objectOf(value);
  if (!object) return [];
  if (hasContainers(objectOf(entryOf(object, 'spec')))) return [{ path, template: object }];
  return Object.keys(object).flatMap((key) => within(object[key], [...path, key], depth - 1));
}

/** Containers have images; the schema of a custom resource, which has all these keys too, has none. */
function hasContainers(spec: JsonObject | undefined): boolean {
  const containers = listOf(entryOf(spec, 'containers'));
  return containers.length > 0 && containers.every((container) => stringOf(entryOf(objectOf(container), 'image')) !== undefined);
}
