import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtOnce, cacheFolder } from './cache';

/** A program that is built from a Go module that somebody published. */
export interface GoProgram {
  /** As messages and the cache call it. */
  readonly name: string;
  readonly version: string;
  readonly module: string;
  /** The package of the program. */
  readonly package: string;
  readonly goVersion: string;
  /** Replacements of the module's own go.mod, which count only where it is the main module. */
  readonly replace?: string;
  /** A variable that holds the version, for `-X`. */
  readonly versionVariable?: string;
}

/** Helm and Kustomize, which Pulumi's Kubernetes provider has within it. */
export const HELM: GoProgram = {
  name: 'helm', version: '3.18.6', module: 'helm.sh/helm/v3', package: 'helm.sh/helm/v3/cmd/helm', goVersion: '1.24.0',
};
export const KUSTOMIZE: GoProgram = {
  name: 'kustomize',
  version: '5.7.1',
  module: 'sigs.k8s.io/kustomize/kustomize/v5',
  package: 'sigs.k8s.io/kustomize/kustomize/v5',
  goVersion: '1.24.0',
};

const BUILD_TIMEOUT_MS = 30 * 60_000;

/** The path of the program, built where the cache does not have it. */
export function goProgram(program: GoProgram): string {
  return builtOnce(join(program.name, `v${program.version}`, program.name), (path) => build(program, path));
}

function build({ name, version, module, package: main, goVersion, replace, versionVariable }: GoProgram, path: string): void {
  const folder = join(cacheFolder(), 'mods', `${name}-${version}`);
  mkdirSync(folder, { recursive: true });
  const manifest = join(folder, 'go.mod');
  if (!existsSync(manifest)) {
    const replaced = replace === undefined ? '' : `\nreplace ${replace}\n`;
    writeFileSync(manifest, `module local.build/${name}\n\ngo ${goVersion}\n\nrequire ${module} v${version}\n${replaced}`);
  }
  const flags = ['-s', '-w', ...versionVariable === undefined ? [] : [`-X ${versionVariable}=v${version}`]].join(' ');
  const run = spawnSync('go', ['build', '-trimpath', '-ldflags', flags, '-o', path, main], {
    cwd: folder,
    encoding: 'utf8',
    timeout: BUILD_TIMEOUT_MS,
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod -buildvcs=false' },
  });
  if (run.error) throw run.error;
  if (run.status !== 0) throw new Error(`${name} ${version} does not build:\n${run.stderr.slice(-2000)}`);
}
