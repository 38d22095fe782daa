/**
 * One implementation of confined workloads for every release of cdk8s-plus. Their classes are incompatible with one another, so it
 * asks only for the shape that they share.
 */
import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { AppBundles } from '../cdk8s/app-bundles';
import { KubernetesVersion } from '../cdk8s/kubernetes-version';
import { changeObject } from '../cdk8s/object-change';
import { confineWorkloads, Confining } from '../cdk8s/workload-confinement';
import { entryOf, JsonObject, objectOf } from '../manifests/json';
import { ANNOTATION_PREFIX } from '../manifests/profile-reference';
import { AppArmorProfile } from '../profile';

/** What a confined workload takes beside all that its cdk8s-plus class takes. */
export interface ConfinedProps {
  /**
   * The profile of the pods: of every container that `containerProfiles` does not name.
   *
   * @default - what `containerProfiles` and the `Confinement` of a scope say
   */
  readonly profile?: AppArmorProfile;

  /**
   * Profiles of single containers by name, init containers and sidecars too.
   *
   * @default - every container has `profile`
   */
  readonly containerProfiles?: Readonly<Record<string, AppArmorProfile>>;

  /**
   * The releases that the manifest is for.
   *
   * @default - from the construct context, otherwise >=1.30
   */
  readonly kubernetesVersion?: KubernetesVersion;
}

/** What every workload of cdk8s-plus has. */
export interface PlusWorkload extends Construct {
  readonly containers: readonly PlusContainer[];
  readonly initContainers: readonly PlusContainer[];
  readonly podMetadata: { toJson(): unknown };
}

export interface PlusContainer {
  readonly name: string;
  readonly securityContext: { readonly privileged?: boolean };
}

/** The confinement of a workload, as it can be read back. */
export interface Confined {
  readonly profile?: AppArmorProfile;
  readonly containerProfiles: Readonly<Record<string, AppArmorProfile>>;
}

// A constructor whose arguments are inferred has to take any (TypeScript handbook, "Constrained Mixins").
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Constructor = abstract new (scope: any, id: any, props: any) => PlusWorkload;
type PropsOf<B extends Constructor> = Omit<NonNullable<ConstructorParameters<B>[2]>, keyof ConfinedProps> & ConfinedProps;
type ConfinedClass<B extends Constructor> = Omit<B, 'prototype'>
  & (new (scope: Construct, id: string, props: PropsOf<B>) => InstanceType<B> & Confined);

/**
 * A workload class of any cdk8s-plus release with `profile` and `containerProfiles` beside its own properties:
 * `class ConfinedReplicaSet extends confined(kplus.Deployment) {}`.
 */
export function confined<B extends Constructor>(base: B): ConfinedClass<B> {
  const Base = base as unknown as new (scope: Construct, id: string, props: object) => PlusWorkload;
  class ConfinedWorkload extends Base implements Confined {
    public readonly profile?: AppArmorProfile;
    public readonly containerProfiles: Readonly<Record<string, AppArmorProfile>>;

    constructor(scope: Construct, id: string, props: ConfinedProps) {
      const { profile, containerProfiles = {}, kubernetesVersion, ...rest } = props;
      super(scope, id, rest);
      if (!profile && Object.keys(containerProfiles).length === 0) {
        throw new Error(`"${this.node.path}" is to be confined, but neither "profile" nor "containerProfiles" is given: give one of them.`);
      }
      this.profile = profile;
      this.containerProfiles = { ...containerProfiles };
      confine(this, kubernetesVersion ?? KubernetesVersion.forScope(this));
    }
  }
  return ConfinedWorkload as unknown as ConfinedClass<B>;
}

function confine(workload: PlusWorkload & Confined, version: KubernetesVersion): void {
  const confining: Confining = {
    profile: workload.profile,
    containerProfiles: workload.containerProfiles,
    emission: version.usesFields ? 'fields' : 'annotations',
    chosen: true,
    wayOut: 'give this container AppArmorProfile.unconfined(reason) in "containerProfiles"',
  };
  const object = ApiObject.of(workload);
  const original = object.toJson.bind(object) as () => JsonObject;
  const confinedJson = (json: JsonObject) => confineWorkloads(json, () => confining);
  changeObject(object, (json) => {
    const { json: changed, faults } = confinedJson(json);
    if (faults.length > 0) throw new Error(`${workload.node.path}: ${faults.join(' ')}`);
    return changed;
  });
  workload.node.addValidation({
    validate: () => [...bundleFaults(workload), ...(isDoubtful(workload) ? confinedJson(original()).faults : [])],
  });
}

function bundleFaults(workload: PlusWorkload & Confined): string[] {
  const bundles = AppBundles.of(workload);
  const profiles = new Set([workload.profile, ...Object.values(workload.containerProfiles)]);
  return [...profiles].flatMap((profile) => (profile ? bundles.faultsOf(profile) : []));
}

/** Whether the JSON, which is costly to make, has to be looked at to know. */
function isDoubtful(workload: PlusWorkload & Confined): boolean {
  const containers = [...workload.containers, ...workload.initContainers];
  const annotations = objectOf(entryOf(objectOf(workload.podMetadata.toJson()), 'annotations')) ?? {};
  return containers.some((container) => container.securityContext.privileged)
    || Object.keys(workload.containerProfiles).some((name) => !containers.some((container) => container.name === name))
    || Object.keys(annotations).some((key) => key.startsWith(ANNOTATION_PREFIX));
}
