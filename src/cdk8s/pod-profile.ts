import { ProfileReference } from '../manifests/profile-reference';
import { AppArmorProfile, ProfileKind } from '../profile';

/** One reference for each profile, however many pods name it. */
const REFERENCES = new WeakMap<AppArmorProfile, ProfileReference>();

/** How a pod names this profile. */
export function referenceTo(profile: AppArmorProfile): ProfileReference {
  const known = REFERENCES.get(profile);
  if (known) return known;
  const reference = newReference(profile);
  REFERENCES.set(profile, reference);
  return reference;
}

function newReference(profile: AppArmorProfile): ProfileReference {
  switch (profile.kind) {
    case ProfileKind.RUNTIME_DEFAULT: return { type: 'RuntimeDefault' };
    case ProfileKind.UNCONFINED: return { type: 'Unconfined' };
    case ProfileKind.DISTRIBUTED:
    case ProfileKind.PRELOADED: return { type: 'Localhost', localhostProfile: profile.loadedName };
  }
}

/** Whether two values ask for the same confinement. */
export function sameConfinement(one: AppArmorProfile, other: AppArmorProfile): boolean {
  const [left, right] = [referenceTo(one), referenceTo(other)];
  return left.type === right.type && left.localhostProfile === right.localhostProfile;
}
