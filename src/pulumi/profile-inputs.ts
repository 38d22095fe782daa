import * as pulumi from '@pulumi/pulumi';
import type { PodConfinement } from '../manifests/confine-pod';
import type { ProfileReference } from '../manifests/profile-reference';
import { type AppArmorProfile, ProfileKind } from '../profile';
import { combine } from './settle';

/** The profiles of a pod as a program gives them. */
export interface ConfinementArgs {
  /** For every container that `containerProfiles` does not name. Default: none. */
  readonly profile?: pulumi.Input<AppArmorProfile>;
  /** By container name: containers, init containers and sidecars. Default: all have `profile`. */
  readonly containerProfiles?: Readonly<Record<string, pulumi.Input<AppArmorProfile>>>;
}

/** The profiles as values, each plain or an Output: `pulumi.output` would turn them into objects without methods. */
export function profilesOf(args: ConfinementArgs): pulumi.Input<AppArmorProfile>[] {
  return [...args.profile === undefined ? [] : [args.profile], ...Object.values(args.containerProfiles ?? {})];
}

/** How a pod names these profiles; an Output only where one of them is one. */
export function confinementOf(args: ConfinementArgs): PodConfinement | pulumi.Output<PodConfinement> {
  const names = Object.keys(args.containerProfiles ?? {});
  const pod = args.profile === undefined ? [] : [args.profile];
  const references = [...pod, ...names.map((name) => args.containerProfiles![name])].map(referenceInput);
  return combine(references, (plain): PodConfinement => {
    const named = plain.slice(pod.length) as ProfileReference[];
    return {
      ...pod.length > 0 && { pod: plain[0] as ProfileReference },
      ...names.length > 0 && { containers: Object.fromEntries(names.map((name, index) => [name, named[index]])) },
    };
  }) as PodConfinement | pulumi.Output<PodConfinement>;
}

/** How a pod names a profile. */
export function referenceOf(profile: AppArmorProfile): ProfileReference {
  switch (profile.kind) {
    case ProfileKind.DISTRIBUTED:
    case ProfileKind.PRELOADED:
      return { type: 'Localhost', localhostProfile: profile.loadedName };
    case ProfileKind.RUNTIME_DEFAULT:
      return { type: 'RuntimeDefault' };
    case ProfileKind.UNCONFINED:
      return { type: 'Unconfined' };
  }
}

function referenceInput(profile: pulumi.Input<AppArmorProfile>): unknown {
  if (pulumi.Output.isInstance(profile)) return profile.apply((value) => referenceOf(value as AppArmorProfile));
  if (profile instanceof Promise) return pulumi.output(profile.then(referenceOf));
  return referenceOf(profile);
}
