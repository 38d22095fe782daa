import * as pulumi from '@pulumi/pulumi';
import { type AppArmorProfile, ProfileKind } from '../profile';

/** What one bundle distributes. */
export interface RegisteredBundle {
  /** The resource's name. */
  readonly name: string;
  readonly profiles: readonly AppArmorProfile[];
  readonly namespace: pulumi.Input<string>;
  /** What makes the namespace, if this bundle does. */
  readonly namespaceResource?: pulumi.Resource;
  /** What is ready when the profiles are there. */
  readonly loader: pulumi.Resource;
  /** Whether nodes are labelled with the profiles that they have. */
  readonly gated: boolean;
  /** The absolute path of the file that keeps its history. */
  readonly historyFile?: string;
}

/** What the bundles of one run of a program distribute together; it grows with each of them. */
export interface Distribution {
  readonly bundles: RegisteredBundle[];
  /** Loaded names of profiles whose nodes have a label, which pods have to require. */
  readonly gated: Set<string>;
}

/** By the engine that a program runs under: the Automation API runs several programs in one process. */
const RUNS = new WeakMap<object, Distribution>();
const NO_ENGINE = {};

export function registerBundle(bundle: RegisteredBundle): void {
  const { bundles, gated } = distribution();
  bundles.push(bundle);
  if (bundle.gated) bundle.profiles.forEach(({ loadedName }) => gated.add(loadedName));
}

/** What this run of the program distributes so far. */
export function distribution(): Distribution {
  const run: object = pulumi.runtime.getMonitor() ?? NO_ENGINE;
  const found = RUNS.get(run) ?? { bundles: [], gated: new Set<string>() };
  RUNS.set(run, found);
  return found;
}

/**
 * The loaders that a workload with this profile waits for: all that there are for a profile that is not known yet.
 *
 * @param who the workload in messages, such as `ConfinedDeployment "web"`
 * @throws {pulumi.RunError} if a distributed profile is in no bundle so far
 */
export function loadersOf(who: string, profile: pulumi.Input<AppArmorProfile>): pulumi.Resource[] {
  const { bundles } = distribution();
  if (pulumi.Output.isInstance(profile) || profile instanceof Promise) return bundles.map(({ loader }) => loader);
  if (profile.kind !== ProfileKind.DISTRIBUTED) return [];
  const found = bundles.filter(({ profiles }) => profiles.some(({ loadedName }) => loadedName === profile.loadedName));
  if (found.length > 0) return found.map(({ loader }) => loader);
  throw new pulumi.RunError(
    `${who}: the profile "${profile.name}" is in no AppArmorProfileBundle made before it, so no node would load it: `
    + `make the bundle first, or, if another stack distributes it, use AppArmorProfile.preloaded("${profile.loadedName}").`,
  );
}
