/**
 * Which contents of profiles a bundle carries beside the present ones, so that a workload that is rolled back finds the profile of its
 * time on every node, also after a reboot. Plain data in, plain data out; `generations-file.ts` keeps it in a file.
 */

/** One content of a profile. */
export interface Generation {
  /** 8 hex digits; with the profile's name before it the name on the node. */
  readonly hash: string;
  readonly text: string;
}

/** A content and whose it is. */
export interface ProfileGeneration extends Generation {
  /** The name on the node without the hash, such as `k8s-apparmor.web`. */
  readonly profile: string;
}

/** What is known of one profile. */
export interface ProfileHistory {
  readonly profile: string;
  /** How often the bundle has changed since the profile left it, that change included; undefined while it is there. */
  readonly changesSinceRemoval?: number;
  /** Newest use first, the present one included. */
  readonly generations: readonly Generation[];
}

/** What is known of one bundle. */
export interface BundleHistory {
  readonly bundle: string;
  /** By name. */
  readonly profiles: readonly ProfileHistory[];
}

/** `PREFIX.NAME.HASH` in its two parts; undefined for a name that carries no hash, of which there are no generations. */
export function splitLoadedName(name: string): { profile: string; hash: string } | undefined {
  const found = /^(.+)\.([0-9a-f]{8})$/.exec(name);
  return found ? { profile: found[1], hash: found[2] } : undefined;
}

/** The generation that a profile is now; none for a name that carries no hash. */
export function generationOf(nameOnNode: string, text: () => string): ProfileGeneration[] {
  const name = splitLoadedName(nameOnNode);
  return name ? [{ ...name, text: text() }] : [];
}

/**
 * The history once the bundle holds the present contents. Of each profile the `keep` contents that were used last stay, the present one
 * among them. Of a profile that has left the bundle, each change of the bundle since then counts as one of them.
 *
 * @param keep at least 1
 */
export function withPresent(history: BundleHistory, present: readonly ProfileGeneration[], keep: number): BundleHistory {
  const wanted = new Map(present.map((generation) => [generation.profile, generation]));
  const changed = !isPresent(history, [...wanted.values()]);
  const known = history.profiles.map((profile) => next(profile, wanted.get(profile.profile), changed, keep));
  const names = new Set(known.map(({ profile }) => profile));
  const fresh = [...wanted.values()].filter(({ profile }) => !names.has(profile))
    .map(({ profile, hash, text }) => ({ profile, generations: [{ hash, text }] }));
  const profiles = [...known, ...fresh].filter(({ generations }) => generations.length > 0);
  return { bundle: history.bundle, profiles: profiles.sort((one, other) => (one.profile < other.profile ? -1 : 1)) };
}

/** Every content but the present ones. */
export function earlierGenerations(history: BundleHistory, present: readonly ProfileGeneration[]): ProfileGeneration[] {
  const names = new Set(present.map(loadedName));
  return history.profiles.flatMap(({ profile, generations }) => generations.map((generation) => ({ profile, ...generation })))
    .filter((generation) => !names.has(loadedName(generation)));
}

function next(known: ProfileHistory, present: ProfileGeneration | undefined, changed: boolean, keep: number): ProfileHistory {
  const { profile, generations } = known;
  if (present) {
    const others = generations.filter(({ hash }) => hash !== present.hash);
    return { profile, generations: [{ hash: present.hash, text: present.text }, ...others].slice(0, keep) };
  }
  const changesSinceRemoval = (known.changesSinceRemoval ?? 0) + (changed ? 1 : 0);
  return { profile, changesSinceRemoval, generations: generations.slice(0, Math.max(0, keep - changesSinceRemoval)) };
}

/** Whether the history's newest contents are these and no others. */
function isPresent(history: BundleHistory, present: readonly ProfileGeneration[]): boolean {
  const heads = history.profiles.filter(({ changesSinceRemoval }) => changesSinceRemoval === undefined)
    .map(({ profile, generations }) => `${profile}.${generations[0].hash}`);
  const names = new Set(present.map(loadedName));
  return heads.length === names.size && heads.every((head) => names.has(head));
}

function loadedName({ profile, hash }: ProfileGeneration): string {
  return `${profile}.${hash}`;
}
