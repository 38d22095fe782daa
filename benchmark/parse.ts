/** How fast profiles are parsed, beside the same parser of Debian's Python library where that is installed. */
import { spawnSync } from 'node:child_process';
import { parseProfileText, printTree } from '../src/language';
import { policyTexts, secondsOf } from './support/policy';

const PYTHON = `
import sys, time, json
from apparmor import aa
aa.init_aa()
texts = json.load(sys.stdin)
def parse(name, text):
    try:
        aa.parse_profile_data(text.splitlines(), name, 0)
    except Exception:
        return 0
    return len(text)
begin = time.process_time()
size = sum(parse(name, text) for name, text in texts)
print(size, time.process_time() - begin)
`;

export async function run(print: (line: string) => void): Promise<void> {
  const texts = policyTexts();
  const bytes = texts.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  const megabytes = bytes / 1e6;
  const trees = texts.map(({ text }) => parseProfileText(text).tree);
  const parse = secondsOf(() => texts.forEach(({ text }) => parseProfileText(text)));
  const printing = secondsOf(() => trees.forEach((tree) => printTree(tree)));
  print(`${texts.length} files of Debian's policy, ${megabytes.toFixed(2)} MB, processor time of the best of several runs`);
  print(`parse: ${(megabytes / parse).toFixed(1)} MB/s; print: ${(megabytes / printing).toFixed(1)} MB/s`);
  const python = spawnSync('/usr/bin/python3', ['-c', PYTHON], { input: JSON.stringify(texts.map(({ name, text }) => [name, text])), encoding: 'utf8', timeout: 120_000 });
  const [size, seconds] = python.status === 0 ? python.stdout.trim().split(' ').map(Number) : [0, 0];
  print(size > 0
    ? `apparmor.aa.parse_profile_data (Python): ${(size / 1e6 / seconds).toFixed(2)} MB/s on what it can read; ours is ${(megabytes / parse / (size / 1e6 / seconds)).toFixed(1)} times as fast`
    : 'apparmor.aa (Python) is not installed: not compared');
}
