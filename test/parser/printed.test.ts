import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Original } from './mutation';
import { conformanceCases, debianProfiles, installedProfiles } from './originals';
import { parseProfileText, printItem, printTree } from '../../src/language';
import { outside } from '../support/outside';
import { realParser } from '../support/real/parsers';

const parser = realParser('5.0');
const conformance = outside('APPARMOR_CONFORMANCE');

/** Relative includes of the cases count from a folder named `tst` that holds `simple_tests`. */
const scratch = mkdtempSync(join(tmpdir(), 'printed-'));
const cwd = join(scratch, 'tst');
mkdirSync(cwd);
if (conformance.path !== undefined) {
  symlinkSync(join(conformance.path, 'simple_tests'), join(cwd, 'simple_tests'));
}
afterAll(() => rmSync(scratch, { recursive: true }));

/** What the real parser compiles a text to; its words where it refuses. */
async function compiled(text: string, base: string): Promise<string | Buffer> {
  const run = await parser.runAsync(['-QKS', '-M', parser.abi('5.0'), '--base', base], text, { cwd, timeoutMs: 120_000 });
  return run.code === 0 ? run.stdout : `${run.code}: ${run.stderr}`;
}

/** The text as it comes out of the tree, and as it comes out when no node remembers how it was written. */
function printed(text: string) {
  const { tree, diagnostics } = parseProfileText(text);
  return {
    errors: diagnostics.filter(({ severity }) => severity === 'error'),
    untouched: printTree(tree),
    normalised: tree.body.items.map((item) => `${printItem(item)}\n`).join(''),
  };
}

async function differing(originals: readonly Original[]): Promise<string[]> {
  const names: string[] = [];
  for (const { name, text, base } of originals) {
    const { errors, untouched, normalised } = printed(text);
    const [before, after] = await Promise.all([compiled(text, base), compiled(normalised, base)]);
    if (errors.length > 0 || untouched !== text || !Buffer.isBuffer(before) || !Buffer.isBuffer(after) || !before.equals(after)) {
      names.push(`${name}: ${Buffer.isBuffer(after) ? 'compiles to something else' : after}`);
    }
  }
  return names;
}

test('every profile of Debian, printed anew from its tree, compiles to the same bytes', async () => {
  const originals = [...debianProfiles('5.0', Infinity), ...installedProfiles()];
  expect(originals.length).toBeGreaterThan(50);
  expect(await differing(originals)).toEqual([]);
}, 900_000);

conformance.describe('conformance cases', () => {
  test('every case that is accepted, printed anew from its tree, compiles to the same bytes', async () => {
    expect(await differing(conformanceCases())).toEqual([]);
  }, 600_000);
});
