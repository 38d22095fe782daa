/**
 * One implementation of confined workloads for every release of cdk8s-plus. Their classes are incompatible with one another, so it
 * asks only for the shape that they share.
 */
import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { AppBundles } from '../cdk8s/app-bundles';
import { KubernetesVersion } from '../cdk8s/kubernetes-version';
import { ConfinedObject, confineWorkloads, Confining } from '../cdk8s/workload-confinement';
import { entryOf, JsonObject, objectOf } from '../manifests/json';
import { Emission } from '../manifests/kubernetes-versions';
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
  class ConfinedBase extends Base implements Confined {
    public readonly profile?: AppArmorProfile;
    public readonly containerProfiles: Readonly<Record<string, AppArmorProfile>>;

    constructor(scope: Construct, id: string, props: ConfinedProps) {
      const { profile, containerProfiles = NONE, kubernetesVersion, ...rest } = props;
      super(scope, id, rest);
      if (!profile && Object.keys(containerProfiles).length === 0) {
        throw new Error(`"${this.node.path}" is to be confined, but neither "profile" nor "containerProfiles" is given: give one of them.`);
      }
      this.profile = profile;
      this.containerProfiles = containerProfiles;
      confine(this, kubernetesVersion ?? KubernetesVersion.forScope(this));
    }
  }
  return ConfinedBase as unknown as ConfinedClass<B>;
}

const NONE: Readonly<Record<string, AppArmorProfile>> = Object.freeze({});
const NO_FAULTS: string[] = [];

const WAY_OUT = 'give this container AppArmorProfile.unconfined(reason) in "containerProfiles"';

type ConfinedWorkload = PlusWorkload & Confined;

/** The object of a confined workload, with what its JSON is made from: no closure for each, for there are many. */
interface ConfinedApiObject extends ApiObject {
  [WORKLOAD]: ConfinedWorkload;
  [EMISSION]: Emission;
  [APP]: ConfinedApp;
}

const WORKLOAD: unique symbol = Symbol('confined workload');
const EMISSION: unique symbol = Symbol('emission');
const APP: unique symbol = Symbol('confined app');

/** The confined objects of an app; they are checked together, when the app is. */
interface ConfinedApp {
  readonly bundles: AppBundles;
  readonly objects: ConfinedApiObject[];
}

/** By what their bundles have in common. */
const APPS = new WeakMap<AppBundles, ConfinedApp>();

function confine(workload: ConfinedWorkload, version: KubernetesVersion): void {
  const object = ApiObject.of(workload) as ConfinedApiObject;
  object[WORKLOAD] = workload;
  object[EMISSION] = version.usesFields ? 'fields' : 'annotations';
  object[APP] = confinedAppOf(workload);
  object[APP].objects.push(object);
  object.toJson = confinedJson;
}

function confinedAppOf({ node }: ConfinedWorkload): ConfinedApp {
  const bundles = AppBundles.of(node.scope!);
  const known = APPS.get(bundles);
  if (known) return known;
  const app: ConfinedApp = { bundles, objects: [] };
  APPS.set(bundles, app);
  node.root.node.addValidation({ validate: () => faultsIn(app) });
  return app;
}

function faultsIn({ objects }: ConfinedApp): string[] {
  const faults: string[] = [];
  for (const object of objects) {
    for (const fault of faultsOf(object)) faults.push(`${object[WORKLOAD].node.path}: ${fault}`);
  }
  return faults;
}

function confinedJson(this: ApiObject): unknown {
  const object = this as ConfinedApiObject;
  const { json, faults } = confinedObject(object);
  if (faults.length > 0) throw new Error(`${object[WORKLOAD].node.path}: ${faults.join(' ')}`);
  return json;
}

function confinedObject(object: ConfinedApiObject): ConfinedObject {
  const { profile, containerProfiles } = object[WORKLOAD];
  const { gated } = object[APP].bundles;
  const confining: Confining = { profile, containerProfiles, emission: object[EMISSION], gated, chosen: true, wayOut: WAY_OUT };
  return confineWorkloads(unchangedJson(object), () => confining);
}

function faultsOf(object: ConfinedApiObject): string[] {
  const { [WORKLOAD]: workload, [APP]: { bundles } } = object;
  const { profile, containerProfiles } = workload;
  const chosen = containerProfiles === NONE ? [] : Object.values(containerProfiles);
  const own = profile && !chosen.includes(profile) ? bundles.faultsOf(profile) : NO_FAULTS;
  const faults = chosen.length === 0 ? own : [...new Set(chosen)].flatMap((one) => bundles.faultsOf(one)).concat(own);
  return isDoubtful(workload) ? [...faults, ...confinedObject(object).faults] : faults;
}

/** The JSON that the object's class makes. */
function unchangedJson(object: ApiObject): JsonObject {
  return (Object.getPrototypeOf(object) as ApiObject).toJson.call(object) as JsonObject;
}

/** Whether the JSON, which is costly to make, has to be looked at to know. */
function isDoubtful(workload: PlusWorkload & Confined): boolean {
  const { containers, initContainers, containerProfiles } = workload;
  const isPrivileged = (container: PlusContainer) => container.securityContext.privileged === true;
  const isUnknown = (name: string) => ![...containers, ...initContainers].some((container) => container.name === name);
  return containers.some(isPrivileged) || initContainers.some(isPrivileged)
    || (containerProfiles !== NONE && Object.keys(containerProfiles).some(isUnknown))
    || annotationKeys(workload).some((key) => key.startsWith(ANNOTATION_PREFIX));
}

function annotationKeys({ podMetadata }: PlusWorkload): string[] {
  // cdk8s keeps them in a field that it does not show; where it is not there, the JSON says the same at a higher price.
  const { annotations } = podMetadata as unknown as { annotations?: unknown };
  return Object.keys(objectOf(annotations) ?? objectOf(entryOf(objectOf(podMetadata.toJson()), 'annotations')) ?? {});
}
