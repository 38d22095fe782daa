/**
 * What confinement costs at synthesis: confined deployments against the same deployments of plain cdk8s-plus, each measured in a
 * process of its own, one after the other in turns, so that neither profits from the other's warm code or memory. V8 works in one
 * thread there, so that processor time is what the program takes and not what the engine does beside it.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { App, Chart } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { AppArmorProfile, AppArmorProfileBundle, Confinement, Rule } from '../src';
import { ConfinedDeployment } from '../src/plus/plus28';

const PROFILES = 50;
const ROUNDS = Number(process.env.K8S_APPARMOR_ROUNDS ?? 5);
/** Syntheses in one process after the first. */
const REPETITIONS = 7;
const SIZES = [100, 1000, 10_000];

type Way = 'plain' | 'confined' | 'default';

interface Cost {
  /** CPU time of construction and synthesis, the median in a process that has done the same before: what workloads cost. */
  readonly milliseconds: number;
  /** The first time in a process: what the engine needs to compile our code is in it. */
  readonly first: number;
  /** Heap that the app holds after it, garbage collected. */
  readonly kilobytes: number;
}

const containers = [{ name: 'web', image: 'nginx' }];

function profiles(): AppArmorProfile[] {
  return Array.from({ length: PROFILES }, (_none, index) => new AppArmorProfile({
    name: `p${index}`, rules: [Rule.read(`/etc/app${index}/**`), Rule.write('/var/cache/app/**'), Rule.execute('/usr/bin/app')],
  }));
}

/** One class for each way, so that the loop is the same code. */
function build(chart: Chart, way: Way, count: number): void {
  if (way === 'confined') {
    const all = profiles();
    new AppArmorProfileBundle(chart, 'profiles', { profiles: all });
    for (let index = 0; index < count; index++) new ConfinedDeployment(chart, `d${index}`, { profile: all[index % PROFILES], containers });
    return;
  }
  if (way === 'default') Confinement.of(chart).byDefault(AppArmorProfile.runtimeDefault());
  for (let index = 0; index < count; index++) new kplus.Deployment(chart, `d${index}`, { containers });
}

/** The app, so that it is held, and what it cost. */
function synthesise(way: Way, count: number): { chart: Chart; milliseconds: number } {
  const app = new App();
  const chart = new Chart(app, 'shop');
  const before = process.cpuUsage();
  build(chart, way, count);
  const yaml = app.synthYaml();
  const { user, system } = process.cpuUsage(before);
  if (yaml.length < count * 100) throw new Error('the synthesis gave too little to be true');
  return { chart, milliseconds: (user + system) / 1000 };
}

function measure(way: Way, count: number): Cost {
  // Both ways begin with the code of cdk8s-plus and of the YAML library at work.
  synthesise('plain', 100);
  const first = synthesise(way, Math.min(count, 1000)).milliseconds;
  const heap = heapUsed();
  const { chart, milliseconds } = synthesise(way, count);
  const kilobytes = heapUsed() - heap;
  // Used after the measurement, so that it is still held in it.
  if (chart.node.children.length < count) throw new Error('the chart lost objects');
  return { first, milliseconds: median([milliseconds, ...again(way, count)]), kilobytes };
}

function again(way: Way, count: number): number[] {
  // What is large is measured well by one.
  return count > 1000 ? [] : Array.from({ length: REPETITIONS - 1 }, () => {
    heapUsed();
    return synthesise(way, count).milliseconds;
  });
}

/** In kilobytes. */
function heapUsed(): number {
  if (!global.gc) throw new Error('the process was not started with --expose-gc');
  global.gc();
  return process.memoryUsage().heapUsed / 1024;
}

function inOwnProcess(way: Way, count: number): Cost {
  const runner = join(__dirname, '..', 'node_modules', 'ts-node', 'dist', 'bin.js');
  const project = join(__dirname, '..', 'test', 'tsconfig.json');
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--single-threaded', '--expose-gc', runner, '-T', '-P', project, __filename, way, String(count)], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`measuring ${way} with ${count} workloads failed: ${stderr}`);
  return JSON.parse(stdout) as Cost;
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];
}

const percent = (ratio: number) => `${ratio >= 1 ? '+' : ''}${((ratio - 1) * 100).toFixed(1)} %`;
const spread = (ratios: readonly number[]) => `${percent(median(ratios))} (of ${ratios.length} rounds: ${ratios.map(percent).sort().join(', ')})`;

function compare(way: Way, what: string, print: (line: string) => void): void {
  const rounds = Array.from({ length: ROUNDS }, () => ({ plain: inOwnProcess('plain', 1000), ours: inOwnProcess(way, 1000) }));
  print(`1,000 ${what}, against 1,000 Deployments of cdk8s-plus-28, construction and synthesis:`);
  print(`  CPU time  ${spread(rounds.map(({ plain, ours }) => ours.milliseconds / plain.milliseconds))}`);
  print(`  the first in its process  ${spread(rounds.map(({ plain, ours }) => ours.first / plain.first))}`);
  print(`  memory    ${spread(rounds.map(({ plain, ours }) => ours.kilobytes / plain.kilobytes))}`);
}

function exponents(print: (line: string) => void): void {
  print(`growth of CPU time, as the exponent between ${SIZES.join(', ')} workloads (1 is linear):`);
  for (const way of ['confined', 'plain'] as const) {
    const times = SIZES.map((count) => median(Array.from({ length: 3 }, () => inOwnProcess(way, count).milliseconds)));
    const slope = (from: number, to: number) => (Math.log10(times[to] / times[from]) / Math.log10(SIZES[to] / SIZES[from])).toFixed(2);
    print(`  ${way.padEnd(9)} ${slope(0, 2)} (first half ${slope(0, 1)}, second half ${slope(1, 2)}; ${times.map((time) => `${time.toFixed(0)} ms`).join(', ')})`);
  }
}

export async function run(print: (line: string) => void): Promise<void> {
  compare('confined', `ConfinedDeployments with ${PROFILES} profiles and their bundle`, print);
  compare('default', 'Deployments below Confinement.byDefault()', print);
  exponents(print);
}

if (require.main === module) {
  process.stdout.write(JSON.stringify(measure(process.argv[2] as Way, Number(process.argv[3]))));
}
