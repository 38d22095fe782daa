/** Leaves room for the suffixes of ConfigMap names within a label's 63 characters. */
export const LONGEST_BUNDLE_NAME = 40;

/** What is wrong with a name for a bundle's loader, as the end of a sentence that begins with the name; undefined if it can be used. */
export function bundleNameFault(name: string): string | undefined {
  if (name.length <= LONGEST_BUNDLE_NAME && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name)) return undefined;
  return `cannot name a DaemonSet with its ConfigMaps: give at most ${LONGEST_BUNDLE_NAME} lower-case letters, digits and "-", `
    + 'with a letter or digit at both ends';
}
