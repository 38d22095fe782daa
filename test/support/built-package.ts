import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtOnce, cacheFolder } from './real/cache';

export const ROOT = join(__dirname, '..', '..');

/** What a build of the package is made of. */
const SOURCES = [
  '.npmignore', 'LICENSE', 'README.md', 'bin', 'loader', 'package.json', 'scripts', 'src', 'tsconfig.entrypoints.json', 'tsconfig.json',
];
/** Beside these, what the build takes along where it is there. */
const OPTIONAL = ['CHANGELOG.md', 'NOTICE', 'SECURITY.md', 'THIRD-PARTY-NOTICES', 'templates'];

/** The package as it is published, for each language. */
export interface BuiltPackage {
  /** What `npm pack` made. */
  readonly tarball: string;
  readonly wheel: string;
  /** A Maven repository's layout. */
  readonly java: string;
  readonly go: string;
}

/** The package of the present sources, built in a copy of them: nothing is left in the work tree. */
export function builtPackage(): BuiltPackage {
  const parts = [...SOURCES, ...OPTIONAL.filter((part) => existsSync(join(ROOT, part)))];
  const name = `package-${hashOf(parts)}`;
  const folder = builtOnce(name, (path) => build(parts, path));
  forgetOthers(name);
  return {
    tarball: only(folder, '.tgz'), wheel: only(join(folder, 'python'), '.whl'), java: join(folder, 'java'), go: join(folder, 'go', 'k8sapparmor'),
  };
}

function build(parts: readonly string[], target: string): void {
  const copy = mkdtempSync(join(tmpdir(), 'k8s-apparmor-build-'));
  try {
    for (const part of parts) cpSync(join(ROOT, part), join(copy, part), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    const tool = (...args: string[]) => run('npx', ['--no-install', ...args], copy);
    tool('tsc', '-p', 'tsconfig.entrypoints.json');
    tool('jsii', '--silence-warnings=reserved-word');
    run(process.execPath, ['scripts/strip-source-maps.js'], copy);
    mkdirSync(target);
    run('npm', ['pack', '--silent', '--pack-destination', target], copy);
    tool('jsii-pacmak', '--target', 'python', '--target', 'java', '--target', 'go', '--outdir', target, '--no-npmignore');
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Runs a program and gives its output; what it said is in the error where it fails. */
export function run(program: string, args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): string {
  try {
    return execFileSync(program, args, {
      cwd,
      encoding: 'utf8',
      timeout: 590_000,
      maxBuffer: 64 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: 'true', JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION: 'true', ...env },
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(' ')}: ${(error as Error).message.split('\n')[0]}\n${stdout ?? ''}\n${stderr ?? ''}`);
  }
}

function hashOf(parts: readonly string[]): string {
  const hash = createHash('sha256');
  const add = (path: string) => {
    const absolute = join(ROOT, path);
    if (statSync(absolute).isDirectory()) {
      readdirSync(absolute).sort().forEach((entry) => add(join(path, entry)));
    } else {
      hash.update(`${path}\0`).update(readFileSync(absolute)).update('\0');
    }
  };
  parts.forEach(add);
  return hash.digest('hex').slice(0, 16);
}

/** One build is large, and each change of a source makes a new one. */
function forgetOthers(name: string): void {
  const others = readdirSync(cacheFolder()).filter((entry) => /^package-[0-9a-f]{16}$/.test(entry) && entry !== name);
  others.forEach((entry) => rmSync(join(cacheFolder(), entry), { recursive: true, force: true }));
}

function only(folder: string, ending: string): string {
  const found = readdirSync(folder).filter((entry) => entry.endsWith(ending));
  if (found.length !== 1) throw new Error(`${folder} holds ${found.length} files that end in ${ending}`);
  return join(folder, found[0]);
}
