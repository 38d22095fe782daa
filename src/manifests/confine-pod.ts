/**
 * Gives the containers of a pod their profiles, in the form that a range of Kubernetes releases takes.
 *
 * What a pod says itself wins, whichever way it says it. From 1.30 on the pod-level field holds every container that has no
 * own field, debug containers included, so it is used wherever the API allows; where a container has an annotation, a differing
 * pod-level field makes the API server refuse a workload's template, so there each other container gets its own field.
 */
import { entryOf, JsonObject, objectAt, withEntry, withoutEntry } from './json';
import { Emission } from './kubernetes-versions';
import {
  appArmorAnnotation, containerProfileField, containersOf, isPrivileged, isWindows, PodContainer, podProfileField, withContainer, withProfileField,
} from './pod-spec';
import { PodTemplate } from './pod-template';
import {
  ANNOTATION_PREFIX, annotationOf, describeProfile, fieldOf, profileOfAnnotation, profileOfField, ProfileReference, sameProfile,
} from './profile-reference';

/** The profiles that the containers of a pod shall have. */
export interface PodConfinement {
  /** For every container that `containers` does not name. */
  readonly pod?: ProfileReference;
  /** By container name: containers, init containers and sidecars. */
  readonly containers?: Readonly<Record<string, ProfileReference>>;
}

/** A choice in the pod that was left as it is. */
export interface KeptChoice {
  /** Undefined for the pod-level field. */
  readonly container?: string;
  /** In a person's words, such as `Localhost web`. */
  readonly choice: string;
  /** Whether it says the same as what was wanted. */
  readonly agrees: boolean;
  /** False where it names no profile: the API server refuses a field like that, and passes over such an annotation. */
  readonly usable: boolean;
}

export interface ConfinedTemplate {
  /** The same value as the given one where nothing changed. */
  readonly template: PodTemplate;
  /** Windows pods get nothing. */
  readonly windows: boolean;
  readonly kept: readonly KeptChoice[];
  /** Privileged containers that would get a Localhost profile here: CRI-O runs them unconfined. */
  readonly privileged: readonly string[];
}

interface Wanted {
  readonly container: PodContainer;
  readonly profile?: ProfileReference;
  /** An own field, or an annotation with a value. */
  readonly own?: KeptChoice;
}

/** @param emission how the releases that the pod is for name profiles */
export function confinePod(template: PodTemplate, confinement: PodConfinement, emission: Emission): ConfinedTemplate {
  const unchanged = { template, kept: [], privileged: [] };
  if (isWindows(template)) return { ...unchanged, windows: true };
  const podField = podProfileField(template);
  if (podField) {
    const pod = keptPod(podField, confinement);
    return { ...unchanged, windows: false, kept: [pod, ...wantedOf(template, confinement).flatMap((wanted) => wanted.own ?? [])] };
  }
  const all = wantedOf(template, confinement);
  const open: Wanted[] = [];
  const choices: KeptChoice[] = [];
  const privileged: string[] = [];
  for (const wanted of all) {
    const { container, profile, own } = wanted;
    if (own) choices.push(own);
    if (own || !profile) continue;
    open.push(wanted);
    if (profile.type === 'Localhost' && isPrivileged(container)) privileged.push(container.name);
  }
  const changed = emission === 'fields' ? withFields(template, confinement, all, open) : withAnnotations(template, open);
  return { template: changed, windows: false, kept: choices, privileged };
}

function wantedOf(template: PodTemplate, confinement: PodConfinement): Wanted[] {
  return containersOf(template).map((container) => {
    const named = confinement.containers && Object.hasOwn(confinement.containers, container.name)
      ? confinement.containers[container.name]
      : undefined;
    const profile = named ?? confinement.pod;
    return { container, profile, own: ownChoice(template, container, profile) };
  });
}

function ownChoice(template: PodTemplate, container: PodContainer, wanted: ProfileReference | undefined): KeptChoice | undefined {
  const field = containerProfileField(container);
  if (field) return kept(profileOfField(field), JSON.stringify(field), wanted, container.name);
  const annotation = appArmorAnnotation(template, container.name);
  // The API takes an empty annotation and it means nothing.
  if (annotation === undefined || annotation === '') return undefined;
  const text = String(annotation);
  return kept(profileOfAnnotation(text), `annotation ${JSON.stringify(text)}`, wanted, container.name);
}

