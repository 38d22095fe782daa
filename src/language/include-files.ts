import { join } from 'node:path';
import type { Code } from '../diagnostics';
import type { ParserGeneration } from './cursor';
import { Memory } from './memory';
import { SourceText } from '../diagnostics';
import { parseSource, type ParseResult } from './parse';
import type { Include } from './tree';

/** What reading of files is needed: the file system, or a test's. */
export interface FileReader {
  kind(path: string): 'file' | 'directory' | 'other' | 'missing';
  /** @throws Error where the file cannot be read */
  read(path: string): Uint8Array;
  /** Names in a folder. */
  list(path: string): readonly string[];
}

/** Bytes that a profile or an included file may have. */
export const LARGEST_FILE = 32 * 1024 * 1024;

/** Ends of names that package managers leave behind; parsers pass such files in folders. */
const LEFT_BEHIND = [
  '.dpkg-new', '.dpkg-old', '.dpkg-dist', '.dpkg-bak', '.dpkg-remove', '.pacsave', '.pacnew', '.rpmnew', '.rpmsave', '.orig', '.rej', '~',
];

/** Whether a parser passes a file of this name when it reads a whole folder. */
export function isSkipped(name: string): boolean {
  return name === '' || name.startsWith('.') || name === 'README' || LEFT_BEHIND.some((end) => name.endsWith(end));
}

/** A file that was read, or the fault that kept it from being read. */
export type Loaded = { readonly text: string; readonly fault?: undefined } | { readonly text?: undefined; readonly fault: LoadFault };

export interface LoadFault {
  readonly code: Code;
  readonly message: string;
  readonly help: string;
}

/** Reads a file as UTF-8 text. */
export function loadText(files: FileReader, path: string, kind = files.kind(path)): Loaded {
  if (kind === 'missing') {
    return { fault: { code: 'unreadable-file', message: `there is no file ${path}`, help: 'check the path' } };
  }
  if (kind !== 'file') {
    const what = kind === 'directory' ? 'a folder' : 'no regular file';
    return { fault: { code: 'unreadable-file', message: `${path} is ${what}`, help: 'name a regular file' } };
  }
  try {
    return decode(files.read(path), path);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
    if (reason === 'EFBIG') {
      return { fault: { code: 'file-too-large', message: `${path} has more than ${LARGEST_FILE} bytes`, help: 'split it' } };
    }
    return { fault: { code: 'unreadable-file', message: `${path} cannot be read: ${reason}`, help: 'check its permissions' } };
  }
}

/** Bytes as UTF-8 text. */
export function decode(bytes: Uint8Array, name: string): Loaded {
  if (bytes.length > LARGEST_FILE) {
    const message = `${name} has ${bytes.length} bytes`;
    return { fault: { code: 'file-too-large', message, help: `at most ${LARGEST_FILE} are read; split it` } };
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { fault: { code: 'invalid-utf8', message: `${name} holds bytes that are no UTF-8 text`, help: 'save it as UTF-8; write single bytes as \\xHH' } };
  }
}

/** Finds and reads included files, each once. One instance serves many profiles. */
export class IncludeFiles {
  private readonly parsed = new Map<string, ParseResult | LoadFault>();
  private readonly kinds = new Map<string, ReturnType<FileReader['kind']>>();
  private readonly texts = new Map<string, string | undefined>();
  private readonly found = new Map<string, string | undefined>();
  private readonly brought = new WeakMap<Include, readonly string[] | 'missing'>();
  /** Kept for all texts of this instance. */
  readonly memory = new Memory();

  constructor(
    readonly files: FileReader,
    /** Searched in this order for names in angle brackets: include folders, then the base. */
    private readonly folders: readonly string[],
    private readonly parser?: ParserGeneration,
  ) {}

  /** Path of a file or folder that an include or abi names; undefined where there is none. */
  find(name: string, magic: boolean): string | undefined {
    const key = `${magic ? '<' : ''}${name}`;
    if (!this.found.has(key)) {
      const candidates = magic ? this.folders.map((folder) => join(folder, name)) : [name];
      this.found.set(key, candidates.find((path) => this.kindOf(path) !== 'missing'));
    }
    return this.found.get(key);
  }

  /** Folders that are searched, as a message names them. */
  get searched(): string {
    return this.folders.length === 0 ? 'no folder' : this.folders.join(', ');
  }

  /** The files that an include brings: the one that it names, or those of the folder in the parser's order. */
  filesOf(include: Include): readonly string[] | 'missing' {
    let files = this.brought.get(include);
    if (files === undefined) {
      const path = this.find(include.path, include.magic);
      files = path === undefined ? 'missing' : this.kindOf(path) === 'directory' ? this.inFolder(path) : [path];
      this.brought.set(include, files);
    }
    return files;
  }

  private kindOf(path: string): ReturnType<FileReader['kind']> {
    let kind = this.kinds.get(path);
    if (kind === undefined) {
      kind = this.files.kind(path);
      this.kinds.set(path, kind);
    }
    return kind;
  }

  private inFolder(path: string): readonly string[] {
    return [...this.files.list(path)].filter((name) => !isSkipped(name)).sort().reverse()
      .map((name) => join(path, name)).filter((file) => this.kindOf(file) === 'file');
  }

  /** The text of a features file; undefined where it cannot be read. */
  text(path: string): string | undefined {
    if (!this.texts.has(path)) {
      this.texts.set(path, loadText(this.files, path, this.kindOf(path)).text);
    }
    return this.texts.get(path);
  }

  /** A file as nodes whose place is not known yet. */
  parse(path: string): ParseResult | LoadFault {
    let result = this.parsed.get(path);
    if (result === undefined) {
      const loaded = loadText(this.files, path, this.kindOf(path));
      result = loaded.fault ?? parseSource(new SourceText(path, loaded.text), 'anywhere', this.parser);
      this.parsed.set(path, result);
    }
    return result;
  }
}
