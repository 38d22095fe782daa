import { createHash } from 'node:crypto';
import { effectiveProfiles } from './confine-pod';
import { entryOf, JsonObject, JsonValue, listOf, objectAt, objectOf, withEntry } from './json';
import { PodTemplate } from './pod-template';

/** A node that has a profile has a label with this prefix; its value is the bundle that brought it. */
export const PROFILE_LABEL_PREFIX = 'profile.k8s-apparmor.io/';

const LONGEST_LABEL = 63;
const HASH_DIGITS = 16;

/**
 * The key of the label of nodes that have loaded a profile. A profile's name says its generation, so pods of an older generation still
 * find their nodes after a rollback, and a changed profile concerns only the pods that use it.
 */
export function profileLabel(loadedName: string): string {
  if (loadedName.length <= LONGEST_LABEL) return PROFILE_LABEL_PREFIX + loadedName;
  const hash = createHash('sha256').update(loadedName).digest('hex').slice(0, HASH_DIGITS);
  return `${PROFILE_LABEL_PREFIX}${loadedName.slice(0, LONGEST_LABEL - HASH_DIGITS - 1)}-${hash}`;
}

const REQUIRED = ['affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution'];

/**
 * The template with a node affinity for nodes that have the profiles. Terms are alternatives, so each of them gets the requirement; a
 * term without any selects no node, and stays so. A pod that names its node does not ask the scheduler, and its kubelet would refuse
 * it for good where the label is not there yet, so it is left alone.
 *
 * @returns the same template where nothing is to be added
 */
export function requireProfiles(template: PodTemplate, loadedNames: readonly string[]): PodTemplate {
  const spec = objectOf(entryOf(template, 'spec'));
  if (!spec || loadedNames.length === 0 || entryOf(spec, 'nodeName')) return template;
  const keys = [...new Set(loadedNames.map(profileLabel))].sort();
  const terms = listOf(entryOf(objectAt(spec, REQUIRED), 'nodeSelectorTerms'));
  const required = terms.length > 0 ? terms.map((term) => withRequirements(term, keys)) : [{ matchExpressions: requirements(keys) }];
  if (terms.length > 0 && required.every((term, index) => term === terms[index])) return template;
  return withEntry(template, 'spec', withPath(spec, [...REQUIRED, 'nodeSelectorTerms'], required));
}

function withRequirements(value: JsonValue, keys: readonly string[]): JsonValue {
  const term = objectOf(value);
  const expressions = listOf(entryOf(term, 'matchExpressions'));
  if (!term || (expressions.length === 0 && listOf(entryOf(term, 'matchFields')).length === 0)) return value;
  const present = new Set(expressions.map(objectOf).filter((item) => entryOf(item, 'operator') === 'Exists').map((item) => entryOf(item, 'key')));
  const missing = keys.filter((key) => !present.has(key));
  return missing.length === 0 ? value : withEntry(term, 'matchExpressions', [...expressions, ...requirements(missing)]);
}

function requirements(keys: readonly string[]): JsonObject[] {
  return keys.map((key) => ({ key, operator: 'Exists' }));
}

function withPath(object: JsonObject, [key, ...rest]: readonly string[], value: JsonValue): JsonObject {
  const inner = rest.length > 0 ? withPath(objectOf(entryOf(object, key)) ?? {}, rest, value) : value;
  return withEntry(object, key, inner);
}

/** The template with a node affinity for those of its profiles that nodes are labelled with. */
export function requireGatedProfiles(template: PodTemplate, gated: ReadonlySet<string>): PodTemplate {
  if (gated.size === 0) return template;
  const names = effectiveProfiles(template).flatMap(({ profile }) => profile?.localhostProfile ?? []);
  return requireProfiles(template, names.filter((name) => gated.has(name)));
}
