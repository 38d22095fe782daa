/**
 * Profiles as ConfigMaps: immutable, named by their content, and each small enough for every way to apply it. A ConfigMap itself
 * may hold 1 MiB, but client-side `kubectl apply` keeps the whole object in an annotation once more, as JSON, and an
 * object's annotations may have 256 KiB together (Kubernetes 1.x, `TotalAnnotationSizeLimitB`).
 */
import { createHash } from 'crypto';
import { JsonObject } from './json';

/** A profile as it is distributed. */
export interface DistributedProfile {
  /** As the program calls it, such as `web`. */
  readonly name: string;
  /** As the kernel lists it, such as `k8s-apparmor.web.1a2b3c4d`. */
  readonly loadedName: string;
  readonly text: string;
}

export interface ConfigMapProps {
  /** The names begin with it. */
  readonly name: string;
  readonly namespace: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** What one ConfigMap holds at most, counted as the JSON that kubectl stores. */
export const SHARD_BYTES = 200 * 1024;

/** The most that the annotation, its key and the rest of the metadata leave to one object. */
const LARGEST_BYTES = 256 * 1024 - 1024;

const HASH_DIGITS = 10;

/** @throws never: a profile that no ConfigMap holds is told of by `oversizedProfiles` */
export function profileConfigMaps(profiles: readonly DistributedProfile[], props: ConfigMapProps): JsonObject[] {
  return shardsOf(distinct(profiles)).map((shard) => {
    const data = Object.fromEntries(shard.map((profile) => [profile.loadedName, profile.text]));
    return immutableConfigMap(data, props);
  });
}

/** An immutable ConfigMap whose name ends in the hash of its data, so that other content is another object. */
export function immutableConfigMap(data: Readonly<Record<string, string>>, props: ConfigMapProps): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: `${props.name}-${contentHash(data)}`,
      namespace: props.namespace,
      ...(props.labels ? { labels: { ...props.labels } } : {}),
    },
    immutable: true,
    data: { ...data },
  };
}

/** What is wrong with profiles that are too large for one object, as sentences with the fix. */
export function oversizedProfiles(profiles: readonly DistributedProfile[]): string[] {
  return profiles.filter((profile) => entryBytes(profile) > LARGEST_BYTES).map((profile) =>
    `The profile "${profile.name}" takes ${entryBytes(profile)} bytes in a ConfigMap, and one object holds at most ${LARGEST_BYTES} under `
    + '"kubectl apply", however many ConfigMaps there are: drop rules that a pattern covers, or split the profile by container.');
}

/** The bytes of a text in the JSON that kubectl writes: Go escapes `<`, `>`, `&`, U+2028 and U+2029 with six bytes each. */
export function appliedBytes(text: string): number {
  const escaped = text.match(/[<>&]/g)?.length ?? 0;
  const separators = text.match(/[\u2028\u2029]/g)?.length ?? 0;
  return Buffer.byteLength(JSON.stringify(text)) + 5 * escaped + 3 * separators;
}

/** By name, so that neither the order in the program nor a profile listed twice changes an object. */
function distinct(profiles: readonly DistributedProfile[]): DistributedProfile[] {
  const byName = new Map(profiles.map((profile) => [profile.loadedName, profile]));
  return [...byName.values()].sort((one, other) => (one.loadedName < other.loadedName ? -1 : 1));
}

function shardsOf(profiles: readonly DistributedProfile[]): DistributedProfile[][] {
  const shards: DistributedProfile[][] = [];
  let room = 0;
  for (const profile of profiles) {
    const size = entryBytes(profile);
    if (size > room || shards.length === 0) {
      shards.push([]);
      room = SHARD_BYTES;
    }
    shards[shards.length - 1].push(profile);
    room -= size;
  }
  return shards;
}

function entryBytes(profile: DistributedProfile): number {
  return appliedBytes(profile.loadedName) + appliedBytes(profile.text) + ':,'.length;
}

function contentHash(data: Readonly<Record<string, string>>): string {
  const sorted = Object.keys(data).sort().map((key) => [key, data[key]]);
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, HASH_DIGITS);
}
