import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalWorkspace, PulumiCommand, type PulumiFn, type Stack } from '@pulumi/pulumi/automation';
import { builtOnce, cacheFolder } from './cache';

/** The engine that tests run under. */
export const PULUMI_VERSION = '3.259.0';

const BUILD_TIMEOUT_MS = 30 * 60_000;
/** As in the module's own go.mod, whose replacements count only where it is the main module. */
const REPLACE = 'github.com/atotto/clipboard => github.com/tgummerer/clipboard v0.0.0-20241001131231-d02d263e614e';

/** The path of Pulumi's command, with the real engine in it; built from its Go module where the cache does not have it. */
export function pulumiProgram(): string {
  return builtOnce(join('pulumi', `v${PULUMI_VERSION}`, 'pulumi'), build);
}

function build(path: string): void {
  const folder = join(cacheFolder(), 'mods', `pulumi-${PULUMI_VERSION}`);
  mkdirSync(folder, { recursive: true });
  const manifest = join(folder, 'go.mod');
  if (!existsSync(manifest)) {
    writeFileSync(manifest, `module local.build/pulumi\n\ngo 1.25.0\n\nrequire github.com/pulumi/pulumi/pkg/v3 v${PULUMI_VERSION}\n\nreplace ${REPLACE}\n`);
  }
  const version = `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${PULUMI_VERSION}`;
  const run = spawnSync('go', ['build', '-trimpath', '-ldflags', `-s -w ${version}`, '-o', path, 'github.com/pulumi/pulumi/pkg/v3/cmd/pulumi'], {
    cwd: folder,
    encoding: 'utf8',
    timeout: BUILD_TIMEOUT_MS,
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod -buildvcs=false' },
  });
  if (run.error) throw run.error;
  if (run.status !== 0) throw new Error(`Pulumi ${PULUMI_VERSION} does not build:\n${run.stderr.slice(-2000)}`);
}

/** A place for stacks: a folder as the backend, and the engine told where its Kubernetes provider listens. */
export interface PulumiPlace {
  stack(name: string, program: PulumiFn): Promise<Stack>;
  /** A stack's state as it lies in the folder: exporting it would decrypt it. */
  state(name: string): string;
  end(): void;
}

/** @param providerPort where a provider listens that stands in for the Kubernetes one */
export async function pulumiPlace(providerPort: number): Promise<PulumiPlace> {
  const folder = mkdtempSync(join(tmpdir(), 'k8s-apparmor-pulumi-'));
  for (const part of ['root/bin', 'home', 'state', 'work']) mkdirSync(join(folder, part), { recursive: true });
  symlinkSync(pulumiProgram(), join(folder, 'root', 'bin', 'pulumi'));
  const pulumiCommand = await PulumiCommand.get({ root: join(folder, 'root'), skipVersionCheck: true });
  const envVars = {
    PULUMI_BACKEND_URL: `file://${join(folder, 'state')}`,
    PULUMI_CONFIG_PASSPHRASE: 'test',
    PULUMI_DEBUG_PROVIDERS: `kubernetes:${providerPort}`,
    PULUMI_HOME: join(folder, 'home'),
    PULUMI_SKIP_UPDATE_CHECK: 'true',
  };
  return {
    stack: (stackName, program) => LocalWorkspace.createOrSelectStack({ stackName, projectName: 'shop', program }, {
      pulumiCommand, envVars, workDir: join(folder, 'work'), projectSettings: { name: 'shop', runtime: 'nodejs', backend: { url: envVars.PULUMI_BACKEND_URL } },
    }),
    state: (name) => readFileSync(join(folder, 'state', '.pulumi', 'stacks', 'shop', `${name}.json`), 'utf8'),
    end: () => rmSync(folder, { recursive: true, force: true }),
  };
}
