import * as pulumi from '@pulumi/pulumi';
import { type AppArmorProfile, ProfileKind } from '../profile';

/** What one bundle distributes. */
export interface RegisteredBundle {
  readonly profiles: readonly AppArmorProfile[];
  readonly namespace: string;
  /** What is ready when the profiles are there. */
  readonly loader: pulumi.Resource;
}

/** By the engine that a program runs under: the Automation API runs several programs in one process. */
const RUNS = new WeakMap<object, RegisteredBundle[]>();
const NO_ENGINE = {};

export function registerBundle(bundle: RegisteredBundle): void {
  registeredBundles().push(bundle);
}

/** The bundles that this run of the program has made so far. */
export function registeredBundles(): RegisteredBundle[] {
  const run: object = pulumi.runtime.getMonitor() ?? NO_ENGINE;
  const bundles = RUNS.get(run) ?? [];
  RUNS.set(run, bundles);
  return bundles;
}

/**
 * The loaders that a workload with this profile waits for: all that there are for a profile that is not known yet.
 *
 * @param who the workload in messages, such as `ConfinedDeployment "web"`
 * @throws {pulumi.RunError} if a distributed profile is in no bundle so far
 */
export function loadersOf(who: string, profile: pulumi.Input<AppArmorProfile>): pulumi.Resource[] {
  const bundles = registeredBundles();
  if (pulumi.Output.isInstance(profile) || profile instanceof Promise) return bundles.map(({ loader }) => loader);
  if (profile.kind !== ProfileKind.DISTRIBUTED) return [];
  const found = bundles.filter(({ profiles }) => profiles.some(({ loadedName }) => loadedName === profile.loadedName));
  if (found.length > 0) return found.map(({ loader }) => loader);
  throw new pulumi.RunError(
    `${who}: the profile "${profile.name}" is in no AppArmorProfileBundle made before it, so no node would load it: `
    + `make the bundle first, or, if another stack distributes it, use AppArmorProfile.preloaded("${profile.loadedName}").`,
  );
}
