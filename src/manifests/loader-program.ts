import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JsonObject } from './json';
import { programConfigMap } from './program-config-map';

/** The mode in which the kernel must list a profile (`/sys/kernel/security/apparmor/profiles`). */
export type LoaderMode = 'enforce' | 'complain' | 'kill' | 'unconfined';

/** One profile that a node must have. */
export interface LoaderProfile {
  /** The name that pods use; also the key in its ConfigMap and the name of its copy on the node. */
  readonly loadedName: string;
  /** Every name that the kernel lists for this text: itself, its children and hats (`NAME//child`), other profiles beside it. */
  readonly loadedNames: readonly string[];
  readonly text: string;
  readonly mode: LoaderMode;
}

export interface LoaderProgramProps {
  readonly name: string;
  readonly namespace: string;
  readonly profiles: readonly LoaderProfile[];
  readonly labels?: Readonly<Record<string, string>>;
}

/** Client-side apply keeps the object in an annotation, of which there may be 256 KiB; the rest is for the script and quoting. */
const LONGEST_LIST = 160 * 1024;

/** A bundle's name becomes part of a folder's name and of a mark on the node. */
const BUNDLE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** @throws if the name cannot be part of a file's name on a node */
export function checkedBundleName(name: string): string {
  if (BUNDLE_NAME.test(name)) return name;
  throw new Error(`The bundle name "${name}" cannot be part of a file's name on a node: begin with a letter or digit and use letters, digits, ".", "_" and "-" only.`);
}

/** What may be a file's name on the node and a key in a ConfigMap. */
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** The parts of the program, one subject each, in their order; a ConfigMap wants one file. */
const PARTS = ['settings', 'node', 'list', 'load', 'others', 'copies', 'state', 'watch'];

/** The program that runs on nodes, of the parts that lie in the package. */
export function loaderScript(): string {
  return PARTS.map((part) => readFileSync(join(__dirname, '..', '..', 'loader', 'load-profiles', `${part}.sh`), 'utf8')).join('\n');
}

/** The immutable ConfigMap with the program and the list of what it has to load; its name carries the content's hash. */
export function loaderProgram(props: LoaderProgramProps): JsonObject {
  const data = { 'load-profiles.sh': loaderScript(), 'wanted': wantedList(props.profiles) };
  return programConfigMap({ ...props, name: `${props.name}-program`, data });
}

/**
 * The list of wanted names, one a line: `FILE<TAB>MODE<TAB>NAME`. A file's first line is its own name in the wanted mode;
 * its children follow with `*`, because the kernel lists a child of a complaining profile as enforced.
 *
 * @throws if a name cannot be a file on the node, or if the list is more than a ConfigMap can carry
 */
export function wantedList(profiles: readonly LoaderProfile[]): string {
  const lines = [...profiles].sort((one, other) => compare(one.loadedName, other.loadedName)).flatMap((profile) => {
    if (!FILE_NAME.test(profile.loadedName)) {
      throw new Error(`The profile name "${profile.loadedName}" cannot be a file on a node: begin with a letter or digit and use letters, digits, ".", "_" and "-" only.`);
    }
    const others = profile.loadedNames.filter((name) => name !== profile.loadedName && !/[\t\n]/.test(name)).sort(compare);
    return [[profile.loadedName, profile.mode, profile.loadedName], ...others.map((name) => [profile.loadedName, '*', name])];
  });
  const list = lines.map((fields) => `${fields.join('\t')}\n`).join('');
  if (Buffer.byteLength(list) > LONGEST_LIST) {
    throw new Error(`The names of ${profiles.length} profiles are more than one loader can carry (${Buffer.byteLength(list)} of ${LONGEST_LIST} bytes): split them into several bundles.`);
  }
  return list;
}

/** By code unit, so that the output does not depend on the machine's language. */
function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
