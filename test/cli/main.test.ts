import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMANDS } from '../../src/cli/registry';
import { auditLine } from '../support/log-lines';
import { runCommand } from '../support/run-command';

test('--help says what the program is for, on standard output', async () => {
  const { code, out, err } = await runCommand(['--help']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toContain('Usage: k8s-apparmor');
  expect(await runCommand(['help'])).toEqual({ code, out, err });
});

test('without a command the same goes to standard error', async () => {
  expect(await runCommand([])).toEqual({ code: 2, out: '', err: (await runCommand(['--help'])).out });
});

test.each(Object.keys(COMMANDS))('%s: help before or behind it is the same, with its examples', async (name) => {
  const { code, out, err } = await runCommand([name, '--help']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toContain('Examples:\n');
  expect(await runCommand(['help', name])).toEqual({ code, out, err });
});

test.each(['--version', '-v', '-V', 'version'])('%s is the version', async (word) => {
  expect(await runCommand([word])).toEqual({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), err: '' });
});

test.each([
  [['frobnicate'], 'there is no command \'frobnicate\'; `k8s-apparmor --help` lists them'],
  [['chekc'], 'there is no command \'chekc\'; did you mean check?'],
  [['help', 'lern'], 'there is no command \'lern\'; did you mean learn?'],
  [['toString'], 'there is no command \'toString\'; `k8s-apparmor --help` lists them'],
  [['lint', '--fromat', 'json'], 'unknown option \'--fromat\'\n(Did you mean --format?)\n(add --help for all options)'],
  [['check'], 'missing required argument \'file\'\n(add --help for all options)'],
])('%j is wrong use and says so on standard error', async (argv, message) => {
  expect(await runCommand(argv)).toEqual({ code: 2, out: '', err: `k8s-apparmor: ${message}\n` });
});

test('what the operating system refuses is one sentence', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'main-'));
  expect(await runCommand(['report', '-o', join(folder, 'no', 'page.html'), '-'], auditLine()))
    .toEqual({ code: 2, out: '', err: `k8s-apparmor: cannot open ${join(folder, 'no', 'page.html')}: there is no such file or folder\n` });
  expect(await runCommand(['report', '-o', folder, '-'], auditLine()))
    .toEqual({ code: 2, out: '', err: `k8s-apparmor: cannot open ${folder}: it is a folder; name a file\n` });
});
