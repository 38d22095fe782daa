/**
 * What an import costs: the time that each entry point adds once the packages that it builds on are loaded, beside the time
 * that those took, each in a fresh process. Reads `lib/`, so compile first.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..');
const ROUNDS = 11;

const ENTRIES: Record<string, { readonly file: string; readonly buildsOn: readonly string[] }> = {
  'k8s-apparmor': { file: 'lib/index.js', buildsOn: ['constructs', 'cdk8s'] },
  'k8s-apparmor/plus28': { file: 'lib/plus/plus28.js', buildsOn: ['constructs', 'cdk8s', 'cdk8s-plus-28'] },
  'k8s-apparmor/pulumi': { file: 'lib/pulumi/index.js', buildsOn: ['@pulumi/pulumi', '@pulumi/kubernetes'] },
  'k8s-apparmor/pulumi-policy': { file: 'lib/pulumi/policy-pack.js', buildsOn: [] },
};

interface Cost {
  readonly base: number;
  readonly added: number;
}

function measure({ file, buildsOn }: { readonly file: string; readonly buildsOn: readonly string[] }): Cost {
  const program = `
    const begin = process.cpuUsage();
    ${buildsOn.map((name) => `require(${JSON.stringify(name)});`).join('\n')}
    const base = process.cpuUsage(begin);
    const middle = process.cpuUsage();
    require(${JSON.stringify(join(ROOT, file))});
    const added = process.cpuUsage(middle);
    console.log(JSON.stringify({ base: (base.user + base.system) / 1000, added: (added.user + added.system) / 1000 }));`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', program], { cwd: ROOT, encoding: 'utf8', timeout: 60_000 });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout.trim().split('\n').pop()!);
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];
}

export async function run(print: (line: string) => void): Promise<void> {
  if (!existsSync(join(ROOT, 'lib', 'index.js'))) throw new Error('there is no lib/: run `npx projen compile` first');
  print(`CPU time of an import in a fresh process, median of ${ROUNDS}`);
  for (const [name, entry] of Object.entries(ENTRIES)) {
    const costs = Array.from({ length: ROUNDS }, () => measure(entry));
    const [base, added] = [median(costs.map((cost) => cost.base)), median(costs.map((cost) => cost.added))];
    const beside = entry.buildsOn.length > 0 ? ` over ${entry.buildsOn.join(' + ')} (${base.toFixed(0)} ms): ${((base + added) / base).toFixed(2)} times` : '';
    print(`${name}: ${added.toFixed(0)} ms${beside}`);
  }
}
