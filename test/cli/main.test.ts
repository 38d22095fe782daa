import { PassThrough } from 'node:stream';
import { main } from '../../src/cli/main';

async function run(...argv: string[]) {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.end();
  const code = await main(argv, { stdin, stdout, stderr, env: {} });
  return { code, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '') };
}

test('--help says what the program is for, on standard output', async () => {
  const { code, out, err } = await run('--help');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toContain('Usage: k8s-apparmor');
});

test('an unknown command is wrong use and says so on standard error', async () => {
  const { code, out, err } = await run('frobnicate');
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain("'frobnicate'");
});
