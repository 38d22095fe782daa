/** The API's limit in bytes of UTF-8 (`ValidateAppArmorProfileField`, Kubernetes 1.30 to 1.37). */
const LONGEST_NAME = 4095;

/** What Go's `strings.TrimSpace` takes for white space; JavaScript's `trim` also takes U+FEFF and leaves U+0085. */
const PADDING = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]|[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/;

/** Whether the API server takes the name for padded with white space. */
export function isPadded(name: string): boolean {
  return PADDING.test(name);
}

interface NameRule {
  readonly broken: (name: string) => boolean;
  readonly says: string;
}

/** What the API server refuses in `localhostProfile`. */
const API_RULES: readonly NameRule[] = [
  { broken: (name) => name === '', says: 'is empty; the API server wants a name for type Localhost' },
  { broken: isPadded, says: 'is padded with white space, which the API server refuses; trim it' },
  {
    broken: (name) => Buffer.byteLength(name) > LONGEST_NAME,
    says: `is longer than ${LONGEST_NAME} bytes, which the API server refuses; shorten it`,
  },
];

/** What the API server takes and no container ever gets: the runtimes strip, refuse or misread it. */
const RUNTIME_RULES: readonly NameRule[] = [
  {
    broken: (name) => name === 'unconfined',
    says: 'means no confinement to CRI-O; to run a pod unconfined, say so with AppArmorProfile.unconfined(reason)',
  },
  {
    broken: (name) => name.startsWith('localhost/'),
    says: 'starts with "localhost/", which containerd and CRI-O strip; name the profile as the node lists it',
  },
  { broken: (name) => name.startsWith(':'), says: 'names another policy namespace, which no runtime enters; name a profile of the root namespace' },
  { broken: (name) => name.includes('//&'), says: 'is a stack of profiles, which containerd does not find; name one profile' },
  // eslint-disable-next-line no-control-regex
  { broken: (name) => /[\u0000-\u001f\u007f]/.test(name), says: 'holds a control character; use letters, digits, ".", "_" and "-"' },
];

/**
 * What is wrong with a profile name in a pod, as the end of a sentence that begins with the name; undefined if it can be
 * used. The API's own rules come first, then names that the API takes but that no runtime can apply.
 */
export function profileNameFault(name: string): string | undefined {
  return [...API_RULES, ...RUNTIME_RULES].find((rule) => rule.broken(name))?.says;
}

/** A dot and 8 hex digits of the text's hash, which every change of a distributed profile changes. */
const GENERATION = /\.[0-9a-f]{8}$/;

/** What all generations of a distributed profile are called: `PREFIX.NAME`. */
export function withoutGeneration(loadedName: string): string {
  return loadedName.replace(GENERATION, '');
}
