import { spawn } from 'node:child_process';
import { UserError } from './command';

/** The user's own kubectl, with their contexts and logins as they are. */
export interface Kubectl {
  /** @throws UserError with kubectl's own words where it fails */
  run(args: readonly string[]): Promise<string>;
}

export interface KubectlOptions {
  /** @default 'kubectl' */
  readonly program?: string;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const TIMEOUT_MS = 120_000;
/** More than the pods of the largest clusters that Kubernetes supports. */
const MOST_BYTES = 2 * 1024 * 1024 * 1024 - 1;

export function kubectl(options: KubectlOptions): Kubectl {
  const common = [
    ...options.context ? [`--context=${options.context}`] : [],
    ...options.kubeconfig ? [`--kubeconfig=${options.kubeconfig}`] : [],
  ];
  return { run: async (args) => run(options.program ?? 'kubectl', [...args, ...common, '--request-timeout=60s'], options.env) };
}

async function run(program: string, args: readonly string[], env: KubectlOptions['env']): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { env: { ...env } as NodeJS.ProcessEnv, stdio: ['ignore', 'pipe', 'pipe'], shell: false });
    // Not spawn's own timeout: that one outlives a program that is not there.
    const timer = setTimeout(() => child.kill(), TIMEOUT_MS);
    const [out, err] = [collect(child.stdout, () => child.kill()), collect(child.stderr, () => child.kill())];
    child.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(new UserError(error.code === 'ENOENT'
        ? `there is no program '${program}': install kubectl, or name it with --kubectl`
        : `${program} does not start: ${error.message}`));
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(Buffer.concat(out).toString());
      else reject(new UserError(failure(program, args, signal, Buffer.concat(err).toString())));
    });
  });
}

function failure(program: string, args: readonly string[], signal: string | null, stderr: string): string {
  const [last] = stderr.trim().split('\n').slice(-1);
  const why = signal ? `it did not end within ${TIMEOUT_MS / 1000} s` : last === '' ? 'it said nothing' : last;
  return `${program} ${args.slice(0, 2).join(' ')} failed: ${why}`;
}

function collect(stream: NodeJS.ReadableStream, stop: () => void): Buffer[] {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MOST_BYTES) stop();
    else chunks.push(chunk);
  });
  return chunks;
}
