/**
 * What no step may cross: places where one name gives something that its neighbour does not. What was seen there becomes
 * a rule for that name and no other.
 */

/** Directories whose names are never folded to `*`, for any permission. */
const NEVER_FOLDED: readonly RegExp[] = [
  // Secrets: credentials, keys, tokens of service accounts.
  /^\/(?:var\/)?run\/secrets\//, /^\/root\//, /^\/home\//, /\/\.(?:ssh|gnupg|aws|kube|docker|config)\//, /(?:^|\/)(?:private|secrets?|keys?|keyrings?|credentials?)\//,
  /^\/var\/lib\/(?:kubelet|docker|containerd|rancher|etcd)\//, /^\/var\/spool\/cron\//,
  // What the kernel shows and takes.
  /^\/proc\//, /^\/sys\//, /^\/dev\//, /^\/boot\//,
  // Sockets of other programs.
  /^\/(?:var\/)?run\/$/,
  // Configuration.
  /^\/etc\//,
  // Programs.
  /\/s?bin\//, /\/libexec\//,
];

/** Where folding is allowed for reading only. */
const READ_ONLY: readonly RegExp[] = [/^\/usr\//, /^\/lib(?:32|64|x32)?\//, /^\/opt\/[^/]+\/(?:lib|share)/];

/** Where libraries are, so that files may be mapped as code under a pattern. */
const LIBRARIES = /^\/(?:usr\/(?:local\/)?)?lib(?:32|64|x32)?\//;

/** Directories with fewer components are never folded: `/data/` holds whatever a node's owner put there. */
const LEAST_DEPTH = 2;

/** Places that everybody shares: only names with so many fixed characters are folded there. */
const LEAST_FIXED = 3;
const SHARED: ReadonlySet<string> = new Set(['/tmp/', '/var/tmp/', '/dev/shm/']);

/** Whether the names in a directory (a pattern that ends in `/`) may become the pattern `leaf` for a permission. */
export function mayFold(directory: string, letter: string, leaf = '*'): boolean {
  if (SHARED.has(directory)) {
    return letter !== 'm' && leaf.replace(/[*/]/g, '').length >= LEAST_FIXED;
  }
  if (directory.split('/').length - 2 < LEAST_DEPTH || NEVER_FOLDED.some((place) => place.test(directory))) {
    return false;
  }
  if (letter === 'm') {
    return isLibraryPath(directory);
  }
  return letter === 'r' || !READ_ONLY.some((place) => place.test(directory));
}

export function isLibraryPath(pattern: string): boolean {
  return LIBRARIES.test(pattern);
}
