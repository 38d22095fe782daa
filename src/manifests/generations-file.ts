/**
 * The file in which a bundle's history is kept and which its user commits, as a lockfile: written by synthesis, to the byte the same for
 * the same history, and with a text's lines one by one, so that a review shows what changed. Whoever reads it trusts nothing in it.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { BundleHistory, Generation, ProfileHistory } from './generations';
import { entryOf, JsonObject, JsonValue, listOf, objectOf, stringOf } from './json';

/** Whether a file that would change is written, or told of as an error. */
export type HistoryMode = 'write' | 'check';

/** Overrides what `CI` says: `write` or `check`. */
export const HISTORY_MODE_VARIABLE = 'K8S_APPARMOR_HISTORY';

const VERSION = 1;
const ABOUT = 'The generations of a bundle\'s AppArmor profiles that its loader keeps on the nodes, so that a rollback finds them. '
  + 'Written by synthesis: commit it, do not edit it.';
/** Texts of a bundle have to fit into ConfigMaps; this is more than a cluster takes. */
const LARGEST_BYTES = 64 * 1024 * 1024;
const PROFILE = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const HASH = /^[0-9a-f]{8}$/;

/**
 * As lockfiles are treated: written where somebody can commit it, checked in CI.
 *
 * @throws if the variable holds another word
 */
export function historyMode(env: Readonly<Record<string, string | undefined>>): HistoryMode {
  const said = env[HISTORY_MODE_VARIABLE] ?? '';
  if (said === 'write' || said === 'check') return said;
  if (said !== '') throw new Error(`${HISTORY_MODE_VARIABLE} is ${JSON.stringify(said)}: set it to "write" or "check", or leave it out.`);
  return ['', '0', 'false'].includes((env.CI ?? '').toLowerCase()) ? 'write' : 'check';
}

/**
 * What a bundle's file holds; nothing where there is no file yet.
 *
 * @throws if it cannot be read, is no such file, or is another bundle's
 */
export function readHistory(path: string, bundle: string): BundleHistory {
  const text = readText(path);
  if (text === undefined) return { bundle, profiles: [] };
  const history = parseHistory(text, path);
  if (history.bundle === bundle) return history;
  throw new Error(`The history file ${JSON.stringify(path)} is that of the bundle "${history.bundle}", not of "${bundle}": give each bundle a file of its own.`);
}

/** @throws if the text is no history, with the place */
export function parseHistory(text: string, path: string): BundleHistory {
  const fault = (what: string) => new Error(`The history file ${JSON.stringify(path)} ${what}: restore it from version control and run synthesis again.`);
  let parsed: JsonObject | undefined;
  try {
    parsed = objectOf(JSON.parse(text));
  } catch {
    throw fault(/^(<{7}|>{7}) /m.test(text) ? 'holds an unsolved merge' : 'is no JSON');
  }
  const version = entryOf(parsed, 'version');
  if (version !== VERSION) throw fault(`is of version ${JSON.stringify(version) ?? 'unknown'}, and this library reads version ${VERSION}`);
  const bundle = stringOf(entryOf(parsed, 'bundle'));
  const profiles = entryOf(parsed, 'profiles');
  if (bundle === undefined || !Array.isArray(profiles)) throw fault('lacks its bundle\'s name or its list of profiles');
  const read = profiles.map((value: JsonValue, index) => {
    const profile = profileOf(objectOf(value));
    if (!profile) throw fault(`has an entry that is none of a profile (profiles[${index}])`);
    return profile;
  });
  if (new Set(read.map(({ profile }) => profile)).size < read.length) throw fault('has two entries for one profile');
  return { bundle, profiles: read };
}

/** The same text for the same history. */
export function printHistory(history: BundleHistory): string {
  const profiles = history.profiles.map(({ profile, changesSinceRemoval, generations }) => ({
    profile,
    ...changesSinceRemoval !== undefined && { changesSinceRemoval },
    generations: generations.map(({ hash, text }) => ({ hash, text: text.split('\n') })),
  }));
  return `${JSON.stringify({ about: ABOUT, version: VERSION, bundle: history.bundle, profiles }, undefined, 2)}\n`;
}

/** Whether the file holds something else than this history. */
export function differsFromFile(path: string, history: BundleHistory): boolean {
  return readText(path) !== printHistory(history);
}

/** What is wrong with a file that may not be written and would have to be. */
export function staleHistory(path: string): string {
  return `The history file ${JSON.stringify(path)} is not that of the profiles in the program, and nobody would commit what is written here (CI is set): `
    + `run synthesis where you can commit the file, or set ${HISTORY_MODE_VARIABLE}=write.`;
}

/**
 * Writes the file whole or not at all; nothing where it is the same already.
 *
 * @throws if the file cannot be written
 */
export function writeHistory(path: string, history: BundleHistory): void {
  if (!differsFromFile(path, history)) return;
  try {
    mkdirSync(dirname(path), { recursive: true });
    const target = statSync(path, { throwIfNoEntry: false }) ? realpathSync(path) : path;
    replaceFile(target, printHistory(history));
  } catch (error) {
    throw new Error(`The history file ${JSON.stringify(path)} cannot be written (${reason(error)}): `
      + 'run synthesis where it can be, and commit the file; what is unchanged needs no writing.');
  }
}

function replaceFile(path: string, text: string): void {
  const draft = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    const file = openSync(draft, 'wx', 0o644);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

function readText(path: string): string | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats) return undefined;
    if (!stats.isFile()) throw new Error('it is no regular file');
    if (stats.size > LARGEST_BYTES) throw new Error(`it has ${stats.size} bytes, and a history at most ${LARGEST_BYTES}`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`The history file ${JSON.stringify(path)} cannot be read (${reason(error)}): give the path of a file.`);
  }
}

function profileOf(value: JsonObject | undefined): ProfileHistory | undefined {
  const profile = stringOf(entryOf(value, 'profile')) ?? '';
  const generations = listOf(entryOf(value, 'generations')).map((one) => generationOf(objectOf(one)));
  const removed = entryOf(value, 'changesSinceRemoval');
  const whole = generations.filter((one): one is Generation => one !== undefined);
  const distinct = new Set(whole.map(({ hash }) => hash)).size;
  if (!PROFILE.test(profile) || distinct === 0 || distinct < generations.length) return undefined;
  if (removed !== undefined && !(Number.isSafeInteger(removed) && Number(removed) > 0)) return undefined;
  return { profile, ...removed !== undefined && { changesSinceRemoval: Number(removed) }, generations: whole };
}

function generationOf(value: JsonObject | undefined): Generation | undefined {
  const hash = stringOf(entryOf(value, 'hash')) ?? '';
  const lines = listOf(entryOf(value, 'text'));
  if (!HASH.test(hash) || lines.length === 0 || !lines.every((line) => typeof line === 'string')) return undefined;
  return { hash, text: lines.join('\n') };
}

function reason(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? (error as Error).message;
}
