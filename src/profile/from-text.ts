import { readFileSync, statSync } from 'node:fs';
import { renderDiagnostic, type Diagnostic } from '../diagnostics';
import { parseProfileText, printTree, type Item, type Profile, type ProfileFile } from '../language';
import { AppArmorAbi } from './abi';
import type { Content, LoadedProfile } from './build';
import { alone, renamed, withMode } from './edits';
import { ProfileError } from './errors';
import { ProfileKind, ProfileMode } from './kinds';
import { modeOf } from './modes';
import { checkName, DEFAULT_PREFIX, hashedName, plainName } from './name';
import { errorsIn } from './validate';
import { SHIPPED_ABIS } from '../lint/lints/unknown-abi';

/** How a profile text becomes a profile. */
export interface ProfileTextOptions {
  /** What the profile is called from now on. @default - its name in the text */
  readonly name?: string;
  /** Begins the name on the node. @default 'k8s-apparmor' */
  readonly prefix?: string;
  /** What becomes of an access that no rule allows. @default - as the flags in the text say */
  readonly mode?: ProfileMode;
  /** The profile to take from a text that holds several; the others are left out. @default - the only one */
  readonly profile?: string;
  /** Names the text in messages. @default - the file's path, or `<text>` */
  readonly fileName?: string;
}

/** A profile is a text that people read; larger ones would not fit into a ConfigMap anyway. */
const LARGEST_FILE = 512 * 1024;

/**
 * A profile from a file, as it is.
 *
 * @throws ProfileError where the file cannot be read
 */
export function readProfileFile(path: string): string {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) {
      throw new ProfileError(`${path} is no regular file; give the path of a profile text`);
    }
    if (stats.size > LARGEST_FILE) {
      throw new ProfileError(`${path} has ${stats.size} bytes, and a profile at most ${LARGEST_FILE}; split it`);
    }
    const bytes = readFileSync(path);
    const text = bytes.toString('utf8');
    if (!Buffer.from(text, 'utf8').equals(bytes)) {
      throw new ProfileError(`${path} is no UTF-8 text, which a ConfigMap cannot carry; save it as UTF-8`);
    }
    return text;
  } catch (error) {
    if (error instanceof ProfileError) {
      throw error;
    }
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new ProfileError(`${path} cannot be read: ${missing ? 'there is no such file' : (error as Error).message}; check the path`);
  }
}

/**
 * The author's text with its profile called by the name on the node, wherever it names itself; a text without an abi gets
 * `abi <abi/3.0>,` as its first line. Everything else stays to the byte.
 */
export function contentOfText(text: string, options: ProfileTextOptions): Content {
  const file = options.fileName ?? '<text>';
  const errors = errorsIn(text, file);
  if (errors.length > 0) {
    throw new ProfileError(faults(file, errors));
  }
  const { tree } = parseProfileText(text, { fileName: file });
  const profile = chosenProfile(file, tree, options.profile);
  refuseHostProfile(file, profile);
  const name = checkName(`profile name in ${file}`, options.name ?? profile.name);
  const plain = plainName(checkName('prefix', options.prefix ?? DEFAULT_PREFIX), name);
  const mode = options.mode ?? modeOf(profile.flags);
  if (mode === undefined) {
    throw new ProfileError(`${file}: the flags (${profile.flags.join(', ')}) let the profile "${profile.name}" confine nothing; ` +
      'remove the mode, or use AppArmorProfile.unconfined(reason)');
  }
  const only = alone({ tree, profile });
  const chosen = options.mode === undefined ? only : withMode(only, mode);
  const pin = pinOf(file, tree);
  const called = (as: string) => withLineEnd(`${pin}${printTree(renamed(chosen, as))}`);
  const loadedName = hashedName(plain, called(plain));
  return { kind: ProfileKind.DISTRIBUTED, name, mode, loadedName, text: called(loadedName), loaded: loadedFrom(loadedName, mode, profile) };
}

function faults(file: string, errors: readonly Diagnostic[]): string {
  const count = errors.length === 1 ? 'an error' : `${errors.length} errors`;
  return `${file} has ${count}:\n${errors.map(renderDiagnostic).join('\n')}`;
}

function chosenProfile(file: string, tree: ProfileFile, wanted: string | undefined): Profile {
  const profiles = tree.body.items.filter((item): item is Profile => item.type === 'profile');
  const names = profiles.map(({ name }) => `"${name}"`).join(', ');
  if (profiles.length === 0) {
    throw new ProfileError(`${file} holds no profile; write one as "profile NAME { … }"`);
  }
  if (wanted !== undefined) {
    const chosen = profiles.find(({ name }) => name === wanted);
    if (chosen === undefined) {
      throw new ProfileError(`${file} holds no profile "${wanted}"; it holds ${names}`);
    }
    return chosen;
  }
  if (profiles.length > 1) {
    throw new ProfileError(`${file} holds ${profiles.length} profiles (${names}); give each a file, or choose one by the option profile`);
  }
  return profiles[0];
}

/** A profile that would take hold of programs on the node, or that no container runtime finds. */
function refuseHostProfile(file: string, { name, attachment, namespace, keyword }: Profile): void {
  if (namespace !== undefined) {
    throw new ProfileError(`${file}: the profile "${name}" is in the namespace "${namespace}", where no container runtime looks; remove ":${namespace}:"`);
  }
  if (attachment !== undefined) {
    throw new ProfileError(`${file}: the profile "${name}" attaches to "${attachment}" and so to programs of the node itself; remove the path`);
  }
  if (keyword === 'hat' || keyword === '^') {
    throw new ProfileError(`${file}: "${name}" is a hat, which lives in a profile; write "profile ${name} {"`);
  }
}

/** The line that a text without an abi gets. */
function pinOf(file: string, tree: ProfileFile): string {
  const abis = tree.body.items.filter((item) => item.type === 'abi');
  const unknown = abis.find((abi) => !abi.magic || !SHIPPED_ABIS.has(abi.path));
  if (unknown !== undefined) {
    throw new ProfileError(`${file}: AppArmor ships no features file "${unknown.path}", so nodes refuse the profile; write "abi <${AppArmorAbi.V3_0}>,"`);
  }
  return abis.length > 0 ? '' : `abi <${AppArmorAbi.V3_0}>,\n`;
}

function withLineEnd(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}

/** Flags are not inherited: a child without a mode enforces. */
function loadedFrom(name: string, mode: ProfileMode, profile: Profile): LoadedProfile[] {
  return [{ name, mode }, ...childrenIn(profile.body.items).flatMap((child) =>
    loadedFrom(`${name}//${child.name}`, modeOf(child.flags) ?? ProfileMode.ENFORCE, child))];
}

function childrenIn(items: readonly Item[]): Profile[] {
  return items.flatMap((item) => {
    if (item.type === 'profile') {
      return [item];
    }
    return item.type === 'if' ? item.branches.flatMap(({ body }) => childrenIn(body.items)) : [];
  });
}
