import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtOnce, cacheFolder } from './cache';

/** The programs of Kubernetes that tests run. */
export type KubernetesProgram = 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kubectl' | 'kubelet';

/** The oldest release with AppArmor fields and admission policies, and the newest that tests run against. */
export const OLDEST_KUBERNETES = '1.30.14';
export const NEWEST_KUBERNETES = '1.37.2';

/** Cold, on two slow cores, the largest program takes some six minutes. */
const BUILD_TIMEOUT_MS = 45 * 60_000;

/**
 * The path of a program of Kubernetes, built from its Go modules where the cache does not have it.
 *
 * @param version such as `1.37.2`
 */
export function kubernetesProgram(version: string, program: KubernetesProgram): string {
  return builtOnce(join('kubernetes', `v${version}`, program), (path) => build(version, program, path));
}

/** Debian's etcd (package `etcd-server`), or the one that `ETCD` names. */
export function etcdProgram(): string {
  const etcd = process.env.ETCD ?? ['/usr/bin/etcd', '/usr/local/bin/etcd'].find((path) => existsSync(path));
  if (!etcd) throw new Error('There is no etcd on this machine: install the package etcd-server, or set ETCD to the path of one.');
  return etcd;
}

function build(version: string, program: KubernetesProgram, path: string): void {
  const folder = join(cacheFolder(), 'mods', `kube-${version}`);
  mkdirSync(folder, { recursive: true });
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod -buildvcs=false', GOTOOLCHAIN: 'local' };
  const go = (args: readonly string[]) => {
    const run = spawnSync('go', [...args], { cwd: folder, env, encoding: 'utf8', timeout: BUILD_TIMEOUT_MS, maxBuffer: 64 * 1024 * 1024 });
    if (run.error) throw run.error;
    if (run.status !== 0) throw new Error(`go ${args.slice(0, 2).join(' ')} for ${program} ${version} failed:\n${run.stderr.slice(-2000)}`);
    return run.stdout;
  };
  if (!existsSync(join(folder, 'go.mod'))) writeModule(folder, version, go);
  go(['build', '-trimpath', '-ldflags', linkFlags(version), '-o', path, `k8s.io/kubernetes/cmd/${program}`]);
}

/**
 * Kubernetes' own go.mod replaces its parts by folders of its repository; such lines count only in the main module. Each part is
 * published by itself, as v0.MINOR.PATCH, so our module replaces them by those.
 */
function writeModule(folder: string, version: string, go: (args: readonly string[]) => string): void {
  const draft = join(folder, 'go.mod.draft');
  const { Dir: sources } = JSON.parse(go(['mod', 'download', '-json', `k8s.io/kubernetes@v${version}`])) as { Dir: string };
  const original = readFileSync(join(sources, 'go.mod'), 'utf8');
  const goVersion = /^go ([0-9.]+)$/m.exec(original)?.[1] ?? '1.22';
  const parts = [...original.matchAll(/^\s*(k8s\.io\/[a-z0-9-]+) => \.\/staging\/src\//gm)].map(([, part]) => part);
  const replaced = parts.map((part) => `\t${part} => ${part} v0.${version.slice('1.'.length)}`).join('\n');
  writeFileSync(draft, `module local.build/kube\n\ngo ${goVersion}\n\nrequire k8s.io/kubernetes v${version}\n\nreplace (\n${replaced}\n)\n`);
  renameSync(draft, join(folder, 'go.mod'));
}

function linkFlags(version: string): string {
  const values = { gitVersion: `v${version}`, gitMajor: '1', gitMinor: version.split('.')[1], gitTreeState: 'clean' };
  const own = Object.entries(values).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);
  return ['-s', '-w', ...own, `-X k8s.io/client-go/pkg/version.gitVersion=v${version}`].join(' ');
}
