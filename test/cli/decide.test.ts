import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { main } from '../../src/cli/main';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'decide-'));
  writeFileSync(join(folder, 'web'), 'profile web {\n  /etc/nginx/** r,\n  /bin/a px -> b,\n}\n');
  writeFileSync(join(folder, 'two'), 'profile one { }\nprofile two { /a r, profile kid { /k r, } }\n');
  writeFileSync(join(folder, 'broken'), 'profile web {\n  /etc r\n}\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

async function decide(input: string, ...argv: string[]) {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.end(input);
  const code = await main(['decide', ...argv], { stdin, stdout, stderr, env: {} });
  return { code, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '').replaceAll(folder, 'DIR') };
}

const path = (name: string) => join(folder, name);

test('one access a line in, one verdict a line out; every answer is fine', async () => {
  const { code, out, err } = await decide('{"class":"file","path":"/etc/nginx/x","mask":"r"}\n\n{"class":"exec","path":"/bin/a"}\n{"class":"userns"}\n', '--profile', path('web'));
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const verdicts = out.trim().split('\n').map((line) => JSON.parse(line));
  expect(verdicts).toEqual([
    { verdict: 'allowed', audited: false, rules: [{ file: path('web'), line: 2, text: '/etc/nginx/** r,' }] },
    { verdict: 'allowed', audited: false, rules: [{ file: path('web'), line: 3, text: '/bin/a px -> b,' }], transition: { mode: 'px', scrub: false, target: 'b' } },
    { verdict: 'unmediated', audited: false, rules: [] },
  ]);
});

test.each([
  ['no JSON', '{nope', ['--profile', 'web'], /^k8s-apparmor: standard input:1: this is no JSON: /],
  ['a wrong access', '{"class":"file","path":"x","mask":"r"}', ['--profile', 'web'], /standard input:1: "path" of class file is "x", but must be an absolute path\n$/],
  ['several profiles', '', ['--profile', 'two'], /holds several profiles; choose one by --name: one, two, two\/\/kid\n$/],
  ['an unknown profile', '', ['--profile', 'two', '--name', 'x'], /holds no profile 'x'; it holds one, two, two\/\/kid\n$/],
  ['a missing profile', '', ['--profile', 'gone'], /there is no file DIR\/gone/],
  ['a broken profile', '', ['--profile', 'broken'], /^DIR\/broken:\d+:\d+: error /],
  ['an unknown parser', '', ['--profile', 'web', '--parser', '2'], /there is no parser generation '2'; use one of 3.0, 4.1, 5.0\n$/],
])('%s is wrong use and says so', async (_name, input, argv, message) => {
  const { code, out, err } = await decide(input, '--profile', path(argv[1]), ...argv.slice(2));
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(message);
});

test('--name chooses a child', async () => {
  const { out } = await decide('{"class":"file","path":"/k","mask":"r"}', '--profile', path('two'), '--name', 'two//kid');
  expect(JSON.parse(out).verdict).toBe('allowed');
});

test('--features and --access name files', async () => {
  writeFileSync(path('features'), 'signal {mask {term}}\n');
  writeFileSync(path('accesses'), '{"class":"signal","access":"send","signal":"term"}\n{"class":"ptrace","access":"read"}\n');
  const { out } = await decide('', '--profile', path('web'), '--features', path('features'), '--access', path('accesses'));
  expect(out.trim().split('\n').map((line) => JSON.parse(line).verdict)).toEqual(['denied', 'unmediated']);
});

test('--format text says the answers in words', async () => {
  const file = path('words');
  writeFileSync(file, 'abi <abi/3.0>,\nprofile web {\n  audit /srv/** r,\n  deny /srv/key r,\n  /usr/bin/a px -> other,\n}\n');
  const accesses = [
    { class: 'file', path: '/srv/a\u001b', mask: 'r' }, { class: 'file', path: '/srv/key', mask: 'r' }, { class: 'capability', capability: 'kill' }, { class: 'userns' }, { class: 'exec', path: '/usr/bin/a' },
  ];
  const { out } = await decide(accesses.map((access) => JSON.stringify(access)).join('\n'), '--profile', file, '--format', 'text');
  expect(out.split('\n')).toEqual([
    'allowed, and logged: "r" on "/srv/a\\u001b"', `  by ${file}:3: audit /srv/** r,`,
    'denied: "r" on "/srv/key"', `  by ${file}:4: deny /srv/key r,`,
    'denied: capability kill', '  no rule allows it',
    'unmediated: userns', '  the features of the kernel or of the profile\'s abi leave it alone',
    'allowed: executing "/usr/bin/a"', `  by ${file}:5: /usr/bin/a px -> other,`, '  runs on as px, in other', '',
  ]);
});

test('a profile is no features file', async () => {
  writeFileSync(path('plain'), 'abi <abi/3.0>,\nprofile web {\n}\n');
  expect(await decide('', '--profile', path('plain'), '--features', path('plain')))
    .toEqual({ code: 2, out: '', err: 'k8s-apparmor: DIR/plain is no features file; it would hold groups such as `mount {mask {mount umount}}`\n' });
});

test('there are two formats', async () => {
  expect(await decide('', '--profile', path('web'), '--format', 'yaml')).toEqual({ code: 2, out: '', err: 'k8s-apparmor: there is no format \'yaml\'; use one of json, text\n' });
});
