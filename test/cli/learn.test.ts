import { appendFileSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { main } from '../../src/cli/main';
import { auditLine } from '../support/log-lines';
import { runCommand } from '../support/run-command';

jest.setTimeout(60_000);

const PROFILE = `# the shop's web server
abi <abi/3.0>,

profile web flags=(attach_disconnected) {
  # static pages
  /srv/ r,  # the folder itself
  /srv/*.html r,

  deny /srv/secret r,

  network inet stream, # from anywhere

  profile helper /usr/bin/helper {
    /usr/bin/helper mr,
  }
}
`;

const SEEN = [
  auditLine({ name: '/srv/index.html', serial: 1 }),
  auditLine({ name: '/srv/data.json', serial: 2, event: 'DENIED' }),
  auditLine({ name: '/srv/secret', serial: 3 }),
  auditLine({ name: '/var/cache/web/x', mask: 'wc', serial: 4, fsuid: 33, ouid: 33 }),
  auditLine({ name: '/etc/helper.conf', profile: 'k8s-apparmor.web.1a2b3c4d//helper', serial: 5 }),
  'type=AVC msg=audit(1.5:6): apparmor="DENIED" operation="capable" class="cap" profile="web" pid=1 comm="nginx" capability=10  capname="net_bind_service"',
].join('\n');

function file(name: string, text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'learn-')), name);
  writeFileSync(path, text);
  return path;
}

test('a log becomes a profile for each name in it', async () => {
  const { code, out, err } = await runCommand(['learn'], `${auditLine()}\n${auditLine({ profile: 'db', name: '/var/lib/db/a', mask: 'rw' })}\n`);
  expect(code).toBe(0);
  expect(out).toBe('abi <abi/3.0>,\n\nprofile db {\n  /var/lib/db/a rw,\n}\n\nprofile web {\n  /srv/index.html r,\n}\n');
  expect(err).toBe('db: 1 new rule, 0 known accesses\nweb: 1 new rule, 0 known accesses\n');
});

test('an amended file keeps every byte, comment and order, and gets what it lacks', async () => {
  const path = file('web.profile', PROFILE);
  const { out, err } = await runCommand(['learn', '--amend', path], SEEN);
  expect(out).toBe(PROFILE
    .replace('  deny /srv/secret r,\n', '  deny /srv/secret r,\n  /srv/data.json r,\n  owner /var/cache/web/x w,\n')
    .replace('# from anywhere\n', '# from anywhere\n  capability net_bind_service,\n')
    .replace('    /usr/bin/helper mr,\n', '    /usr/bin/helper mr,\n    /etc/helper.conf r,\n'));
  expect(err).toBe('web: 3 new rules, 1 known access\n  denied by a deny rule, and stays so: file /srv/secret (1 time)\nweb//helper: 1 new rule, 0 known accesses\n');
});

test('learning the same again changes nothing', async () => {
  const path = file('web.profile', PROFILE);
  expect((await runCommand(['learn', '--amend', path, '--write'], SEEN)).code).toBe(0);
  const once = readFileSync(path, 'utf8');
  expect(once).not.toBe(PROFILE);
  const again = await runCommand(['learn', '--amend', path, '--format', 'diff'], SEEN);
  expect(again.out).toBe('');
});

test('a diff is one that patch takes', async () => {
  const path = file('web.profile', PROFILE);
  const { out } = await runCommand(['learn', '--amend', path, '--format', 'diff'], auditLine({ name: '/srv/data.json' }));
  expect(out.split('\n').slice(0, 2)).toEqual([`--- a/${path}`, `+++ b/${path}`]);
  expect(out.split('\n').filter((line) => /^[+-][^+-]/.test(line))).toEqual(['+  /srv/data.json r,']);
});

test('--check fails where the profile does not cover what was seen, and is silent of it where it does', async () => {
  const path = file('web.profile', PROFILE);
  expect((await runCommand(['learn', '--amend', path, '--check'], SEEN)).code).toBe(1);
  expect((await runCommand(['learn', '--amend', path, '--check'], auditLine({ name: '/srv/a.html' }))).code).toBe(0);
  expect((await runCommand(['learn', '--amend', path], SEEN)).code).toBe(0);
});

test('a record in complain mode is not what the profile allows', async () => {
  const path = file('web.profile', 'profile web flags=(complain) {\n}\n');
  const { out } = await runCommand(['learn', '--amend', path], auditLine());
  expect(out).toBe('profile web flags=(complain) {\n  /srv/index.html r,\n}\n');
});

