import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { debianRoot, dynamicLinker, Suite } from './debian';

/** The three generations of the policy parser: what Debian's bookworm, trixie and sid ship. */
export type Generation = '3.0' | '4.1' | '5.0';

export const GENERATIONS: readonly Generation[] = ['3.0', '4.1', '5.0'];

const SUITES: Record<Generation, Suite> = { '3.0': 'bookworm', '4.1': 'trixie', '5.0': 'sid' };

/** What one run of a parser gave. `code` is null where it was killed. */
export interface ParserRun {
  readonly code: number | null;
  readonly timedOut: boolean;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface ParserRunOptions {
  /** @default 60000 */
  readonly timeoutMs?: number;
  /** @default - the process' own */
  readonly cwd?: string;
}

/**
 * A real `apparmor_parser`. It never touches a kernel unless told to: `run` adds `--config-file /dev/null` only, so callers
 * give `-QK` and, because this machine's kernel may have no AppArmor, `-M` with a features file.
 */
export interface RealParser {
  readonly generation: Generation;
  /** Its own `/etc/apparmor.d`. */
  readonly base: string;
  /** The root folder that it lives in. */
  readonly root: string;
  /** The path of a features file of this generation, such as `3.0` or `kernel-5.4-vanilla`. */
  abi(name: string): string;
  /** Runs it with `text` on standard input. */
  run(args: readonly string[], text: string | Buffer, options?: ParserRunOptions): ParserRun;
  runAsync(args: readonly string[], text: string | Buffer, options?: ParserRunOptions): Promise<ParserRun>;
}

const known = new Map<Generation, RealParser>();

/** The parser of a generation, fetched into the cache where it is not there. */
export function realParser(generation: Generation): RealParser {
  const parser = known.get(generation) ?? find(generation);
  known.set(generation, parser);
  return parser;
}

function find(generation: Generation): RealParser {
  const root = debianRoot(SUITES[generation], ['apparmor']);
  const base = join(root, 'etc', 'apparmor.d');
  const { folder, linker } = dynamicLinker(root);
  // The linker sits in the folder of its libraries, so one root never loads another's.
  // No jobs: else it compiles in a child of its own, which outlives it where it is killed for being slow.
  const start = ['--library-path', folder, join(root, 'usr', 'sbin', 'apparmor_parser'), '--config-file', '/dev/null', '--jobs=0'];
  return {
    generation,
    base,
    root,
    abi: (name) => featuresFile(join(base, 'abi'), name),
    run: (args, text, options = {}) => {
      const { timeoutMs: timeout = 60_000, cwd } = options;
      const run = spawnSync(linker, [...start, ...args], { input: text, timeout, killSignal: 'SIGKILL', cwd, maxBuffer: 256 * 1024 * 1024 });
      const error = run.error as NodeJS.ErrnoException | undefined;
      const timedOut = error?.code === 'ETIMEDOUT';
      // A parser that stops before it has read all of its input closes the pipe: that is its answer, not a fault.
      if (error && !timedOut && error.code !== 'EPIPE') throw error;
      return { code: run.status, timedOut, stdout: run.stdout, stderr: run.stderr.toString() };
    },
    runAsync: async (args, text, options = {}) => runAsync(linker, [...start, ...args], text, options),
  };
}

function featuresFile(folder: string, name: string): string {
  const path = join(folder, name);
  if (existsSync(path)) return path;
  throw new Error(`no features file '${name}' in ${folder}; there are ${readdirSync(folder).join(', ')}`);
}

async function runAsync(linker: string, args: string[], text: string | Buffer, options: ParserRunOptions): Promise<ParserRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(linker, args, { cwd: options.cwd, stdio: 'pipe' });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, options.timeoutMs ?? 60_000);
    child.stdout.on('data', (chunk) => stdout.push(chunk));
    child.stderr.on('data', (chunk) => stderr.push(chunk));
    child.stdin.on('error', () => undefined);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, timedOut, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() });
    });
    child.stdin.end(text);
  });
}
