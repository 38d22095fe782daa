/** AppArmor's own learning tools, as Debian sid has them. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { debianRoot } from './debian';

/** A folder with Debian's `apparmor-utils`. */
export function utilitiesRoot(): string {
  return debianRoot('sid', ['apparmor-utils'], 'minbase');
}

/** A program in that folder, with its own `/proc`, in mounts that end with the program. */
export function inRoot(root: string, command: readonly string[]): string[] {
  return ['unshare', '--mount', 'sh', '-c', 'mount --rbind /proc "$0/proc" && exec chroot "$0" "$@"', root, ...command];
}

/** `aa-logprof` that answers its own questions, and takes no abstraction for an answer. */
export function logprofCommand(log: string, output: string): string[] {
  return ['aa-logprof', '-a', '--no-abstraction', '--no-check-mountpoint', '-f', log, '-o', output];
}

/** Their reader takes no line of `/proc/kmsg`, which has a priority: it gets auditd's form. */
const KERNEL_PREFIX = /^.*audit: type=1400 audit\(/gm;

/** How many rules `aa-logprof` adds to each profile from a log; the words of what went wrong where it does not run here. */
export function logprofRules(log: string, profiles: ReadonlyMap<string, string>): ReadonlyMap<string, number> | string {
  let folder: string | undefined;
  const written: string[] = [];
  try {
    const root = utilitiesRoot();
    folder = mkdtempSync(join(root, 'learn-'));
    mkdirSync(join(folder, 'out'));
    writeFileSync(join(folder, 'log'), log.replace(KERNEL_PREFIX, 'type=AVC msg=audit('));
    for (const [name, text] of profiles) {
      const path = join(root, 'etc', 'apparmor.d', name);
      writeFileSync(path, text);
      written.push(path);
    }
    const [program, ...args] = inRoot(root, logprofCommand(`/${basename(folder)}/log`, `/${basename(folder)}/out`));
    const { status, stderr } = spawnSync(program!, args, { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'], timeout: 240_000 });
    return status === 0 ? rulesByFile(join(folder, 'out')) : `aa-logprof ended with ${status}: ${stderr.trim().split('\n').at(-1)}`;
  } catch (error) {
    return (error as Error).message;
  } finally {
    [...written, ...(folder === undefined ? [] : [folder])].forEach((path) => rmSync(path, { recursive: true, force: true }));
  }
}

function rulesByFile(folder: string): Map<string, number> {
  return new Map(readdirSync(folder).map((name) => {
    const lines = readFileSync(join(folder, name), 'utf8').split('\n').map((line) => line.trim());
    return [name, lines.filter((line) => line.endsWith(',') && !line.startsWith('abi ')).length];
  }));
}
