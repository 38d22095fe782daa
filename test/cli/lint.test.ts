import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { main } from '../../src/cli/main';
import { LINTS } from '../../src/lint';

const PROFILE = 'abi <abi/3.0>,\nprofile web {\n  signal receive peer=unconfined,\n  network,\n  /etc/x w,\n}\n';

async function run(argv: string[], input = '') {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.end(input);
  const code = await main(['lint', ...argv], { stdin, stdout, stderr, env: {} });
  return { code, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '') };
}

function folder(files: Record<string, string>): string {
  const path = mkdtempSync(join(tmpdir(), 'lint-'));
  Object.entries(files).forEach(([name, text]) => writeFileSync(join(path, name), text));
  return path;
}

test('findings are lines on standard output, and their count is talk', async () => {
  const file = join(folder({ web: PROFILE }), 'web');
  expect(await run([file])).toEqual({
    code: 1,
    out: `${file}:4:3: note every-network the rule gives sockets of every family; name what is used, such as "network inet stream," and "network inet6 stream,"\n` +
      `${file}:5:3: warning write-to-etc the rule gives write access to /etc ("/etc/x"); ` +
      'let the image or a ConfigMap bring the configuration, and write below /var or /run\n',
    err: 'error: 0, warning: 1, note: 1\n',
  });
});

test('--fail-on lets lower levels pass', async () => {
  const { code, out } = await run(['--fail-on', 'error', '-'], PROFILE);
  expect(code).toBe(0);
  expect(out.split('\n')).toHaveLength(3);
});

test('a folder is read as the real parser reads it', async () => {
  const path = folder({ 'a': PROFILE, 'b.orig': PROFILE, '.c': PROFILE });
  const { out } = await run([path]);
  expect(new Set(out.trim().split('\n').map((line) => line.split(':')[0]))).toEqual(new Set([join(path, 'a')]));
});

test('a fault of the language is a finding with its code', async () => {
  const { code, out } = await run(['-'], 'profile web {\n  /a rq,\n}\n');
  expect(code).toBe(1);
  expect(out).toContain('-:2:6: error unknown-permission "rq" is no file permission');
});

test('--format json gives positions from 1, with the ends', async () => {
  const { out } = await run(['--format', 'json', '-'], PROFILE);
  expect(JSON.parse(out)[1]).toMatchObject({ file: '-', line: 5, column: 3, endLine: 5, endColumn: 12, id: 'write-to-etc', level: 'warning' });
});

test('--format sarif gives a log whose results refer to their rules', async () => {
  const { out } = await run(['--format', 'sarif', '-'], `${PROFILE}profile b { /x q, }\n`);
  const [{ tool, results }] = JSON.parse(out).runs;
  expect(JSON.parse(out).version).toBe('2.1.0');
  expect(results.length).toBeGreaterThan(3);
  for (const { ruleId, ruleIndex, level, locations: [{ physicalLocation: { region } }], partialFingerprints } of results) {
    expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
    expect(['error', 'warning', 'note']).toContain(level);
    expect(region.startLine).toBeGreaterThan(0);
    expect(Object.values(partialFingerprints)[0]).toMatch(/^[0-9a-f]{32}$/);
  }
});

test('--list names every lint', async () => {
  const { code, out } = await run(['--list']);
  expect(code).toBe(0);
  expect(out.trim().split('\n').map((line) => line.split(' ')[0])).toEqual(LINTS.map(({ id }) => id));
});

test.each<[string[], string]>([
  [[], 'there is nothing to lint; name a profile, a folder of profiles, or - for standard input'],
  [['--format', 'xml', '-'], "there is no format 'xml'; use one of text, json, sarif"],
  [['--preset', 'all', '-'], "there is no preset 'all'; use one of recommended, strict"],
  [['--fail-on', 'never', '-'], "there is no level 'never'; use one of error, warning, note"],
  [['--kernel', 'new', '-'], "'new' is no kernel version; write two numbers, as in 6.1"],
  [['/nope/web'], 'there is no file /nope/web; check the path'],
])('%j is wrong use', async (argv, message) => {
  expect(await run(argv)).toEqual({ code: 2, out: '', err: `k8s-apparmor: ${message}\n` });
});

test('a file that several profiles include from a folder of the user is looked at once', async () => {
  const snippets = folder({ writes: '/etc/x w,\n' });
  const profiles = folder({ a: 'abi <abi/3.0>,\nprofile a {\n  include <writes>\n}\n', b: 'abi <abi/3.0>,\nprofile b {\n  include <writes>\n}\n' });
  const { out } = await run(['-I', snippets, profiles]);
  expect(out.trim().split('\n').filter((line) => !line.includes('no-runtime-signals'))).toEqual([expect.stringContaining(`${join(snippets, 'writes')}:1:1: warning write-to-etc`)]);
  expect(await run(['-I', '/nowhere', profiles])).toMatchObject({ code: 2, err: expect.stringContaining("'/nowhere' is no folder") });
});

test('--list is data, too', async () => {
  const { out } = await run(['--list', '--format', 'json']);
  expect(JSON.parse(out)[0]).toEqual({ id: LINTS[0].id, level: LINTS[0].level, preset: LINTS[0].preset, summary: LINTS[0].summary });
});
