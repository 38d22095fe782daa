import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSkipped } from '../../src/language';

/** Folders of Debian's packages apparmor, apparmor-profiles and apparmor-profiles-extra. */
export const POLICY_FOLDERS: readonly string[] = ['/etc/apparmor.d', '/usr/share/apparmor/extra-profiles'].filter((folder) => existsSync(folder));

/** Profiles, abstractions and tunables of those folders. */
export function policyTexts(): Array<{ readonly name: string; readonly text: string }> {
  const files = POLICY_FOLDERS.flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !isSkipped(entry.name) && !/\/abi$/.test(entry.parentPath)).map((entry) => join(entry.parentPath, entry.name)));
  return files.sort().map((name) => ({ name, text: readFileSync(name, 'utf8') }));
}

/** Processor time of the shortest of several runs: other work on the machine does not count. */
export function secondsOf(work: () => void): number {
  let best = Infinity;
  for (let run = 0; run < 25; run++) {
    const begin = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(begin);
    best = Math.min(best, (user + system) / 1e6);
  }
  return best;
}
