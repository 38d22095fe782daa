import { copyFileSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyPatch } from 'diff';
import { runCommand } from '../support/run-command';

jest.setTimeout(60_000);

const EXAMPLE = join(__dirname, '..', '..', 'examples', 'learn-in-ci');
const LOG = join(EXAMPLE, 'staging.log');

/** A copy of the profile, under its own name: the patch names it. */
function profile(): string {
  const path = join(mkdtempSync(join(tmpdir(), 'learn-in-ci-')), 'web.profile');
  copyFileSync(join(EXAMPLE, 'web.profile'), path);
  return path;
}

test('the pipeline fails with the patch that the example shows, and passes once it is applied', async () => {
  const path = profile();
  const { out } = await runCommand(['learn', '--amend', path, '--explain', '--format', 'diff', LOG]);
  const expected = readFileSync(join(EXAMPLE, 'expected', 'learnt.patch'), 'utf8');
  expect(out.replaceAll(path, 'web.profile')).toBe(expected);
  expect((await runCommand(['learn', '--amend', path, '--check', LOG])).code).toBe(1);

  await runCommand(['learn', '--amend', path, '--explain', '--write', LOG]);
  expect(readFileSync(path, 'utf8')).toBe(applyPatch(readFileSync(join(EXAMPLE, 'web.profile'), 'utf8'), expected));
  expect((await runCommand(['learn', '--amend', path, '--check', LOG])).code).toBe(0);
});