test.each([
  ['profile web { }', 'profile web {\n  /srv/index.html r,\n}'],
  ['profile web {}', 'profile web {\n  /srv/index.html r,\n}'],
  ['profile web { /a r, /b r, }\n', 'profile web { /a r, /b r,\n/srv/index.html r,\n}\n'],
  ['profile web {\r\n\t/a r,\r\n}\r\n', 'profile web {\r\n\t/a r,\n\t/srv/index.html r,\r\n}\r\n'],
])('%j is amended', async (before, after) => {
  expect((await runCommand(['learn', '--amend', file('p', before)], auditLine())).out).toBe(after);
});

test('--explain says behind each rule where it comes from, and a name cannot end the comment', async () => {
  const { out } = await runCommand(['learn', '--explain'], Array.from('abcdefghij', (letter) => auditLine({ name: `/srv/www/${letter}\n` })).join('\n'));
  expect(out).toContain('  /srv/www/* r,  # siblings from 10, such as /srv/www/a\\n; 10 times\n');
});

test('as typed rules', async () => {
  const { out } = await runCommand(['learn', '--format', 'typescript'], `${SEEN}\n${auditLine({ operation: 'exec', name: '/usr/bin/id\'', mask: 'x' })}\n`);
  expect(out).toBe(`import { AppArmorProfile, ExecTransition, Rule } from 'k8s-apparmor';

export const web = new AppArmorProfile({
  name: 'web',
  rules: [
    Rule.capability('net_bind_service'),
    Rule.read('/srv/data.json'),
    Rule.read('/srv/index.html'),
    Rule.read('/srv/secret'),
    Rule.file('/usr/bin/id\\'', 'mr', ExecTransition.inherit()),
    Rule.write('/var/cache/web/x').owner(),
    Rule.hat('helper', [
      Rule.read('/etc/helper.conf'),
    ]),
  ],
});
`);
});

test('as JSON, with the evidence', async () => {
  const { out } = await runCommand(['learn', '--format', 'json'], `${auditLine({ time: '100.5' })}\n${auditLine({ time: '50.5', event: 'DENIED' })}\n`);
  expect(JSON.parse(out)).toEqual({
    profile: 'web',
    refused: [],
    allowed: 0,
    suggestions: [{ rule: '/srv/index.html r,', steps: [], distinct: 1, observations: 2, denied: 1, first: 50.5, last: 100.5, examples: ['/srv/index.html'] }],
  });
});

test.each([
  ['a learning child', 'web//null-/bin/sh//null-/bin/id', 'web'],
  ['a stack', 'web//&unconfined', 'web'],
  ['a name as loaded', 'k8s-apparmor.web.1a2b3c4d', 'web'],
  ['a child whose name is a path', 'web///opt/java/bin/java', 'web///opt/java/bin/java'],
  ['a namespace', ':ns:web', ':ns:web'],
])('the record of %s is attributed', async (_what, label, profile) => {
  const { out } = await runCommand(['learn', '--format', 'json'], auditLine({ profile: label }));
  expect(JSON.parse(out).profile).toBe(profile);
});

test('a stack of two profiles is about both', async () => {
  const { err } = await runCommand(['learn'], auditLine({ profile: 'a//&b' }));
  expect(err).toBe('a: 1 new rule, 0 known accesses\nb: 1 new rule, 0 known accesses\n');
});

test('a peer that is the profile itself is called whatever it will be loaded as', async () => {
  const line = 'type=AVC msg=audit(1.5:6): apparmor="DENIED" operation="signal" class="signal" profile="k8s-apparmor.web.1a2b3c4d" pid=1 comm="c" '
    + 'requested_mask="send" denied_mask="send" signal=term peer="k8s-apparmor.web.1a2b3c4d"';
  expect((await runCommand(['learn'], line)).out).toContain('  signal send set=term peer=@{profile_name},\n');
});

test('what nothing is learnt from is said by reason', async () => {
  const { out, err } = await runCommand(['learn', '--profile', 'web'], [
    auditLine({ profile: 'unconfined' }), auditLine({ profile: 'db' }), auditLine({ comm: 'runc:[2:INIT]' }), auditLine({ profile: 'null-complain-profile' }),
  ].join('\n'));
  expect(out).toBe('');
  expect(err.split('\n').sort()).toEqual(['',
    'k8s-apparmor learn: nothing was learnt from 1 record about other profiles: db',
    'k8s-apparmor learn: nothing was learnt from 1 record about unconfined processes',
    'k8s-apparmor learn: nothing was learnt from 1 record of a learning profile whose parent is not named',
    'k8s-apparmor learn: nothing was learnt from 1 record of the container runtime, before the container\'s own program ran']);
});

