/** AppArmor's own tools of Debian sid, beside ours. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { logPieces } from './log';
import { inRoot, logprofCommand, utilitiesRoot } from '../../test/support/real/logprof';

const PROFILE = `abi <abi/4.0>,
include <tunables/global>
profile bench /srv/app/bin/app flags=(complain) {
  include <abstractions/base>
}
`;

/** A folder with Debian's `apparmor-utils`, or why there is none. */
export function utilities(): { root: string } | { missing: string } {
  try {
    return { root: utilitiesRoot() };
  } catch (error) {
    return { missing: (error as Error).message };
  }
}

/** Processor seconds of `aa-logprof -a` from a log of so many distinct accesses to its profile; undefined where it does not run here. */
export function logprofSeconds(root: string, distinct: number): number | undefined {
  writeFileSync(join(root, 'etc', 'apparmor.d', 'bench'), PROFILE);
  writeFileSync(join(root, 'bench.log'), Buffer.concat([...logPieces(distinct, distinct)]));
  mkdirSync(join(root, 'bench-out'), { recursive: true });
  return processorSeconds(inRoot(root, logprofCommand('/bench.log', '/bench-out')));
}

/** It asks for each record's profile, so it gets those that it knows, the bench's among them; reading them is not in the time. */
const READ_LOG = `
import time
import apparmor.aa as aa
from apparmor.logparser import ReadLog
aa.init_aa(profiledir="/etc/apparmor.d")
aa.read_profiles()
begin = time.process_time()
ReadLog("/bench.log", aa.active_profiles, "/etc/apparmor.d").read_log("")
print(time.process_time() - begin)
`;

/** Processor seconds of `ReadLog` over a log; undefined where it fails. */
export function readLogSeconds(root: string, count: number, paths: number): number | undefined {
  writeFileSync(join(root, 'etc', 'apparmor.d', 'bench'), PROFILE);
  writeFileSync(join(root, 'bench.log'), Buffer.concat([...logPieces(count, paths)]));
  const [program, ...args] = inRoot(root, ['/usr/bin/python3', '-c', READ_LOG]);
  const { status, stdout } = spawnSync(program!, args, { encoding: 'utf8' });
  return status === 0 ? Number(stdout.trim()) : undefined;
}

/** Of a program with what it starts; undefined where it fails. */
export function processorSeconds([program, ...args]: readonly string[]): number | undefined {
  // Into a pipe: grep stops at the first line where it sees that its output is thrown away.
  const script = 'TIMEFORMAT="%U %S"; { time "$@" 2> /dev/null | cat > /dev/null; } 2>&1; exit "${PIPESTATUS[0]}"';
  const { status, stdout } = spawnSync('bash', ['-c', `set -o pipefail; ${script}`, 'bash', program!, ...args], { encoding: 'utf8' });
  const [user, system] = (stdout ?? '').trim().split('\n').at(-1)!.split(' ').map(Number);
  return status === 0 ? Math.max(user! + system!, 0.001) : undefined;
}
