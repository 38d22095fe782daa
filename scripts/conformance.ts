/**
 * `npm run conformance [PART…]`: judges the policy files of the folder in `APPARMOR_CONFORMANCE` by the code of `check` and
 * compares with what their `#=EXRESULT` says. Prints each miss; fails below 99.5 %.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { type Diagnostic, diagnosticLine } from '../src/diagnostics';
import { checkText, includeFiles } from '../src/language';

/** One case: a file, what upstream says of it, and what we say. */
interface Case {
  readonly name: string;
  readonly expected: 'PASS' | 'FAIL';
  /** Marked as judged wrongly by the real parser, or as not run. */
  readonly apart?: 'TODO' | 'DISABLED';
  readonly errors: readonly Diagnostic[];
}

const LEAST = 0.995;

export function runConformance(folder: string, parts: readonly string[]): Case[] {
  const root = resolve(folder, 'simple_tests');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.sd')).sort();
  const wanted = files.filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)));
  return inPlace(root, () => {
    const options = { base: root, includes: includeFiles({ base: root }) };
    return wanted.map((file) => judge(join(root, file), relative(root, join(root, file)), options));
  });
}

/** Relative includes of the cases count from a folder named `tst` that holds `simple_tests`. */
function inPlace<T>(root: string, work: () => T): T {
  const [before, scratch] = [process.cwd(), mkdtempSync(join(tmpdir(), 'conformance-'))];
  try {
    mkdirSync(join(scratch, 'tst'));
    symlinkSync(root, join(scratch, 'tst', 'simple_tests'));
    process.chdir(join(scratch, 'tst'));
    return work();
  } finally {
    process.chdir(before);
    rmSync(scratch, { recursive: true });
  }
}

function judge(path: string, name: string, options: object): Case {
  const text = readFileSync(path);
  const head = text.toString('latin1');
  const expected = /^#=EXRESULT +PASS/m.test(head) ? 'PASS' : 'FAIL';
  const apart = (/^#=(TODO|DISABLED)/m.exec(head)?.[1] ?? undefined) as Case['apart'];
  const policy = Buffer.from(head.replace(/^#=.*\n/gm, ''), 'latin1');
  const errors = checkText(policy, { ...options, fileName: name }).filter(({ severity }) => severity === 'error');
  return { name, expected, apart, errors };
}

function agrees({ expected, errors }: Case): boolean {
  return (expected === 'PASS') === (errors.length === 0);
}

function main(parts: readonly string[]): number {
  const folder = process.env.APPARMOR_CONFORMANCE;
  if (folder === undefined || folder === '') {
    console.log('Skipped: set APPARMOR_CONFORMANCE to a folder that holds simple_tests.');
    return 0;
  }
  const cases = runConformance(folder, parts);
  const live = cases.filter(({ apart }) => apart === undefined);
  const misses = live.filter((one) => !agrees(one));
  for (const { name, expected, errors } of misses) {
    console.log(expected === 'PASS' ? `MISS ${name}: refused: ${diagnosticLine(errors[0])}` : `MISS ${name}: accepted`);
  }
  for (const kind of ['TODO', 'DISABLED'] as const) {
    const some = cases.filter(({ apart }) => apart === kind);
    console.log(`${kind}, counted apart: ${some.length} cases, ${some.filter(agrees).length} as their EXRESULT says`);
  }
  const accepted = live.filter(({ expected }) => expected === 'PASS').length;
  const share = live.length === 0 ? 1 : (live.length - misses.length) / live.length;
  console.log(`${live.length} live cases (${accepted} PASS, ${live.length - accepted} FAIL): ${live.length - misses.length} agree, ${misses.length} miss, ${(share * 100).toFixed(2)} %`);
  return share >= LEAST ? 0 : 1;
}

if (require.main === module) {
  process.exitCode = main(process.argv.slice(2));
}
