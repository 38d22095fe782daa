import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, openSync, readSync, closeSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyTally, Findings, openSource, printProfiles, suggest } from '../src/learn';

/** From log lines to profiles: beside grep, beside AppArmor's own reader where Python has it, and how it grows. */
export async function run(print: (line: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'benchmark-learn-'));
  try {
    await reading(folder, print);
    await finishing(folder, print);
    await memory(folder, print);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const CHUNK = 2 ** 20;
const ENDINGS = ['py', 'so', 'json', 'txt'];

/** `count` lines in auditd's form over `distinct` paths. */
async function writeLog(path: string, count: number, distinct: number): Promise<void> {
  const out = createWriteStream(path);
  let lines: string[] = [];
  for (let at = 0; at < count; at++) {
    const file = at % distinct;
    const name = `/workdir/m${pad(file % 200, 3)}/d${pad(Math.floor(file / 200) % 50, 2)}/f${pad(file, 5)}.${ENDINGS[file % 4]}`;
    const mask = at % 3 === 0 ? 'wc' : 'r';
    lines.push(`type=AVC msg=audit(${1700000000 + Math.floor(at / 100)}.${pad(at % 1000, 3)}:${at + 1}): apparmor="ALLOWED" operation="open" profile="bench" `
      + `name="${name}" pid=${1000 + at % 500} comm="app" requested_mask="${mask}" denied_mask="${mask}" fsuid=1000 ouid=0\n`);
    if (lines.length === 10_000) {
      if (!out.write(lines.join(''))) {
        await once(out, 'drain');
      }
      lines = [];
    }
  }
  out.end(lines.join(''));
  await once(out, 'close');
}

function pad(number: number, digits: number): string {
  return String(number).padStart(digits, '0');
}

interface Learnt {
  readonly findings: Findings;
  readonly records: number;
  readonly seconds: number;
}

/** Reads a log as the command does. */
function learn(path: string): Learnt {
  const [findings, tally] = [new Findings(), emptyTally()];
  const start = process.cpuUsage();
  const reader = openSource(undefined, { sink: (seen, time) => findings.add(seen, time), profile: () => undefined, tally });
  const [file, buffer] = [openSync(path, 'r'), Buffer.alloc(CHUNK)];
  for (let length = readSync(file, buffer); length > 0; length = readSync(file, buffer)) {
    reader.push(buffer.subarray(0, length));
  }
  closeSync(file);
  reader.end();
  return { findings, records: tally.records, seconds: secondsSince(start) };
}

/** Of this process' processors: what else the machine does has no part in it. */
function secondsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

async function reading(folder: string, print: (line: string) => void): Promise<void> {
  const path = join(folder, 'reading.log');
  const lines = 1_000_000;
  await writeLog(path, lines, 10_000);
  const { seconds, records } = [1, 2, 3].map(() => learn(path)).reduce((best, next) => (next.seconds < best.seconds ? next : best));
  print(`reading ${rate(records, seconds)} (${lines.toLocaleString('en-US')} lines, ${(statSync(path).size / 1e6).toFixed(0)} MB, 10,000 distinct accesses)`);
  const grep = timed('grep', ['-c', 'apparmor=', path]);
  if (grep !== undefined) {
    print(`  grep -c apparmor=: ${rate(lines, grep)}; it takes 1/${(seconds / grep).toFixed(1)} of the time`);
  }
  const shorter = join(folder, 'shorter.log');
  await writeLog(shorter, 100_000, 10_000);
  const readLog = timed('python3', ['-c', READ_LOG, shorter]);
  print(readLog === undefined
    ? '  AppArmor\'s ReadLog: not here (the Python package of apparmor-utils)'
    : `  AppArmor's ReadLog: ${rate(100_000, readLog)}; it takes ${(readLog / 100_000 / (seconds / lines)).toFixed(0)} times as long`);
}

const READ_LOG = `
import sys
from apparmor.logparser import ReadLog
ReadLog(sys.argv[1], {}, {}).read_log('')
`;

/** Processor seconds of a program, the best of three; undefined where it does not run here. */
function timed(program: string, args: readonly string[]): number | undefined {
  const runs = [1, 2, 3].map(() => {
    // Into a pipe: grep stops at the first line where it sees that its output is thrown away.
    const script = 'TIMEFORMAT="%U %S"; { time "$@" 2> /dev/null | cat > /dev/null; } 2>&1; exit "${PIPESTATUS[0]}"';
    const { status, stdout } = spawnSync('bash', ['-c', `set -o pipefail; ${script}`, 'bash', program, ...args], { encoding: 'utf8' });
    const [user, system] = (stdout ?? '').trim().split(' ').map(Number);
    return status === 0 ? Math.max(user! + system!, 0.001) : undefined;
  });
  return runs.includes(undefined) ? undefined : Math.min(...runs as number[]);
}

async function finishing(folder: string, print: (line: string) => void): Promise<void> {
  let before: { count: number; seconds: number } | undefined;
  for (const count of [10_000, 100_000, 1_000_000]) {
    const path = join(folder, 'finishing.log');
    await writeLog(path, count, count);
    const { findings, seconds } = learn(path);
    const start = process.cpuUsage();
    const suggestions = [...findings.subjects.values()].map((subject) => suggest(subject, { strictness: 'balanced', fineSockets: true }));
    const text = printProfiles(suggestions, { explain: false, abi: 'abi/3.0' });
    const total = seconds + secondsSince(start);
    const growth = before === undefined ? '' : `; ${(total / before.seconds).toFixed(1)} times as long for ${count / before.count} times as many`;
    print(`from log to profile, ${count.toLocaleString('en-US')} distinct accesses: ${total.toFixed(2)} s, ${text.split('\n').length.toLocaleString('en-US')} lines${growth}`);
    before = { count, seconds: total };
  }
}

async function memory(folder: string, print: (line: string) => void): Promise<void> {
  const path = join(folder, 'memory.log');
  await writeLog(path, 1_000_000, 1000);
  const [findings, tally] = [new Findings(), emptyTally()];
  const reader = openSource(undefined, { sink: (seen, time) => findings.add(seen, time), profile: () => undefined, tally });
  const buffer = Buffer.alloc(CHUNK);
  const sizes: string[] = [];
  for (let round = 1; round <= 100; round++) {
    const file = openSync(path, 'r');
    for (let length = readSync(file, buffer); length > 0; length = readSync(file, buffer)) {
      reader.push(buffer.subarray(0, length));
    }
    closeSync(file);
    if (round === 1 || round === 10 || round === 100) {
      sizes.push(`${(process.memoryUsage().rss / 1e6).toFixed(0)} MB after ${round} million lines`);
    }
  }
  print(`memory, the same 1,000 accesses: ${sizes.join(', ')}`);
}

function rate(lines: number, seconds: number): string {
  return `${Math.round(lines / seconds).toLocaleString('en-US')} lines a second`;
}