test('summaries of nodes, merged in any order, are the profile of all logs', async () => {
  const lines = Array.from({ length: 30 }, (_, at) => auditLine({ name: `/srv/f${at % 12}`, serial: at, time: `${100 + at}.5`, comm: `c${at % 9}`, event: at % 4 ? 'ALLOWED' : 'DENIED' }));
  const whole = await runCommand(['learn', '--summary'], lines.join('\n'));
  await fc.assert(fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 30, maxLength: 30 }), async (node) => {
    const parts = await Promise.all([2, 0, 1].map(async (number) => (await runCommand(['learn', '--summary'], lines.filter((_, at) => node[at] === number).join('\n'))).out));
    const merged = await runCommand(['learn', '--merge', '--summary'], parts.join(''));
    expect(merged).toEqual({ code: 0, out: whole.out, err: '' });
  }), { numRuns: 5 });
  expect((await runCommand(['learn', '--merge'], whole.out)).out).toBe((await runCommand(['learn'], lines.join('\n'))).out);
});

test('a summary that is damaged is said so, line by line', async () => {
  const { out, err } = await runCommand(['learn', '--merge', '--summary'], '{"kind":"k8s-apparmor-summary","version":1}\n{"profile":\n{"profile":["web"]}\n{"kind":"k8s-apparmor-summary","version":9}\n');
  expect(out).toBe('{"kind":"k8s-apparmor-summary","version":1}\n');
  expect(err).toBe('k8s-apparmor learn: -:2 was left out: it is no JSON\nk8s-apparmor learn: -:3 was left out: it is no line of a summary\n'
    + 'k8s-apparmor learn: -:4 was left out: its version is 9, and this command reads version 1\n');
});

test('a number in a name that is the process\' own id is another one after the next start', async () => {
  const lines = `${auditLine({ name: '/srv/redis/temp-113.rdb', mask: 'w', pid: 113 })}\n${auditLine({ name: '/srv/redis/part-7000', mask: 'w', pid: 113 })}\n`;
  const { out } = await runCommand(['learn'], lines);
  expect(out).toContain('  /srv/redis/part-7000 w,\n  /srv/redis/temp-[0-9]*.rdb w,\n');
  const summary = await runCommand(['learn', '--summary'], lines);
  expect((await runCommand(['learn', '--merge'], summary.out)).out).toBe(out);
});

test('old parsers get no addresses and ports', async () => {
  const line = 'type=AVC msg=audit(1.5:6): apparmor="DENIED" operation="bind" class="net" profile="web" pid=1 comm="c" saddr=10.0.0.1 src=80 family="inet" sock_type="stream" protocol=6 requested="bind" denied="bind"';
  expect((await runCommand(['learn'], line)).out).toBe('abi <abi/4.0>,\n\nprofile web {\n  network (bind) inet stream ip=10.0.0.1 port=80,\n}\n');
  expect((await runCommand(['learn', '--parser', '3.0'], line)).out).toBe('abi <abi/3.0>,\n\nprofile web {\n  network inet stream,\n}\n');
});

test.each([
  [['--write'], '--write changes a file in place; name it by --amend FILE'],
  [['--format', 'diff'], '--format diff compares with a file; name it by --amend FILE'],
  [['--format', 'xml'], 'there is no format \'xml\'; use one of text, typescript, diff, json, operator'],
  [['--strictness', 'high'], 'there is no strictness \'high\'; use one of exact, balanced, loose'],
  [['--amend', '/no/such'], 'cannot read /no/such, which is to be amended: there is no such file; leave --amend out for a new profile'],
])('%p is wrong use', async (argv, message) => {
  expect(await runCommand(['learn', ...argv])).toEqual({ code: 2, out: '', err: `k8s-apparmor: ${message}\n` });
});

test('a file that is no profile is not amended', async () => {
  const path = file('broken', 'profile web {\n  /a z,\n}\n');
  const { code, out, err } = await runCommand(['learn', '--amend', path, '--write'], auditLine());
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(`k8s-apparmor: ${path} cannot be amended: it is no correct profile\n`);
  expect(readFileSync(path, 'utf8')).toBe('profile web {\n  /a z,\n}\n');
});

