import { entryOf, JsonObject, listOf, objectAt, objectOf, stringOf, withEntry } from './json';
import { PodTemplate } from './pod-template';
import { ANNOTATION_PREFIX, profileField } from './profile-reference';

/** The three lists of containers, in the order in which the API looks names up. */
export const CONTAINER_LISTS = ['containers', 'initContainers', 'ephemeralContainers'] as const;
export type ContainerList = typeof CONTAINER_LISTS[number];

/** One container of a pod; a container without a name, which the API refuses, has the name ''. */
export interface PodContainer {
  readonly list: ContainerList;
  readonly index: number;
  readonly name: string;
  readonly body: JsonObject;
}

/** The labels that every kubelet gives its node; the second until it is gone. */
export const OS_LABELS: readonly string[] = ['kubernetes.io/os', 'beta.kubernetes.io/os'];

/** The containers of a pod, init containers (sidecars too) and ephemeral ones included. */
export function containersOf(template: PodTemplate): PodContainer[] {
  const spec = objectOf(entryOf(template, 'spec'));
  const containers: PodContainer[] = [];
  for (const list of CONTAINER_LISTS) {
    const items = listOf(entryOf(spec, list));
    for (let index = 0; index < items.length; index++) {
      const body = objectOf(items[index]);
      if (body) containers.push({ list, index, name: stringOf(entryOf(body, 'name')) ?? '', body });
    }
  }
  return containers;
}

/** The AppArmor annotation of a container, whatever its type; the API reads null as an empty text. */
export function appArmorAnnotation(template: PodTemplate, container: string): unknown {
  const value = entryOf(objectAt(template, ['metadata', 'annotations']), ANNOTATION_PREFIX + container);
  return value === null ? '' : value;
}

/** The pod-level `appArmorProfile`, valid or not. */
export function podProfileField(template: PodTemplate): JsonObject | undefined {
  return profileField(entryOf(objectAt(template, ['spec']), 'securityContext'));
}

/** The container-level `appArmorProfile`, valid or not. */
export function containerProfileField(container: PodContainer): JsonObject | undefined {
  return profileField(entryOf(container.body, 'securityContext'));
}

export function isPrivileged(container: PodContainer): boolean {
  return entryOf(objectOf(entryOf(container.body, 'securityContext')), 'privileged') === true;
}

/**
 * Whether the pods run on Windows: by `spec.os`, by node selector, or by a required node affinity that leaves Windows only.
 * The API server forbids AppArmor fields for the first; for the others the node would reject the pod.
 */
export function isWindows(template: PodTemplate): boolean {
  const spec = objectAt(template, ['spec']);
  const os = entryOf(objectOf(entryOf(spec, 'os')), 'name');
  if (os !== undefined && os !== null) return os === 'windows';
  const selector = objectOf(entryOf(spec, 'nodeSelector'));
  if (OS_LABELS.some((label) => entryOf(selector, label) === 'windows')) return true;
  const required = objectAt(spec, ['affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution']);
  const terms = listOf(entryOf(required, 'nodeSelectorTerms'));
  return terms.length > 0 && terms.every(wantsWindows);
}

function wantsWindows(term: unknown): boolean {
  return listOf(entryOf(objectOf(term), 'matchExpressions')).some((item) => {
    const expression = objectOf(item);
    const values = listOf(entryOf(expression, 'values'));
    return OS_LABELS.includes(stringOf(entryOf(expression, 'key')) ?? '') && entryOf(expression, 'operator') === 'In'
      && values.length === 1 && values[0] === 'windows';
  });
}

/** The template with the body of one container replaced. */
export function withContainer(template: PodTemplate, container: PodContainer, body: JsonObject): PodTemplate {
  const spec = objectAt(template, ['spec']) ?? {};
  const list = listOf(entryOf(spec, container.list)).map((item, index) => (index === container.index ? body : item));
  return withEntry(template, 'spec', withEntry(spec, container.list, list));
}

/** The body of a pod spec or container with `appArmorProfile` in its security context. */
export function withProfileField(body: JsonObject, field: JsonObject): JsonObject {
  const context = objectOf(entryOf(body, 'securityContext')) ?? {};
  return withEntry(body, 'securityContext', withEntry(context, 'appArmorProfile', field));
}
