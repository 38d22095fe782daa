/** How fast both of Debian's policy trees are checked as one process, start included, beside the real parser on the same files. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { POLICY_FOLDERS } from './support/policy';

const COMMAND = join(__dirname, '..', 'lib', 'cli', 'main.js');
const RUNS = 5;

interface Timing {
  /** Shortest wall time. */
  readonly wall: number;
  /** Shortest time on processors, user and system. */
  readonly cpu: number;
}

/** Times of a process, by bash: the shortest of several runs. */
function timed(command: string, runs = RUNS): Timing | undefined {
  let best: Timing | undefined;
  for (let turn = 0; turn < runs; turn++) {
    const { stderr } = spawnSync('bash', ['-c', `TIMEFORMAT='%R %U %S'; time (${command}) >/dev/null 2>&1`], { encoding: 'utf8' });
    const [wall, user, system] = stderr.trim().split('\n').at(-1)!.split(' ').map(Number);
    best = { wall: Math.min(wall, best?.wall ?? Infinity), cpu: Math.min(user + system, best?.cpu ?? Infinity) };
  }
  return best;
}

export async function run(print: (line: string) => void): Promise<void> {
  if (!existsSync(COMMAND)) {
    print('lib/ is not built: run `npx projen compile` first');
    return;
  }
  const start = `require(${JSON.stringify(COMMAND)}).main(process.argv.slice(1), process).then((code) => { process.exitCode = code; })`;
  const folders = POLICY_FOLDERS.join(' ');
  const ours = timed(`node -e '${start}' check ${folders}`)!;
  print(`k8s-apparmor check ${folders}: ${ours.wall.toFixed(2)} s, ${ours.cpu.toFixed(2)} s of processor time`);
  const help = timed('node -e 0')!;
  print(`node's own start is ${help.wall.toFixed(2)} s of that (${help.cpu.toFixed(2)} s of processor time)`);
  const parser = timed(POLICY_FOLDERS.map((folder) => `apparmor_parser -QK ${folder}`).join('; '), 1);
  if (spawnSync('sh', ['-c', 'command -v apparmor_parser']).status !== 0 || parser === undefined) {
    print('apparmor_parser is not installed: not compared');
    return;
  }
  print(`apparmor_parser -QK on the same folders: ${parser.wall.toFixed(2)} s, ${parser.cpu.toFixed(2)} s of processor time`);
  print(`ours is ${(parser.wall / ours.wall).toFixed(1)} times as fast, with ${(parser.cpu / ours.cpu).toFixed(1)} times less processor time`);
}
