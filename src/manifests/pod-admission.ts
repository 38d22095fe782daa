/**
 * What the API server does about AppArmor when a pod or a workload is created, so that it can be known before anything is applied:
 * the annotations and fields that it copies into one another, what it refuses and what it warns of. The facts are those of
 * `ValidateAppArmorProfileField`, `ValidateAppArmorPodAnnotations`, `validateAppArmorAnnotationsAndFieldsMatchOnCreate` and
 * `applyAppArmorVersionSkew` in Kubernetes 1.30 to 1.37.
 */
import { goQuoted } from './go-quote';
import { entryOf, JsonObject, objectAt, stringOf, withEntry } from './json';
import { compareReleases, Release } from './kubernetes-versions';
import { appArmorAnnotation, containerProfileField, containersOf, PodContainer, podProfileField, withContainer, withProfileField } from './pod-spec';
import { PodTemplate } from './pod-template';
import { isPadded } from './profile-name';
import {
  ANNOTATION_PREFIX, annotationOf, fieldOf, profileOfAnnotation, profileOfField, ProfileReference, sameProfile,
} from './profile-reference';

/** The API server's answer, in its own words. */
export interface Admission {
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  /** What is stored if there are no errors. */
  readonly stored: PodTemplate;
}

interface Request {
  readonly bare: boolean;
  readonly release: Release;
  readonly windows: boolean;
}

/** From this release on fields are no longer copied to annotations. */
const NO_FIELD_COPY: Release = { major: 1, minor: 34 };
/** From this release on the message of a long name counts bytes. */
const BYTES_IN_MESSAGE: Release = { major: 1, minor: 32 };
const TYPES = ['Localhost', 'RuntimeDefault', 'Unconfined'];

/**
 * @param template a Pod, or the pod template of a workload
 * @param bare true for a Pod itself; templates are checked, but nothing is copied in them
 * @param release from 1.30 on
 */
export function admitPod(template: PodTemplate, bare: boolean, release: Release): Admission {
  const windows = entryOf(objectAt(template, ['spec', 'os']), 'name') === 'windows';
  const request: Request = { bare, release, windows };
  const stored = bare && !windows ? copied(template, request) : template;
  return { stored, errors: errorsOf(stored, request), warnings: warningsOf(template, request) };
}

function annotationsOf(template: PodTemplate): JsonObject {
  return objectAt(template, ['metadata', 'annotations']) ?? {};
}

function copied(template: PodTemplate, request: Request): PodTemplate {
  // Init containers come first, which shows where containers share a name.
  const containers = containersOf(template);
  const ordered = [...containers.filter(({ list }) => list === 'initContainers'), ...containers.filter(({ list }) => list !== 'initContainers')];
  return ordered.reduce((result, container) => copiedContainer(result, container, request), template);
}

function copiedContainer(template: PodTemplate, container: PodContainer, request: Request): PodTemplate {
  const annotation = appArmorAnnotation(template, container.name);
  const field = containerProfileField(container) ?? podProfileField(template);
  if (annotation === undefined) {
    const old = compareReleases(request.release, NO_FIELD_COPY) < 0;
    return field && old ? withAnnotation(template, container.name, annotationOfField(field)) : template;
  }
  const named = profileOfAnnotation(String(annotation));
  const podLevel = profileOfField(podProfileField(template));
  if (!named || containerProfileField(container) || (podLevel && sameProfile(named, podLevel))) return template;
  return withContainer(template, container, withProfileField(container.body, fieldOf(named)));
}

function annotationOfField(field: JsonObject): string | undefined {
  const type = stringOf(entryOf(field, 'type')) ?? '';
  const localhostProfile = stringOf(entryOf(field, 'localhostProfile'));
  if (!TYPES.includes(type) || (type === 'Localhost' && localhostProfile === undefined)) return undefined;
  return annotationOf({ type: type as ProfileReference['type'], localhostProfile });
}

function withAnnotation(template: PodTemplate, container: string, value: string | undefined): PodTemplate {
  if (value === undefined) return template;
  const annotations = withEntry(annotationsOf(template), ANNOTATION_PREFIX + container, value);
  return withEntry(template, 'metadata', withEntry(objectAt(template, ['metadata']) ?? {}, 'annotations', annotations));
}

function errorsOf(template: PodTemplate, request: Request): string[] {
  const root = request.bare ? '' : 'spec.template.';
  const podPath = `${root}spec.securityContext.appArmorProfile`;
  const pathOf = (container: PodContainer) => `${root}spec.${container.list}[${container.index}].securityContext.appArmorProfile`;
  const containers = containersOf(template);
  return [
    ...annotationErrors(template, `${request.bare ? 'metadata.' : root}annotations`),
    ...fieldErrors(podProfileField(template), podPath, request),
    ...containers.flatMap((container) => fieldErrors(containerProfileField(container), pathOf(container), request)),
    ...(request.windows ? [] : containers.flatMap((container) => matchErrors(template, container, pathOf(container)))),
  ];
}

