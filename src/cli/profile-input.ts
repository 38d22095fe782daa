import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type CommandIo, UserError } from './command';
import { DISK } from '../language/disk';
import { decode, isSkipped, LARGEST_FILE, type Loaded, loadText } from '../language/include-files';

/** A profile's text and what messages call it. */
export interface ProfileText {
  readonly name: string;
  readonly text: string;
}

/**
 * The text of a file, or what was written into a pipe that is named like one (`<(…)` of a shell).
 *
 * @throws UserError where it cannot be read, or is no text
 */
export function readProfile(path: string): string {
  return textOf(loadText(DISK, path, isPipe(path) ? 'file' : DISK.kind(path)));
}

/** Whether a path names a pipe that is open already: opening another one would wait for somebody to write into it. */
export function isPipe(path: string): boolean {
  return /^\/dev\/(?:stdin|fd\/\d+)$/.test(path) && DISK.kind(path) === 'other' && statSync(path).isFIFO();
}

/** The texts of an operand: `-` is standard input, a folder those files that the real parser would take from it. */
export async function readProfiles(operand: string, io: CommandIo): Promise<ProfileText[]> {
  if (operand === '-') {
    return [{ name: '-', text: textOf(decode(await readStandardInput(io), '-')) }];
  }
  return filesOf(operand).map((name) => ({ name, text: readProfile(name) }));
}

/** The file itself, or the files of a folder that the real parser would take from it. */
export function filesOf(operand: string): readonly string[] {
  if (DISK.kind(operand) !== 'directory') {
    return [operand];
  }
  const files = [...DISK.list(operand)].filter((name) => !isSkipped(name)).sort().map((name) => join(operand, name)).filter((file) => DISK.kind(file) === 'file');
  if (files.length === 0) {
    throw new UserError(`the folder ${operand} holds no files of profiles; folders in it are not looked into`);
  }
  return files;
}

/** All of standard input, or more than a profile may have of it. */
export async function readStandardInput(io: CommandIo): Promise<Uint8Array> {
  sayThatInputIsAwaited(io);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of io.stdin) {
    chunks.push(Buffer.from(chunk));
    length += chunk.length;
    if (length > LARGEST_FILE) {
      break;
    }
  }
  return Buffer.concat(chunks);
}

/** Who forgot a file would else look at a command that does nothing. */
export function sayThatInputIsAwaited({ stdin, stderr }: CommandIo): void {
  if ((stdin as { readonly isTTY?: boolean }).isTTY === true) {
    stderr.write('reading standard input; Ctrl-D ends it\n');
  }
}

/** @throws UserError for the first that is no folder */
export function requireFolders(option: string, folders: readonly string[]): void {
  const missing = folders.find((folder) => DISK.kind(folder) !== 'directory');
  if (missing !== undefined) {
    throw new UserError(`'${missing}' is no folder; ${option} takes folders that exist`);
  }
}

/** Other kinds of text that are given in a profile's place, by what their first lines hold. */
const OTHERS: ReadonlyArray<readonly [RegExp, what: string]> = [
  [/\bapparmor="[A-Z]+"/, 'a log, which `k8s-apparmor learn`, `events` and `report` read'],
  [/^(?:apiVersion|kind): /m, 'a Kubernetes object; profiles are in the data of ConfigMaps, without their indent'],
  [/^\s*[{[]\s*["{[\]}]/, 'JSON'],
  [/^(?:import|export|const) .*;?$/m, 'a program; a profile\'s text is what its toText() gives'],
  [/^\s*<(?:!doctype|html)\b/i, 'HTML'],
];

/** `NAME looks like …`, for a text with errors that seems to be no profile at all. */
export function otherKind({ name, text }: ProfileText): string | undefined {
  const head = text.slice(0, 4096);
  const found = OTHERS.find(([pattern]) => pattern.test(head));
  return found === undefined || /^[ \t]*(?:profile|hat|abi|include|#include)\b/m.test(head) ? undefined : `${name === '-' ? 'standard input' : name} looks like ${found[1]}`;
}

function textOf({ text, fault }: Loaded): string {
  if (fault !== undefined) {
    throw new UserError(`${fault.message}; ${fault.help}`);
  }
  return text;
}
