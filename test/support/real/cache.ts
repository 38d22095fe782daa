import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** Where everything that is downloaded or built from source is kept, outside the work tree. */
export function cacheFolder(): string {
  return process.env.K8S_APPARMOR_CACHE ?? join(homedir(), '.cache', 'k8s-apparmor');
}

/** Sleeps without giving up the thread: what waits here is a test that cannot go on. */
export function sleepSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Writes to standard error, past Jest's console, which prints a stack with every line. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/**
 * The file or folder `name` below the cache folder, built where it is not there. It appears whole or not at all, and two
 * processes that want the same thing build it once: the second waits.
 *
 * @param name path below the cache folder
 * @param build makes it at the path that it is given
 */
export function builtOnce(name: string, build: (path: string) => void): string {
  const path = join(cacheFolder(), name);
  if (existsSync(path)) return path;
  mkdirSync(dirname(path), { recursive: true });
  withLock(`${path}.lock`, () => {
    if (existsSync(path)) return;
    const draft = `${path}.tmp.${process.pid}`;
    const begin = Date.now();
    try {
      build(draft);
      renameSync(draft, path);
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
    say(`built ${name}: ${((Date.now() - begin) / 1000).toFixed(1)} s`);
  });
  return path;
}

/** Runs `work` while this process alone holds the folder `lock`; a lock whose owner is gone is taken over. */
function withLock(lock: string, work: () => void): void {
  while (!tryLock(lock)) sleepSync(200);
  try {
    work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function tryLock(lock: string): boolean {
  // The owner's id is in place before the lock is: a rename onto a folder that is not empty fails.
  const mine = `${lock}.${process.pid}`;
  mkdirSync(mine, { recursive: true });
  writeFileSync(join(mine, 'pid'), String(process.pid));
  try {
    renameSync(mine, lock);
    return true;
  } catch {
    rmSync(mine, { recursive: true, force: true });
    if (!ownerLives(lock)) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

function ownerLives(lock: string): boolean {
  try {
    process.kill(Number(readFileSync(join(lock, 'pid'), 'utf8')), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