function annotationErrors(template: PodTemplate, path: string): string[] {
  const names = new Set(containersOf(template).map((container) => container.name));
  return Object.entries(annotationsOf(template)).filter(([key]) => key.startsWith(ANNOTATION_PREFIX)).flatMap(([key, value]) => {
    const name = key.slice(ANNOTATION_PREFIX.length);
    const text = String(value ?? '');
    const known = text === '' || text === 'runtime/default' || text === 'unconfined' || text.startsWith('localhost/');
    return [
      ...(names.has(name) ? [] : [`${path}[${key}]: Invalid value: ${goQuoted(name)}: container not found`]),
      ...(known ? [] : [`${path}[${key}]: Invalid value: ${goQuoted(text)}: invalid AppArmor profile name: ${goQuoted(text)}`]),
    ];
  });
}

function fieldErrors(field: JsonObject | undefined, path: string, request: Request): string[] {
  if (!field) return [];
  return [...request.windows ? [`${path}: Forbidden: cannot be set for a windows pod`] : [], ...valueErrors(field, path, request)];
}

function valueErrors(field: JsonObject, path: string, request: Request): string[] {
  const type = stringOf(entryOf(field, 'type')) ?? '';
  const name = stringOf(entryOf(field, 'localhostProfile'));
  if (type === '') return [`${path}.type: Required value: type is required when appArmorProfile is set`];
  if (!TYPES.includes(type)) {
    return [`${path}.type: Unsupported value: ${goQuoted(type)}: supported values: ${TYPES.map((one) => goQuoted(one)).join(', ')}`];
  }
  if (type !== 'Localhost') {
    return name === undefined ? [] : [`${path}.localhostProfile: Invalid value: ${goQuoted(name)}: can only be set when AppArmor type is Localhost`];
  }
  return nameErrors(name ?? '', `${path}.localhostProfile`, request.release);
}

function nameErrors(name: string, path: string, release: Release): string[] {
  if (name === '') return [`${path}: Required value: must be set when AppArmor type is Localhost`];
  const limit = compareReleases(release, BYTES_IN_MESSAGE) >= 0 ? 'more than 4095 bytes' : 'longer than 4095';
  return [
    ...isPadded(name) ? [`${path}: Invalid value: ${goQuoted(name)}: must not be padded with whitespace`] : [],
    ...Buffer.byteLength(name) > 4095 ? [`${path}: Too long: may not be ${limit}`] : [],
  ];
}

function matchErrors(template: PodTemplate, container: PodContainer, path: string): string[] {
  const annotation = appArmorAnnotation(template, container.name);
  const field = containerProfileField(container) ?? podProfileField(template);
  // A type that there is not is told of elsewhere.
  if (annotation === undefined || !TYPES.includes(stringOf(entryOf(field, 'type')) ?? '')) return [];
  const [type, name] = looselyRead(String(annotation));
  if (type === undefined || type !== entryOf(field, 'type')) return [`${path}.type: Forbidden: apparmor type in annotation and field must match`];
  const sameName = type !== 'Localhost' || name === (entryOf(field, 'localhostProfile') ?? '');
  return sameName ? [] : [`${path}.localhostProfile: Forbidden: apparmor profile in annotation and field must match`];
}

/** The comparison takes any rest after `localhost/` for a name, valid or not. */
function looselyRead(annotation: string): [ProfileReference['type'] | undefined, string?] {
  return annotation.startsWith('localhost/') ? ['Localhost', annotation.slice('localhost/'.length)] : [profileOfAnnotation(annotation)?.type];
}

function warningsOf(template: PodTemplate, request: Request): string[] {
  if (request.bare && request.windows) return [];
  return [...new Set(containersOf(template).flatMap((container) => {
    const annotation = appArmorAnnotation(template, container.name);
    if (annotation === undefined || containerProfileField(container) || !warns(template, String(annotation), request)) return [];
    const path = `${request.bare ? '' : 'spec.template.'}metadata.annotations[${ANNOTATION_PREFIX}${container.name}]`;
    return [`${path}: deprecated since v1.30; use the "appArmorProfile" field instead`];
  }))];
}

function warns(template: PodTemplate, annotation: string, request: Request): boolean {
  const podField = podProfileField(template);
  if (!podField) return true;
  if (!request.bare && compareReleases(request.release, NO_FIELD_COPY) < 0) return false;
  const named = profileOfAnnotation(annotation);
  const podLevel = profileOfField(podField);
  return !named || !podLevel || !sameProfile(named, podLevel);
}
