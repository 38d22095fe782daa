import * as pulumi from '@pulumi/pulumi';
import { type AppArmorProfile, ProfileKind } from '../profile';

/** The loaders of one run of a program, by the loaded names of their profiles: workloads look up here what to wait for. */
type Loaders = Map<string, Set<pulumi.Resource>>;

/** By the engine that a program runs under: the Automation API runs several programs in one process. */
const RUNS = new WeakMap<object, Loaders>();
const NO_ENGINE = {};

/** @param loader what is ready when the profiles are there */
export function registerLoader(loader: pulumi.Resource, loadedNames: readonly string[]): void {
  const loaders = loadersOfRun();
  for (const name of loadedNames) {
    loaders.set(name, (loaders.get(name) ?? new Set()).add(loader));
  }
}

/**
 * The loaders that a workload with this profile waits for: all that there are for a profile that is not known yet.
 *
 * @param who the workload in messages, such as `ConfinedDeployment "web"`
 * @throws {pulumi.RunError} if a distributed profile is in no bundle so far
 */
export function loadersOf(who: string, profile: pulumi.Input<AppArmorProfile>): pulumi.Resource[] {
  const loaders = loadersOfRun();
  if (pulumi.Output.isInstance(profile) || profile instanceof Promise) {
    return [...new Set([...loaders.values()].flatMap((some) => [...some]))];
  }
  if (profile.kind !== ProfileKind.DISTRIBUTED) return [];
  const found = loaders.get(profile.loadedName);
  if (found) return [...found];
  throw new pulumi.RunError(
    `${who}: the profile "${profile.name}" is in no AppArmorProfileBundle made before it, so no node would load it: `
    + `make the bundle first, or, if another stack distributes it, use AppArmorProfile.preloaded("${profile.loadedName}").`,
  );
}

function loadersOfRun(): Loaders {
  const run: object = pulumi.runtime.getMonitor() ?? NO_ENGINE;
  const loaders = RUNS.get(run) ?? new Map();
  RUNS.set(run, loaders);
  return loaders;
}
