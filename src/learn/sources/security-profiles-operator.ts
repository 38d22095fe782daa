import { parseAllDocuments } from 'yaml';
import { isObject, listAt, objectAt, textAt, textsAt } from './json-values';
import { capabilityAccess } from './observed';
import type { JsonObject } from './source';
import type { Access } from '../../rules/access';

/**
 * `AppArmorProfile` objects of the Security Profiles Operator (v1, and v1alpha1 before its 1.0), as `kubectl get -o yaml` or
 * `-o json` gives them: recorded behaviour, or a hand-written profile.
 */
export interface OperatorProfile {
  readonly name: string;
  /** Absent: the object says nothing. */
  readonly mode?: 'enforce' | 'complain';
  /** What its `abstract` gives; paths are patterns. */
  readonly entries: readonly OperatorEntry[];
}

/** One line of an `abstract`: patterns in paths mean the same as in AppArmor. */
export interface OperatorEntry {
  readonly access: Access;
  /** The path is a pattern already. */
  readonly pattern: boolean;
}

/** Whether a text begins like such an object, or a list of them. */
export function looksLikeOperatorProfile(head: string): boolean {
  return /"?kind"?:\s*"?AppArmorProfile(?:List)?\b/.test(head) || /"?apiVersion"?:\s*"?security-profiles-operator\.x-k8s\.io\//.test(head);
}

/** All profiles in a YAML or JSON text: single objects, several documents, Lists. */
export function readOperatorProfiles(text: string): OperatorProfile[] {
  // The library's own way to name the place of each error takes time with the square of their number.
  const documents = parseAllDocuments(text, { schema: 'core', merge: false, uniqueKeys: false, prettyErrors: false });
  const broken = documents.flatMap(({ errors }) => errors)[0];
  if (broken !== undefined) {
    throw new SyntaxError(`the AppArmorProfile object is no YAML: line ${text.slice(0, broken.pos[0]).split('\n').length}: ${broken.message.split('\n')[0]}`);
  }
  return documents.flatMap((document) => objectsIn(document.toJS({ maxAliasCount: 100 }))).map(readOperatorProfile);
}

export function isOperatorProfile(value: unknown): value is JsonObject {
  return isObject(value) && value.kind === 'AppArmorProfile' && textAt(value, 'apiVersion')?.startsWith('security-profiles-operator.x-k8s.io/') === true;
}

function objectsIn(document: unknown): JsonObject[] {
  if (isOperatorProfile(document)) {
    return [document];
  }
  return isObject(document) ? listAt(document, 'items').filter(isOperatorProfile) : [];
}

export function readOperatorProfile(object: JsonObject): OperatorProfile {
  const abstract = ['spec', 'abstract'];
  const files = (mask: string, ...path: string[]) => textsAt(object, ...abstract, ...path)
    .filter((pattern) => pattern.startsWith('/') || pattern.startsWith('@{'))
    .map((pattern): OperatorEntry => ({ access: { class: 'file', path: pattern, mask }, pattern: true }));
  const mode = textAt(object, 'spec', 'mode')?.toLowerCase()
    ?? (isObject(object.spec) && typeof object.spec.complainMode === 'boolean' ? object.spec.complainMode ? 'complain' : 'enforce' : undefined);
  return {
    name: textAt(object, 'metadata', 'name') ?? 'profile',
    ...((mode === 'enforce' || mode === 'complain') && { mode }),
    entries: [
      ...textsAt(object, ...abstract, 'executable', 'allowedExecutables')
        .map((path): OperatorEntry => ({ access: { class: 'exec', path }, pattern: true })),
      ...files('mr', 'executable', 'allowedLibraries'),
      ...files('r', 'filesystem', 'readOnlyPaths'),
      ...files('wlk', 'filesystem', 'writeOnlyPaths'),
      ...files('rwlk', 'filesystem', 'readWritePaths'),
      ...networkEntries(object),
      ...textsAt(object, ...abstract, 'capability', 'allowedCapabilities')
        .flatMap((name) => capabilityAccess(name)).map((access) => ({ access, pattern: false })),
    ],
  };
}

/** The operator writes `network tcp`, `network udp` and `network raw`. */
function networkEntries(object: JsonObject): OperatorEntry[] {
  const network = objectAt(object, 'spec', 'abstract', 'network');
  const protocols = objectAt(network, 'allowedProtocols');
  const types = [
    ...(protocols.allowTcp === true ? ['stream'] : []),
    ...(protocols.allowUdp === true ? ['dgram'] : []),
    ...(network.allowRaw === true ? ['raw'] : []),
  ];
  return types.flatMap((type) => ['inet', 'inet6'].map((family): OperatorEntry => ({ access: { class: 'network', family, type }, pattern: false })));
}
