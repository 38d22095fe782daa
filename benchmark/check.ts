/** How fast both of Debian's policy trees are checked as one process, start included, beside the real parser and Debian's Python library. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { POLICY_FOLDERS } from './support/policy';

const ROOT = join(__dirname, '..');
const RUNS = 7;
/** Features for the real parser on machines whose kernel has no AppArmor. */
const FEATURES = '/etc/apparmor.d/abi/3.0';

/** Reads both trees, and the files that they include, by the functions with which AppArmor's own tools begin. */
const PYTHON = `
from apparmor import aa
aa.init_aa()
aa.read_profiles()
aa.read_inactive_profiles()
`;

interface Timing {
  /** Shortest wall time. */
  readonly wall: number;
  /** Shortest time on processors, user and system. */
  readonly cpu: number;
}

/** Times of a command line, by bash: the shortest of several runs. */
function timed(command: string, runs = RUNS): Timing {
  let best: Timing = { wall: Infinity, cpu: Infinity };
  for (let turn = 0; turn < runs; turn++) {
    const { stderr } = spawnSync('bash', ['-c', `TIMEFORMAT='%R %U %S'; time { { ${command}; } >/dev/null 2>&1; }`], { encoding: 'utf8' });
    const [wall, user, system] = stderr.trim().split('\n').at(-1)!.split(' ').map(Number);
    best = { wall: Math.min(wall, best.wall), cpu: Math.min(user + system, best.cpu) };
  }
  return best;
}

const shown = ({ wall, cpu }: Timing) => `${cpu.toFixed(2)} s of processor time, ${wall.toFixed(2)} s in all`;
const isThere = (command: string) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;

export async function run(print: (line: string) => void): Promise<void> {
  if (!existsSync(join(ROOT, 'lib', 'cli', 'main.js'))) {
    print('lib/ is not built: run `npx projen compile` first');
    return;
  }
  const folders = POLICY_FOLDERS.join(' ');
  const ours = timed(`${process.execPath} ${join(ROOT, 'bin', 'k8s-apparmor')} check ${folders}`);
  print(`k8s-apparmor check ${folders}: ${shown(ours)}; the empty program of node: ${shown(timed(`${process.execPath} -e 0`))}`);
  const compare = (name: string, other: Timing) =>
    print(`${name}: ${shown(other)}; ours takes ${(other.cpu / ours.cpu).toFixed(1)} times less (${(other.wall / ours.wall).toFixed(1)} times in all)`);
  if (isThere('apparmor_parser') && existsSync(FEATURES)) {
    compare('apparmor_parser -QK on the same files', timed(POLICY_FOLDERS.map((folder) => `apparmor_parser -QK -M ${FEATURES} ${folder}`).join('; '), 1));
  } else {
    print('apparmor_parser is not installed: not compared');
  }
  if (spawnSync('/usr/bin/python3', ['-c', 'import apparmor.aa']).status === 0) {
    compare('the Python library reading the same files', timed(`/usr/bin/python3 -c '${PYTHON}'`));
  } else {
    print('apparmor.aa (Python) is not installed: not compared');
  }
}
