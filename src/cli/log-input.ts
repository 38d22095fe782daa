import { createReadStream, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { PassThrough, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type CommandIo, UserError } from './command';
import { sayThatInputIsAwaited } from './profile-input';
import { type Outlets, openSource, SOURCE_NAMES, type SourceName } from '../learn';

/** How logs are read: which sources, and whether to wait for more. */
export interface LogInput {
  /** Files, `-` for standard input; none: standard input. Gzip is recognised. */
  readonly files: readonly string[];
  readonly source?: SourceName;
  /** Wait for lines that are appended to the last file, until the signal. */
  readonly follow?: AbortSignal;
  /** Called with the number of bytes read so far. */
  readonly progress?: (bytes: number) => void;
  /** Waited for before more is read. */
  readonly drained?: () => Promise<void>;
}

export function sourceOption(value: string | undefined): SourceName | undefined {
  if (value !== undefined && !SOURCE_NAMES.includes(value as SourceName)) {
    throw new UserError(`there is no source '${value}'; sources are ${SOURCE_NAMES.join(', ')}`);
  }
  return value as SourceName | undefined;
}

/** Reads all logs, one after the other. */
export async function readLogs({ files, source, follow, progress, drained }: LogInput, outlets: Outlets, io: CommandIo): Promise<void> {
  let bytes = 0;
  const names = files.length === 0 ? ['-'] : files;
  for (const [index, name] of names.entries()) {
    const reader = openSource(source, outlets);
    const isFollowed = follow !== undefined && index === names.length - 1 && name !== '-';
    for await (const chunk of isFollowed ? appended(name, follow) : logChunks(name, io)) {
      bytes += chunk.length;
      reader.push(chunk);
      progress?.(bytes);
      await drained?.();
    }
    reader.end();
  }
}

const CHUNK = 2 ** 20;
const GZIP = [0x1f, 0x8b];

/** The bytes of one log, unpacked. */
export async function* logChunks(name: string, io: CommandIo): AsyncGenerator<Buffer> {
  if (name === '-') {
    sayThatInputIsAwaited(io);
  }
  const raw = name === '-' ? io.stdin as Readable : openFile(name);
  try {
    yield* await unpacked(raw);
  } catch (error) {
    throw readError(name, error);
  }
}

function openFile(name: string): Readable {
  try {
    if (statSync(name).isDirectory()) {
      throw new UserError(`${name} is a directory; name the log files in it`);
    }
  } catch (error) {
    throw readError(name, error);
  }
  return createReadStream(name, { highWaterMark: CHUNK });
}

function readError(name: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (error instanceof UserError || code === undefined) {
    return error;
  }
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file', EACCES: 'permission denied; logs usually need root', Z_DATA_ERROR: 'the gzip data is damaged', Z_BUF_ERROR: 'the gzip data is cut',
  };
  return new UserError(`cannot read ${name === '-' ? 'standard input' : name}: ${reasons[code] ?? code}`);
}

/** The stream, unpacked where it begins like gzip. */
async function unpacked(raw: Readable): Promise<AsyncIterable<Buffer>> {
  const iterator = raw[Symbol.asyncIterator]() as AsyncIterator<Buffer | string>;
  const first = await iterator.next();
  const head = first.done ? Buffer.alloc(0) : toBuffer(first.value);
  const all = prepend(head, iterator);
  if (head[0] !== GZIP[0] || head[1] !== GZIP[1]) {
    return all;
  }
  const gunzip = createGunzip({ chunkSize: 2 ** 18 });
  const source = new PassThrough();
  source.on('error', (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  void feed(all, source);
  return gunzip;
}

async function feed(from: AsyncIterable<Buffer>, to: PassThrough): Promise<void> {
  try {
    for await (const chunk of from) {
      if (!to.write(chunk)) {
        await new Promise((resolve) => to.once('drain', resolve));
      }
    }
    to.end();
  } catch (error) {
    to.destroy(error as Error);
  }
}

async function* prepend(head: Buffer, rest: AsyncIterator<Buffer | string>): AsyncGenerator<Buffer> {
  yield head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) {
    yield toBuffer(next.value);
  }
}

function toBuffer(chunk: Buffer | string): Buffer {
  return typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

const POLL_MILLISECONDS = 250;

/** What is in a file and what is appended to it; from its begin again where it became shorter or was replaced. */
async function* appended(name: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  let position = 0;
  let inode = statSync(openable(name)).ino;
  while (true) {
    const file = await open(name, 'r').catch((error) => { throw readError(name, error); });
    try {
      const { size, ino } = await file.stat();
      position = ino !== inode || size < position ? 0 : position;
      inode = ino;
      while (position < size) {
        const buffer = Buffer.alloc(Math.min(CHUNK, size - position));
        const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
        if (bytesRead === 0) {
          break;
        }
        position += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
    if (signal.aborted) {
      return;
    }
    await sleep(signal);
  }
}

function openable(name: string): string {
  openFile(name).destroy();
  return name;
}

async function sleep(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, POLL_MILLISECONDS);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}
