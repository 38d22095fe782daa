import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalWorkspace, PulumiCommand, type PulumiFn, type Stack } from '@pulumi/pulumi/automation';
import { type GoProgram, goProgram } from './go-program';

/** Pulumi's command, with the real engine in it. */
export const PULUMI: GoProgram = {
  name: 'pulumi',
  version: '3.259.0',
  module: 'github.com/pulumi/pulumi/pkg/v3',
  package: 'github.com/pulumi/pulumi/pkg/v3/cmd/pulumi',
  goVersion: '1.25.0',
  replace: 'github.com/atotto/clipboard => github.com/tgummerer/clipboard v0.0.0-20241001131231-d02d263e614e',
  versionVariable: 'github.com/pulumi/pulumi/sdk/v3/go/common/version.Version',
};

/** What lies beside Pulumi's command where it is installed: runs a pack's JavaScript by the SDK in the pack's own folder. */
const POLICY_SHIM = `#!/bin/sh
exec ${JSON.stringify(process.execPath)} ./node_modules/@pulumi/pulumi/cmd/run-policy-pack "$@"
`;

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
  symlinkSync(goProgram(PULUMI), join(folder, 'root', 'bin', 'pulumi'));
  writeFileSync(join(folder, 'root', 'bin', 'pulumi-analyzer-policy-nodejs'), POLICY_SHIM, { mode: 0o755 });
  const pulumiCommand = await PulumiCommand.get({ root: join(folder, 'root'), skipVersionCheck: true });
  const envVars = {
    PATH: `${join(folder, 'root', 'bin')}:${process.env.PATH}`,
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
