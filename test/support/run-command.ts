import { PassThrough } from 'node:stream';
import { main } from '../../src/cli/main';

/** What a command printed, and how it ended. */
export interface CommandResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `k8s-apparmor` in this process. */
export async function runCommand(argv: readonly string[], input: string | Buffer = ''): Promise<CommandResult> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const [out, err] = [collected(stdout), collected(stderr)];
  stdin.end(input);
  const code = await main(argv, { stdin, stdout, stderr, env: {} });
  stdout.end();
  stderr.end();
  return { code, out: await out, err: await err };
}

async function collected(stream: PassThrough): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
