import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logPieces } from './support/log';
import { logprofSeconds, processorSeconds, readLogSeconds, utilities } from './support/logprof';
import { emptyTally, Findings, openSource, printProfiles, suggest } from '../src/learn';

/**
 * From log lines to profiles: beside grep, beside AppArmor's own tools of Debian sid where they can be unpacked, and how it
 * grows. Times are those of the processors. `BENCHMARK_LOGPROF=full` runs aa-logprof on all 10,000 accesses, not only on
 * fewer, from which the rest is calculated.
 */
export async function run(print: (line: string) => void): Promise<void> {
  const tools = utilities();
  const root = 'root' in tools ? tools.root : undefined;
  if ('missing' in tools) {
    print(`AppArmor's own tools are not here: ${tools.missing}`);
  }
  reading(root, print);
  memory(print);
  finishing(root, print);
  growth(print);
}

/** Reads a log as the command does. */
class Learner {
  public readonly findings = new Findings();
  public readonly tally = emptyTally();
  public seconds = 0;
  private readonly reader = openSource(undefined, {
    sink: (seen, time) => this.findings.add(seen, time),
    counted: (seen, times, first, last) => this.findings.addTimes(seen, times, first, last),
    profile: () => undefined,
    tally: this.tally,
  });

  public push(piece: Buffer): void {
    this.timed(() => this.reader.push(piece));
  }

  public end(): void {
    this.timed(() => this.reader.end());
  }

  public file(path: string): this {
    this.timed(() => {
      const [file, buffer] = [openSync(path, 'r'), Buffer.alloc(2 ** 20)];
      for (let length = readSync(file, buffer); length > 0; length = readSync(file, buffer)) {
        this.reader.push(buffer.subarray(0, length));
      }
      closeSync(file);
      this.reader.end();
    });
    return this;
  }

  /** The profile's text. */
  public finish(): string {
    let text = '';
    this.timed(() => {
      const suggestions = [...this.findings.subjects.values()].map((subject) => suggest(subject, { strictness: 'balanced', fineSockets: true }));
      text = printProfiles(suggestions, { explain: false, abi: 'abi/3.0' });
    });
    return text;
  }

  private timed(work: () => void): void {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    this.seconds += (user + system) / 1e6;
  }
}

const ROUNDS = [1, 2, 3, 4, 5];
const LINES = 1_000_000;
const PATHS = 10_000;

function reading(root: string | undefined, print: (line: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'benchmark-learn-'));
  try {
    const path = join(folder, 'reading.log');
    writeFileSync(path, Buffer.concat([...logPieces(LINES, PATHS)]));
    const ours = Math.min(...ROUNDS.map(() => new Learner().file(path).seconds));
    print(`reading ${rate(LINES, ours)} (${number(LINES)} lines, ${number(PATHS)} paths, read and written)`);
    const grep = least(() => processorSeconds(['grep', '-c', 'apparmor=', path]));
    print(grep === undefined ? '  no grep here' : `  grep -c apparmor=: ${rate(LINES, grep)}; reading takes ${(ours / grep).toFixed(1)} times as long`);
    const count = LINES / 10;
    const readLog = root === undefined ? undefined : least(() => readLogSeconds(root, count, PATHS));
    if (root !== undefined && readLog === undefined) {
      print("  AppArmor's ReadLog does not run here");
    } else if (readLog !== undefined) {
      print(`  AppArmor's ReadLog: ${rate(count, readLog)}; it takes ${(readLog / count / (ours / LINES)).toFixed(0)} times as long`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function least(measure: () => number | undefined): number | undefined {
  const seconds = [1, 2, 3].map(measure);
  return seconds.includes(undefined) ? undefined : Math.min(...seconds as number[]);
}

function finishing(root: string | undefined, print: (line: string) => void): void {
  const ours = Math.min(...ROUNDS.map(() => learnt(PATHS).seconds));
  print(`from log to profile, ${number(PATHS)} distinct accesses: ${ours.toFixed(2)} s`);
  if (root === undefined) {
    return;
  }
  const isFull = process.env.BENCHMARK_LOGPROF === 'full';
  const sizes = isFull ? [1000, 2000, 4000, PATHS] : [1000, 2000, 4000];
  const points = sizes.map((size) => [size, logprofSeconds(root, size)] as const);
  const known = points.filter((point): point is [number, number] => point[1] !== undefined);
  if (known.length < points.length) {
    print('  aa-logprof does not run here');
    return;
  }
  const theirs = isFull ? known.at(-1)![1] : parabola(known, PATHS);
  const from = known.map(([size, seconds]) => `${number(size)} in ${seconds.toFixed(1)} s`).join(', ');
  print(`  aa-logprof -a: ${from}${isFull ? '' : `; so ${number(PATHS)} would take ${theirs.toFixed(0)} s, as it grows with the square`}; ${(theirs / ours).toFixed(0)} times as long`);
}

/** The value at `x` of the parabola through three points (Lagrange). */
function parabola(points: ReadonlyArray<readonly [x: number, y: number]>, x: number): number {
  return points.reduce((sum, [x1, y1]) => sum + points.reduce((product, [x2]) => (x1 === x2 ? product : product * (x - x2) / (x1 - x2)), y1), 0);
}

function learnt(distinct: number): Learner {
  const learner = new Learner();
  for (const piece of logPieces(distinct, distinct)) {
    learner.push(piece);
  }
  learner.end();
  learner.finish();
  return learner;
}

/** Each size is 10 times the one before; n log n makes that 12 to 13 times the time. */
function growth(print: (line: string) => void): void {
  let before: number | undefined;
  for (const count of [10_000, 100_000, 1_000_000]) {
    const { seconds } = learnt(count);
    const times = before === undefined ? '' : `; ${(seconds / before).toFixed(1)} times as long for 10 times as many (n log n: ${(10 * Math.log(count) / Math.log(count / 10)).toFixed(1)})`;
    print(`from log to profile, ${number(count)} distinct accesses: ${seconds.toFixed(2)} s${times}`);
    before = seconds;
  }
}

/** The same lines again and again, as from a pipe. */
function memory(print: (line: string) => void): void {
  const learner = new Learner();
  const pieces = [...logPieces(100_000, 1000)];
  const sizes: string[] = [];
  for (let lines = 0; lines < 100_000_000; lines += 100_000) {
    pieces.forEach((piece) => learner.push(piece));
    const millions = (lines + 100_000) / 1e6;
    if ([1, 10, 100].includes(millions)) {
      sizes.push(`${(process.memoryUsage().rss / 1e6).toFixed(0)} MB after ${millions} million`);
    }
  }
  learner.end();
  print(`memory for the same 1,000 paths: ${sizes.join(', ')} lines; ${rate(learner.tally.records, learner.seconds)}`);
}

function rate(lines: number, seconds: number): string {
  return `${number(Math.round(lines / seconds))} lines a second`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
