import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { main } from '../../src/cli/main';

const folder = mkdtempSync(join(tmpdir(), 'check-'));
const base = join(folder, 'base');
const put = (name: string, text: string | Buffer) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

beforeAll(() => {
  mkdirSync(join(base, 'abi'), { recursive: true });
  mkdirSync(join(folder, 'profiles'));
  writeFileSync(join(base, 'abi', 'small'), 'mount {mask {mount\n}\n}\n');
  writeFileSync(join(base, 'broken'), '/ok r,\ncapability nope,\n');
  put('good', 'profile good {\n  /a r,\n}\n');
  put('bad', 'profile bad {\n  capability nope,\n  /a rq,\n}\n');
  put('profiles/one', 'profile one {\n}\n');
  put('profiles/two.dpkg-old', 'broken');
  put('profiles/README', 'not a profile');
});
afterAll(() => rmSync(folder, { recursive: true }));

async function check(argv: readonly string[], input = '') {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.end(input);
  const code = await main(['check', '--base', base, ...argv], { stdin, stdout, stderr, env: {} });
  return { code, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '') };
}

test('a right profile is ok, on one line', async () => {
  const good = join(folder, 'good');
  expect(await check([good])).toEqual({ code: 0, out: `${good}: ok\n`, err: '' });
});

test('each fault is one line of standard output, with its excerpt on standard error', async () => {
  const bad = join(folder, 'bad');
  const { code, out, err } = await check([bad]);
  expect(code).toBe(1);
  expect(out.split('\n')).toEqual([
    expect.stringContaining(`${bad}:2:14: error unknown-capability there is no capability "nope"`),
    expect.stringContaining(`${bad}:3:6: error unknown-permission "rq" is no file permission`),
    '',
  ]);
  expect(err).toContain('  2 |   capability nope,\n    |              ^^^^');
});

test('a fault in an included file is reported where it is included, with its own place', async () => {
  const file = put('including', 'profile p {\n  include <broken>\n}\n');
  const { out } = await check([file]);
  expect(out).toBe(`${file}:2:3: error unknown-capability there is no capability "nope"; names are those of capabilities(7) in lower case without CAP_, separated by blanks (${join(base, 'broken')}:2:12, included here)\n`);
});

test('of a folder the files are checked that the real parser would take', async () => {
  const { code, out } = await check([join(folder, 'profiles')]);
  expect({ code, out }).toEqual({ code: 0, out: `${join(folder, 'profiles', 'one')}: ok\n` });
});

test('- is standard input', async () => {
  expect(await check(['-'], 'profile p {\n  /a r,\n}\n')).toMatchObject({ code: 0, out: '-: ok\n' });
  expect(await check(['-'], 'profile p {\n')).toMatchObject({ code: 1 });
});

test('what the features of --abi do not enforce is a warning, and a finding with --strict', async () => {
  const file = put('dbus', 'profile p {\n  dbus,\n}\n');
  const { code, out, err } = await check(['--abi', 'small', file]);
  expect({ code, out }).toEqual({ code: 0, out: `${file}: ok\n` });
  expect(err).toContain(`${file}:2:3: warning not-enforced the features in force do not mediate dbus`);
  expect(await check(['--strict', '--abi', 'small', file])).toMatchObject({ code: 1 });
});

test('--parser judges as older parsers do', async () => {
  const file = put('userns', 'profile p {\n  userns,\n}\n');
  expect(await check([file])).toMatchObject({ code: 0 });
  expect((await check(['--parser', '3.0', file])).out).toContain('unsupported-by-parser');
});

test('--format json tells everything as data', async () => {
  const { out } = await check(['--format', 'json', join(folder, 'bad'), join(folder, 'good')]);
  const [bad, good] = JSON.parse(out);
  expect(bad.findings[0]).toMatchObject({ code: 'unknown-capability', severity: 'error', line: 2, column: 14, endLine: 2, endColumn: 18 });
  expect(good).toEqual({ file: join(folder, 'good'), ok: true, findings: [] });
});

test('--format sarif is what code hosts read', async () => {
  const { runs: [run] } = JSON.parse((await check(['--format', 'sarif', join(folder, 'bad')])).out);
  expect(run.tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual(['unknown-capability', 'unknown-permission']);
  expect(run.results[0]).toMatchObject({ ruleId: 'unknown-capability', ruleIndex: 0, level: 'error' });
  expect(run.results[0].locations[0].physicalLocation.region).toEqual({ startLine: 2, startColumn: 14, endLine: 2, endColumn: 18 });
});

test.each([
  ['a file that is missing', () => join(folder, 'gone'), 'unreadable-file there is no file'],
  ['a FIFO', () => { spawnSync('mkfifo', [join(folder, 'fifo')]); return join(folder, 'fifo'); }, 'is no regular file'],
  ['bytes that are no UTF-8', () => put('latin', Buffer.from([0x23, 0xe9, 0x0a])), 'invalid-utf8'],
  ['a NUL byte', () => put('nul', '# \0\n'), 'nul-byte'],
])('%s is refused with its reason', async (_what, file, words) => {
  const { code, out } = await check([file()]);
  expect(code).toBe(words.startsWith('invalid') || words.startsWith('nul') ? 1 : 2);
  expect(out).toContain(words);
});

test('CRLF is a line end', async () => {
  expect(await check([put('crlf', 'profile p {\r\n  /a r,\r\n}\r\n')])).toMatchObject({ code: 0 });
});

test.each([
  [['--parser', '2.0', 'x'], "there is no parser generation '2.0'"], [['--format', 'xml', 'x'], "there is no format 'xml'"],
  [['--include', '/nowhere', 'x'], "'/nowhere' is no folder"], [['--abi', 'none', 'x'], "there are no features 'none'"], [[], "missing required argument 'file'"],
])('%j is wrong use', async (argv, words) => {
  const { code, out, err } = await check(argv);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(words);
});

test('a file that cannot be read is wrong use, and has no excerpt', async () => {
  expect(await check(['/no/such'])).toEqual({ code: 2, out: '/no/such:1:1: error unreadable-file there is no file /no/such; check the path\n', err: '' });
});
