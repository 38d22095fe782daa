import { entryOf, JsonObject, objectOf, stringOf } from './json';
import { isPadded } from './profile-name';

/** How a container names its profile: the API's three types (core/v1 `AppArmorProfile`, Kubernetes 1.30). */
export type ProfileType = 'Localhost' | 'RuntimeDefault' | 'Unconfined';

/** A profile as a pod names it; `localhostProfile` is there if and only if the type is `Localhost`. */
export interface ProfileReference {
  readonly type: ProfileType;
  readonly localhostProfile?: string;
}

/** The prefix of the per-container annotations, from Kubernetes 1.4 on; deprecated since 1.30. */
export const ANNOTATION_PREFIX = 'container.apparmor.security.beta.kubernetes.io/';

/** The value of an annotation that means this profile. */
export function annotationOf(profile: ProfileReference): string {
  switch (profile.type) {
    case 'RuntimeDefault': return 'runtime/default';
    case 'Unconfined': return 'unconfined';
    case 'Localhost': return `localhost/${profile.localhostProfile ?? ''}`;
  }
}

/** The profile that an annotation means; undefined where the API server cannot turn it into a field. */
export function profileOfAnnotation(value: string): ProfileReference | undefined {
  if (value === 'runtime/default') return { type: 'RuntimeDefault' };
  if (value === 'unconfined') return { type: 'Unconfined' };
  const name = value.startsWith('localhost/') ? value.slice('localhost/'.length) : '';
  return name !== '' && !isPadded(name) && Buffer.byteLength(name) <= 4095 ? { type: 'Localhost', localhostProfile: name } : undefined;
}

/** The `appArmorProfile` of a security context, valid or not; undefined where it is absent or null. */
export function profileField(securityContext: unknown): JsonObject | undefined {
  return objectOf(entryOf(objectOf(securityContext), 'appArmorProfile'));
}

/** What a field says, as far as it is a valid reference. */
export function profileOfField(field: JsonObject | undefined): ProfileReference | undefined {
  const type = stringOf(entryOf(field, 'type'));
  if (type === 'RuntimeDefault' || type === 'Unconfined') return { type };
  const name = stringOf(entryOf(field, 'localhostProfile'));
  return type === 'Localhost' && name ? { type, localhostProfile: name } : undefined;
}

/** The field that means this profile. */
export function fieldOf(profile: ProfileReference): JsonObject {
  return profile.type === 'Localhost'
    ? { localhostProfile: profile.localhostProfile, type: profile.type }
    : { type: profile.type };
}

export function sameProfile(one: ProfileReference, other: ProfileReference): boolean {
  return one.type === other.type && one.localhostProfile === other.localhostProfile;
}

/** In a person's words: `Localhost k8s-apparmor.web.1a2b3c4d`, `RuntimeDefault`. */
export function describeProfile(profile: ProfileReference): string {
  return profile.localhostProfile === undefined ? profile.type : `${profile.type} ${profile.localhostProfile}`;
}
