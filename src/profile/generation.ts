import { ProfileError } from './errors';
import { LONGEST_NAME } from './name';
import { AppArmorProfile } from './profile';

/**
 * An earlier content of a profile, as it was distributed: the text to the byte.
 *
 * @param plain the name on the node without the hash, such as `k8s-apparmor.web`
 * @throws ProfileError where the text is not the one that the hash was taken of, or no longer a profile
 */
export function profileOfGeneration(plain: string, hash: string, text: string): AppArmorProfile {
  const { prefix, name } = partsOf(plain);
  const loadedName = `${plain}.${hash}`;
  const profile = AppArmorProfile.fromText(text, { prefix, name, fileName: loadedName });
  if (profile.loadedName !== loadedName || profile.toText() !== text) {
    throw new ProfileError(`the text of ${loadedName} is not the one that its hash was taken of; somebody has changed it`);
  }
  return profile;
}

/** Any dot between the two parts does where both are names then; the first that leaves a name of at most 63 characters is in the prefix or its end. */
function partsOf(plain: string): { prefix: string; name: string } {
  const from = Math.max(1, plain.length - 1 - LONGEST_NAME);
  const dot = from + plain.slice(from).search(/\.(?=[A-Za-z0-9])/);
  return { prefix: plain.slice(0, dot), name: plain.slice(dot + 1) };
}
