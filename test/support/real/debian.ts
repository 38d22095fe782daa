import { spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { builtOnce } from './cache';

/** The Debian suites whose parsers and kernels are compared. */
export type Suite = 'bookworm' | 'trixie' | 'sid';

/** Runs a program that must succeed; gives its standard output. */
export function must(program: string, args: readonly string[], options: { env?: NodeJS.ProcessEnv; cwd?: string } = {}): string {
  const run = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, stdio: ['ignore', 'pipe', 'pipe'], ...options });
  if (run.error || run.status !== 0) {
    const words = run.error?.message ?? `exit code ${run.status}: ${run.stderr.trim().split('\n').slice(-5).join(' / ')}`;
    throw new Error(`${program} ${args.slice(0, 3).join(' ')} failed: ${words}`);
  }
  return run.stdout;
}

/** The mirror of Debian's main archive that this machine's own apt uses, or the one in `K8S_APPARMOR_DEBIAN_MIRROR`. */
export function debianMirror(): string {
  const wanted = process.env.K8S_APPARMOR_DEBIAN_MIRROR;
  if (wanted) return wanted;
  const targets = () => must('apt-get', ['indextargets', '--format', '$(REPO_URI)|$(ORIGIN)|$(LABEL)|$(CREATED_BY)'])
    .split('\n').map((line) => line.split('|'))
    .find(([, origin, label, kind]) => origin === 'Debian' && label === 'Debian' && kind === 'Packages')?.[0];
  const mirror = targets() ?? (must('apt-get', ['update', '-qq']), targets());
  if (!mirror) throw new Error('no Debian archive among the sources of apt; set K8S_APPARMOR_DEBIAN_MIRROR to the URI of one');
  return mirror;
}

/**
 * A folder with a Debian suite's packages, unpacked once into the cache.
 *
 * @param variant `extract` only unpacks (seconds); `minbase` also configures what is installed
 */
export function debianRoot(suite: Suite, packages: readonly string[], variant: 'extract' | 'minbase' = 'extract'): string {
  const name = `${suite}-${variant}-${[...packages].sort().join('+')}`.slice(0, 180);
  return builtOnce(join('debian', name), (path) => {
    must('mmdebstrap', [
      `--variant=${variant}`, `--include=${packages.join(',')}`, '--aptopt=Acquire::Check-Valid-Until "false"', '--quiet', suite, path,
      `deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${debianMirror()} ${suite} main`,
    ]);
    rmSync(join(path, 'var', 'cache', 'apt'), { recursive: true, force: true });
    mergeUsr(path);
  });
}

/** Moves `bin`, `sbin`, `lib` and `lib64` below `usr`, where only unpacked packages of bookworm still have them beside it. */
function mergeUsr(root: string): void {
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    const path = join(root, name);
    const there = lstatSync(path, { throwIfNoEntry: false });
    if (there?.isSymbolicLink()) continue;
    mkdirSync(join(root, 'usr', name), { recursive: true });
    if (there) {
      must('cp', ['-a', `${path}/.`, join(root, 'usr', name)]);
      rmSync(path, { recursive: true });
    }
    symlinkSync(join('usr', name), path);
  }
}

/** The folder of a root that holds the C library and the dynamic linker, and the linker itself (no link: it may be absolute). */
export function dynamicLinker(root: string): { folder: string; linker: string } {
  const base = join(root, 'usr', 'lib');
  for (const entry of readdirSync(base).filter((name) => name.includes('-linux-gnu'))) {
    const linker = readdirSync(join(base, entry)).find((name) => /^ld-linux.*\.so\.\d$/.test(name));
    if (linker) return { folder: join(base, entry), linker: join(base, entry, linker) };
  }
  throw new Error(`${base} holds no dynamic linker`);
}