function keptPod(field: JsonObject, confinement: PodConfinement): KeptChoice {
  return kept(profileOfField(field), JSON.stringify(field), confinement.pod);
}

function kept(found: ProfileReference | undefined, text: string, wanted: ProfileReference | undefined, container?: string): KeptChoice {
  return {
    container,
    choice: found ? describeProfile(found) : text,
    agrees: found !== undefined && wanted !== undefined && sameProfile(found, wanted),
    usable: found !== undefined,
  };
}

function withFields(template: PodTemplate, confinement: PodConfinement, all: readonly Wanted[], open: readonly Wanted[]): PodTemplate {
  if (open.length === 0) return template;
  const annotated = all.some(({ own, container }) => own && !containerProfileField(container));
  const podLevel = !annotated && confinement.pod !== undefined;
  let result = template;
  for (const { container, profile } of open) {
    result = withoutEmptyAnnotation(result, container.name);
    const inherits = podLevel && sameProfile(profile!, confinement.pod!);
    if (!inherits) result = withContainer(result, container, withProfileField(container.body, fieldOf(profile!)));
  }
  if (!podLevel) return result;
  const spec = objectAt(result, ['spec'])!;
  return withEntry(result, 'spec', withProfileField(spec, fieldOf(confinement.pod!)));
}

/** Beside a field an empty annotation is refused: "apparmor type in annotation and field must match". */
function withoutEmptyAnnotation(template: PodTemplate, container: string): PodTemplate {
  if (appArmorAnnotation(template, container) !== '') return template;
  const metadata = objectAt(template, ['metadata'])!;
  const annotations = withoutEntry(objectAt(metadata, ['annotations'])!, ANNOTATION_PREFIX + container);
  return withEntry(template, 'metadata', Object.keys(annotations).length === 0
    ? withoutEntry(metadata, 'annotations')
    : withEntry(metadata, 'annotations', annotations));
}

function withAnnotations(template: PodTemplate, open: readonly Wanted[]): PodTemplate {
  // An annotation for an ephemeral container is refused at creation: "container not found".
  const named = open.filter(({ container }) => container.name !== '' && container.list !== 'ephemeralContainers');
  if (named.length === 0) return template;
  const metadata = objectAt(template, ['metadata']) ?? {};
  let annotations = objectAt(metadata, ['annotations']) ?? {};
  for (const { container, profile } of named) {
    annotations = withEntry(annotations, ANNOTATION_PREFIX + container.name, annotationOf(profile!));
  }
  return withEntry(template, 'metadata', withEntry(metadata, 'annotations', annotations));
}

/** Names in `containers` that no container of the pod has. */
export function unknownContainers(template: PodTemplate, confinement: PodConfinement): string[] {
  const wanted = Object.keys(confinement.containers ?? {});
  if (wanted.length === 0) return wanted;
  const names = new Set(containersOf(template).map((container) => container.name));
  return wanted.filter((name) => !names.has(name));
}

/** The names that a message offers in place of an unknown one. */
export function containerNames(template: PodTemplate): string[] {
  return containersOf(template).map((container) => container.name).filter((name) => name !== '');
}

/** Whether the pod says anything about AppArmor itself. */
export function saysProfile(template: PodTemplate): boolean {
  return podProfileField(template) !== undefined || containersOf(template).some((container) => containerProfileField(container) !== undefined
    || (appArmorAnnotation(template, container.name) ?? '') !== '');
}

/** The profile of each container once the pod is created, by the kubelet's own order; undefined where the pod says nothing. */
export function effectiveProfiles(template: PodTemplate): { container: PodContainer; profile?: ProfileReference }[] {
  return containersOf(template).map((container) => {
    const annotation = entryOf(objectAt(template, ['metadata', 'annotations']), ANNOTATION_PREFIX + container.name);
    return {
      container,
      profile: profileOfField(containerProfileField(container))
        ?? (typeof annotation === 'string' ? profileOfAnnotation(annotation) : undefined)
        ?? profileOfField(podProfileField(template)),
    };
  });
}
