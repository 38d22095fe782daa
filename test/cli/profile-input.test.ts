import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { sayThatInputIsAwaited } from '../../src/cli/profile-input';
import { runCommand } from '../support/run-command';

const folder = mkdtempSync(join(tmpdir(), 'profile-input-'));
const put = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const PROFILE = put('web.profile', 'abi <abi/3.0>,\nprofile web {\n  /srv/ r,\n  signal receive peer={runc,crun,unconfined},\n}\n');
mkdirSync(join(folder, 'empty'));

afterAll(() => rmSync(folder, { recursive: true }));

describe.each([
  ['check', 'check', []], ['lint', 'lint', []], ['decide', 'decide', ['--profile']], ['learn --amend', 'learn', ['--amend']], ['report --profile', 'report', ['--profile']],
])('%s', (_, name, option) => {
  const given = (path: string) => runCommand([name, ...option, path]);

  test.each([
    ['a log', 'type=AVC msg=audit(1.5:6): apparmor="DENIED" operation="open" profile="web" name="/a"\n', 'looks like a log, which'],
    ['an object', 'apiVersion: v1\nkind: ConfigMap\ndata:\n  web: "profile web {}"\n', 'looks like a Kubernetes object; profiles are in the data of ConfigMaps'],
    ['JSON', '{"kind": "Pod"}\n', 'looks like JSON'],
    ['a program', 'import { AppArmorProfile } from \'k8s-apparmor\';\nnew AppArmorProfile();\n', 'looks like a program; a profile\'s text is what its toText() gives'],
    ['a page', '<!DOCTYPE html>\n<html></html>\n', 'looks like HTML'],
  ])('%s in a profile\'s place is told from a profile with errors', async (_what, text, words) => {
    const path = put('other', text);
    expect((await given(path)).err).toContain(`${path} ${words}`);
  });

  test('a profile with errors is taken for a profile', async () => {
    expect((await given(put('broken', '# like apiVersion: v1\nprofile web {\n  /a zz,\n}\n'))).err).not.toContain('looks like');
  });

  test('a file that is not there is wrong use', async () => {
    expect(await given(join(folder, 'no'))).toMatchObject({ code: 2 });
  });
});

test.each([['check', 'ok'], ['lint', ''], ['explain', 'Profile web']])('%s reads a pipe that is named like a file', (name, words) => {
  const script = 'require("ts-node").register({ transpileOnly: true, project: process.argv[1] }); require(process.argv[2]).main(process.argv.slice(3), process).then((code) => { process.exitCode = code; })';
  const { status, stdout, stderr } = spawnSync('bash', ['-c', `"$0" -e "$1" "$2" "$3" ${name} <(cat "$4")`, process.execPath, script,
    join(__dirname, '..', 'tsconfig.json'), join(__dirname, '..', '..', 'src', 'cli', 'main.ts'), PROFILE], { encoding: 'utf8', cwd: join(__dirname, '..', '..') });
  expect({ status, stderr: stderr.replace('nothing found\n', '') }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain(words);
}, 60_000);

test.each(['check', 'lint'])('%s of a folder without profiles is wrong use: nothing was looked at', async (name) => {
  expect(await runCommand([name, join(folder, 'empty')]))
    .toEqual({ code: 2, out: '', err: `k8s-apparmor: the folder ${join(folder, 'empty')} holds no files of profiles; folders in it are not looked into\n` });
});

test.each([
  ['check', ['check', PROFILE]], ['decide', ['decide', '--profile', PROFILE]], ['learn', ['learn', '--amend', PROFILE]], ['report', ['report', '--profile', PROFILE]],
])('%s: --base takes a folder', async (_, argv) => {
  expect(await runCommand([...argv, '--base', '/no/such'])).toEqual({ code: 2, out: '', err: 'k8s-apparmor: \'/no/such\' is no folder; --base takes folders that exist\n' });
});

test('on a terminal it is said that standard input is read', () => {
  const said = (isTTY: boolean) => {
    const [stdin, stdout, stderr] = [Object.assign(new PassThrough(), { isTTY }), new PassThrough(), new PassThrough()];
    sayThatInputIsAwaited({ stdin, stdout, stderr, env: {} });
    return String(stderr.read() ?? '');
  };
  expect([said(true), said(false)]).toEqual(['reading standard input; Ctrl-D ends it\n', '']);
});