/** Runs `learn --follow` on a log until `change` is done with it and what it wrote was read. */
async function follow(path: string, change: () => Promise<void>, isTTY = false): Promise<{ out: string; err: string }> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const [out, err] = [[] as Buffer[], [] as Buffer[]];
  stdout.on('data', (chunk: Buffer) => out.push(chunk));
  stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const ended = main(['learn', '--follow', '--profile', 'web', path], { stdin, stdout, stderr: Object.assign(stderr, { isTTY }), env: {} });
  await seconds(0.5);
  await change();
  await seconds(0.7);
  process.emit('SIGINT');
  expect(await ended).toBe(0);
  return { out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() };
}

const seconds = (count: number) => new Promise((resolve) => { setTimeout(resolve, count * 1000); });

test('--follow takes what is appended, in pieces of lines, too, and gives the profile at Ctrl-C', async () => {
  const path = file('kern.log', `${auditLine({ name: '/srv/a' })}\n`);
  const next = `${auditLine({ name: '/srv/b' })}\n`;
  const { out } = await follow(path, async () => {
    appendFileSync(path, next.slice(0, 60));
    await seconds(0.5);
    appendFileSync(path, next.slice(60));
  });
  expect(out).toContain('  /srv/a r,\n  /srv/b r,\n');
});

test.each<[string, (path: string) => void]>([
  ['cut', (path) => { writeFileSync(path, `${auditLine({ name: '/srv/new' })}\n`); }],
  ['rotated', (path) => {
    renameSync(path, `${path}.1`);
    writeFileSync(path, `${auditLine({ name: '/srv/new' })}\n${auditLine({ name: '/srv/more' })}\n`.padEnd(3000, '\n'));
  }],
])('--follow goes on from the begin of a file that was %s', async (what, change) => {
  const path = file('kern.log', `${auditLine({ name: '/srv/a' })}\n${auditLine({ name: '/srv/b' })}\n`);
  const { out } = await follow(path, async () => change(path));
  expect(out).toContain('  /srv/a r,\n  /srv/b r,\n');
  expect(out).toContain('  /srv/new r,\n');
  expect(out.includes('/srv/more')).toBe(what === 'rotated');
});

test('on a terminal a line tells how far it is, and is gone in the end; elsewhere there is none', async () => {
  const path = file('kern.log', `${auditLine({ name: '/srv/a' })}\n`.repeat(10));
  const change = async () => appendFileSync(path, `${auditLine({ name: '/srv/b' })}\n`);
  const { err } = await follow(path, change, true);
  expect(err).toMatch(/^\r\u001b\[K0 MB, 10 records, 1 access/);
  expect(err).toContain('\r\u001b[K0 MB, 11 records, 2 accesses\r\u001b[K');
  expect((await follow(path, change)).err).not.toContain('\u001b');
});

test('the help names every source and every step', async () => {
  const { out } = await runCommand(['learn', '--help']);
  for (const word of ['inspektor-gadget', 'security-profiles-operator', 'kernel-numbers', 'siblings', '--strictness', 'Examples:']) {
    expect(out).toContain(word);
  }
});

test.each([[[]], [['--format', 'typescript']]])('nothing that was learnt is no profile at all (%j)', async (argv) => {
  const { code, out, err } = await runCommand(['learn', ...argv], 'systemd[1]: Started.\n');
  expect({ code, out }).toEqual({ code: 0, out: '' });
  expect(err).toContain('k8s-apparmor learn: standard input holds no record of AppArmor in 1 line; ');
});

test('a name that no record has is told from those that there are', async () => {
  const { err } = await runCommand(['learn', '--profile', 'wbe'], ['web', 'db', 'web'].map((profile) => auditLine({ profile })).join('\n'));
  expect(err).toBe('k8s-apparmor learn: nothing was learnt from 3 records about other profiles: web, db\n');
});

test('a log is no summary, and is not taken for a damaged one', async () => {
  expect(await runCommand(['learn', '--merge'], auditLine())).toEqual({
    code: 2, out: '', err: 'k8s-apparmor: -:1: it is no JSON, so this is no summary; `k8s-apparmor learn --summary` writes one, and logs are read without --merge\n',
  });
});

test('of many damaged lines the first are told', async () => {
  const { err } = await runCommand(['learn', '--merge'], `{"kind":"k8s-apparmor-summary","version":1}\n${'{\n'.repeat(7)}`);
  expect(err.split('\n').slice(4)).toEqual(['k8s-apparmor learn: -:6 was left out: it is no JSON', 'k8s-apparmor learn: 2 more lines of - were left out', '']);
});
