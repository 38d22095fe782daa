import { chmodSync, lstatSync, mkdtempSync, readdirSync, readFileSync, realpathSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { main } from '../../src/cli/main';
import { replaceFile } from '../../src/cli/replace-file';
import { Timeline } from '../../src/cli/report/model';
import { auditLine } from '../support/log-lines';
import { runCommand } from '../support/run-command';

const folder = () => realpathSync(mkdtempSync(join(tmpdir(), 'hostile-')));

function file(name: string, content: string | Buffer): string {
  const path = join(folder(), name);
  writeFileSync(path, content);
  return path;
}

const STEERING = '\u001b[2J\u009b31m\u202e\u200b\u2028';
const PROFILE = 'profile web {\n  /a r,\n}\n';

test('an event is JSON in which nothing drives a terminal or hides', async () => {
  const line = JSON.stringify({ process_exec: { process: { binary: `/usr/bin/${STEERING}x`, pod: { name: STEERING } } }, time: '2024-01-01T00:00:00Z' });
  const { out } = await runCommand(['events'], line);
  expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u2028\u202e]/);
  expect(JSON.parse(out)).toMatchObject({ access: { class: 'exec', path: `/usr/bin/${STEERING}x` } });
});

test('a learnt rule writes what would steer a reader\'s screen as bytes', async () => {
  const { out } = await runCommand(['learn', '--profile', 'web'], JSON.stringify({ process_exec: { process: { binary: '/usr/bin/a\u202eb\u009bc' } } }));
  expect(out).toContain('  /usr/bin/a\\xe2\\x80\\xaeb\\xc2\\x9bc mrix,\n');
});

test('what an error names drives no terminal', async () => {
  const { err } = await runCommand(['learn', '--amend', file('web', 'profile web {\n  /a\u202e\u009b q,\n}\n')], '');
  expect(err).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
});

test('what an error quotes of its input drives no terminal', async () => {
  const { code, err } = await runCommand(['decide', '--profile', file('web', PROFILE)], '{"class":"\u009b\u202e"}');
  expect({ code, steers: /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/.test(err) }).toEqual({ code: 2, steers: false });
});

test('on a terminal, what a command prints drives nothing, and in a pipe it stays what it is', async () => {
  const path = file('web', `profile web {\n  # ${STEERING}\n}\n`);
  const log = auditLine({ profile: 'web', name: '/b' });
  const [stdin, stdout, stderr] = [new PassThrough(), Object.assign(new PassThrough(), { isTTY: true }), new PassThrough()];
  stdin.end(log);
  expect(await main(['learn', '--amend', path], { stdin, stdout, stderr, env: {} })).toBe(0);
  expect(String(stdout.read())).toContain('# \\u001b[2J\\u009b31m\\u202e\\u200b\\u2028\n');
  expect((await runCommand(['learn', '--amend', path], log)).out).toContain(`# ${STEERING}\n`);
});

test.each<[string, string[]]>([['decide', ['decide', '--profile']], ['learn', ['learn', '--merge']]])('%s keeps no more of a line without an end than it may have', async (_what, argv) => {
  const path = file('web', PROFILE);
  const head = argv[0] === 'learn' ? '{"kind":"k8s-apparmor-summary","version":1}\n' : '';
  const { err } = await runCommand(argv[0] === 'learn' ? argv : [...argv, path], `${head}${'x'.repeat(3_000_000)}`);
  expect(err).toContain(argv[0] === 'learn' ? '-:2 was left out: it is longer than 1048576 bytes' : 'standard input:1: the line is longer than 1048576 bytes');
});

test('a file that is larger than a profile may be is not read', async () => {
  const path = file('web', PROFILE);
  truncateSync(path, 3e9);
  expect(await runCommand(['lint', path])).toMatchObject({ code: 2, err: `k8s-apparmor: ${path} has more than 33554432 bytes; split it\n` });
});

test('an explained record is told on lines of its own, whatever its names hold', async () => {
  const { out } = await runCommand(['explain', '-'], `audit(1.5:6): apparmor="DENIED" operation="signal" profile=${Buffer.from('web\nfake').toString('hex').toUpperCase()} signal=term denied_mask="send" peer="a, file,"`);
  expect(out.split('\n')).toHaveLength(3);
  expect(out).toContain('in the profile web\\nfake');
});

test('times that are no dates are none', async () => {
  const log = [
    JSON.stringify({ kind: 'apparmor', time: 1e300, record: 'apparmor="DENIED" operation="open" profile="web" name="/a" denied_mask="r"' }),
    'type=AVC msg=audit(999999999999999.1:1): apparmor="DENIED" operation="open" profile="web" name="/b" denied_mask="r"',
  ].join('\n');
  const { code, out } = await runCommand(['report', '-'], log);
  expect(code).toBe(0);
  expect(out).toContain('No record has a time.');
});

test('times that are far from each other make longer slots, and none is lost', () => {
  const timeline = new Timeline();
  const times = Array.from({ length: 120_000 }, (_, at) => 1 + at * 50_000);
  times.forEach((time) => timeline.add(time, true, 2));
  const slots = timeline.spread(120);
  expect(slots.length).toBeLessThanOrEqual(120);
  expect(slots.reduce((sum, { denied }) => sum + denied, 0)).toBe(2 * times.length);
});

test('one line of a DenialLog is one event, with how often it was seen', async () => {
  const line = JSON.stringify({ kind: 'apparmor', count: 1e9, record: 'apparmor="DENIED" operation="open" profile="web" name="/a" denied_mask="r"' });
  const { out } = await runCommand(['events'], line);
  expect(JSON.parse(out)).toMatchObject({ event: 'DENIED', name: '/a', count: 100_000 });
  expect((await runCommand(['learn', '--format', 'json'], line)).out).toContain('"observations":100000');
});

test('a message that never ends costs no more than its length', async () => {
  const { err } = await runCommand(['events'], `type=USER_AVC msg=audit(1.5:6): pid=1 msg='apparmor="DENIED" operation="open" name="/a"\n${' \n'.repeat(600_000)}`);
  expect(err).toBe('');
});

test('an object of the operator with many faults costs no more than its length, and the first is told with its line', async () => {
  const { err } = await runCommand(['learn'], `kind: AppArmorProfile\napiVersion: security-profiles-operator.x-k8s.io/v1\nx: ${'"'.repeat(250_000)}`);
  expect(err).toContain('the AppArmorProfile object is no YAML: line 3: Unexpected double-quoted-scalar at node end');
});

test('--write keeps a link, its file\'s permissions, and leaves nothing else behind', async () => {
  const path = file('web.profile', PROFILE);
  chmodSync(path, 0o664);
  const link = join(folder(), 'link');
  symlinkSync(path, link);
  expect(await runCommand(['learn', '--amend', link, '--write'], auditLine({ profile: 'web', name: '/b' }))).toMatchObject({ code: 0 });
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readFileSync(path, 'utf8')).toContain('/b r,');
  // eslint-disable-next-line no-bitwise -- without the file's type
  expect(statSync(path).mode & 0o7777).toBe(0o664);
  expect(readdirSync(join(path, '..'))).toEqual(['web.profile']);
});

test('a file that somebody changed while the log was read is left as it is', () => {
  const path = file('web.profile', `${PROFILE}# mine\n`);
  expect(() => { replaceFile(path, PROFILE, 'profile web {\n}\n'); }).toThrow(
    `${path} was changed by somebody else meanwhile, and is left as it is; run the command again`,
  );
  expect(readFileSync(path, 'utf8')).toBe(`${PROFILE}# mine\n`);
  expect(readdirSync(join(path, '..'))).toEqual(['web.profile']);
});

test('a file with bytes that are no text is not amended', async () => {
  const path = file('web.profile', Buffer.from('# caf\xe9\nprofile web {\n}\n', 'latin1'));
  expect(await runCommand(['learn', '--amend', path, '--write'], auditLine({ profile: 'web' }))).toEqual({
    code: 2, out: '', err: `k8s-apparmor: ${path} holds bytes that are no UTF-8 text; save it as UTF-8; write single bytes as \\xHH\n`,
  });
});
