import { ApiObject } from 'cdk8s';
import { IConstruct } from 'constructs';
import { foreignTemplates } from '../manifests/foreign-templates';
import { JsonObject } from '../manifests/json';
import { mayHoldPods, Workload } from '../manifests/pod-template';
import { AppArmorProfile } from '../profile';
import { AppBundles } from './app-bundles';
import { KubernetesVersion } from './kubernetes-version';
import { claimObject, replaceJson, unchangedJson } from './object-change';
import { referenceTo, sameConfinement } from './pod-profile';
import { confineWorkloads, Confining, workloadName } from './workload-confinement';
import { checkedSelector, describeSelector, selects, WorkloadSelector } from './workload-selector';

/** How a scope is confined. */
export interface ConfinementProps {
  /**
   * The releases that the manifests are for.
   *
   * @default - from the construct context, otherwise >=1.30
   */
  readonly kubernetesVersion?: KubernetesVersion;
}

/** More about an assigned profile. */
export interface AssignOptions {
  /**
   * Profiles of single containers, init containers and sidecars by name.
   *
   * @default - every container gets the workload's profile
   */
  readonly containerProfiles?: Record<string, AppArmorProfile>;
}

interface Assignment {
  readonly selector: WorkloadSelector;
  readonly profile: AppArmorProfile;
  readonly containerProfiles?: Readonly<Record<string, AppArmorProfile>>;
}

/** What was decided for a workload, and by which confinement. */
interface Decision {
  readonly by: Confinement;
  readonly assigned?: Assignment;
  /** Sentences about assignments that contradict one another. */
  readonly ambiguous: readonly string[];
}

/**
 * Confines every workload below a scope, whoever made it (cdk8s-plus, plain objects, included YAML, Helm charts) and whether it was
 * added before or after.
 *
 * What a pod says itself wins, then an exemption, then an assignment, then a default; of several scopes the nearest. Windows pods
 * get nothing, and neither do custom resources, whose templates only their controllers understand. Nothing else of any object changes.
 *
 * @example
 * Confinement.of(app)
 *   .assign({ kind: 'Deployment', labels: { app: 'web' } }, web)
 *   .exempt({ name: 'node-agent' }, 'Traces other processes')
 *   .byDefault(AppArmorProfile.runtimeDefault());
 */
export class Confinement {
  /**
   * The confinement of a scope: the same one every time.
   *
   * @param scope an app, a chart, or any other construct: all workloads below it
   * @param props the Kubernetes releases
   * @throws if the scope is already confined for other Kubernetes releases
   */
  public static of(scope: IConstruct, props: ConfinementProps = {}): Confinement {
    const held: Confined = scope;
    if (!held[CONFINEMENT]) Object.defineProperty(scope, CONFINEMENT, { value: new Confinement(scope) });
    const confinement = held[CONFINEMENT]!;
    confinement.targetVersion(props.kubernetesVersion);
    return confinement;
  }

  private readonly assignments: Assignment[] = [];
  private readonly exemptions: { readonly selector: WorkloadSelector; readonly reason: string }[] = [];
  private readonly used = new Set<WorkloadSelector>();
  private readonly checked = new WeakSet<ApiObject>();
  private defaultProfile?: AppArmorProfile;
  private version?: KubernetesVersion;

  private constructor(private readonly scope: IConstruct) {
    scope.node.addValidation({ validate: () => this.validate() });
  }

  /**
   * The profile of every workload that has none of its own.
   *
   * @param profile of a bundle of the app, preloaded, or the runtime's default
   * @returns this, to go on with
   * @throws if the scope already has another default
   */
  public byDefault(profile: AppArmorProfile): Confinement {
    if (this.defaultProfile && !sameConfinement(this.defaultProfile, profile)) {
      throw new Error(`"${this.scope.node.path}" is confined by default with "${this.defaultProfile.name}" and cannot be with "${profile.name}" too: `
        + 'use assign() for the workloads that differ.');
    }
    this.defaultProfile = profile;
    return this;
  }

  /**
   * The profile of the workloads that a selector selects.
   *
   * @param selector which workloads
   * @param profile of a bundle of the app, preloaded, or the runtime's default
   * @param options other profiles for some of the containers
   * @returns this, to go on with
   * @throws if the selector is empty
   */
  public assign(selector: WorkloadSelector, profile: AppArmorProfile, options: AssignOptions = {}): Confinement {
    this.assignments.push({ selector: checkedSelector(selector, 'assign()'), profile, containerProfiles: options.containerProfiles });
    return this;
  }

  /**
   * Leaves the selected workloads as they are, whatever default or assignment there is.
   *
   * @param selector which workloads
   * @param reason why this is right, for the people who review it
   * @returns this, to go on with
   * @throws if the selector or the reason is empty
   */
  public exempt(selector: WorkloadSelector, reason: string): Confinement {
    if (typeof reason !== 'string' || reason.trim() === '') {
      throw new Error(`exempt() of ${describeSelector(selector)} needs a reason: say why these workloads run without a profile of yours.`);
    }
    this.exemptions.push({ selector: checkedSelector(selector, 'exempt()'), reason });
    return this;
  }

  private targetVersion(version: KubernetesVersion | undefined): void {
    if (version && this.version && version.range !== this.version.range) {
      throw new Error(`"${this.scope.node.path}" is confined for Kubernetes ${this.version.range} and cannot be for ${version.range} too: `
        + 'give kubernetesVersion once, or confine a smaller scope.');
    }
    this.version = version ?? this.version;
  }

  private validate(): string[] {
    const faults = this.profileFaults();
    for (const child of this.scope.node.findAll()) {
      if (ApiObject.isApiObject(child) && mayHoldPods(child.apiVersion ?? '', child.kind ?? '')) faults.push(...this.confine(child));
    }
    return [...faults, ...this.unusedNames()];
  }

  /** Takes hold of an object, and says what stands against its confinement by this one. */
  private confine(object: ApiObject): string[] {
    if (claimObject(object)) replaceJson(object, confinedJson);
    // A change after the check is met when the object is written.
    if (object.toJson !== confinedJson || this.checked.has(object) || confinementsAround(object).every((one) => one._cannotFail())) return [];
    const { faults } = confineObject(object, unchangedJson(object), this);
    if (faults.length === 0) this.checked.add(object);
    return faults.map((fault) => `${object.node.path}: ${fault}`);
  }

  private profileFaults(): string[] {
    const profiles = [this.defaultProfile, ...this.assignments.flatMap((one) => [one.profile, ...Object.values(one.containerProfiles ?? {})])];
    const bundles = AppBundles.of(this.scope);
    return [...new Set(profiles.flatMap((profile) => (profile ? bundles.faultsOf(profile) : [])))];
  }

  /** A name that no workload has is a slip; a kind or a label may well be absent from one of several apps. */
  private unusedNames(): string[] {
    const named = [...this.assignments, ...this.exemptions].map(({ selector }) => selector).filter(({ name }) => name !== undefined);
    return named.filter((selector) => !this.used.has(selector)).map((selector) =>
      `No workload below "${this.scope.node.path}" has ${describeSelector(selector)}, which assign() or exempt() selects: ${this.adviceFor(selector)}.`);
  }

  private adviceFor({ kind, name }: WorkloadSelector): string {
    const custom = this.scope.node.findAll().find((child): child is ApiObject => ApiObject.isApiObject(child) && child.name === name
      && (kind === undefined || child.kind === kind) && foreignTemplates(unchangedJson(child)).length > 0);
    return custom === undefined
      ? 'correct the selector or remove the call'
      : `the ${custom.kind} of this name is a custom resource, whose pods only its controller understands; write the profile into its template yourself`;
  }

  /** @internal */
  public _choose(workload: Workload): { readonly assignments: readonly Assignment[]; readonly exempt: boolean } {
    const assignments = this.assignments.filter(({ selector }) => selects(selector, workload));
    const exemptions = this.exemptions.filter(({ selector }) => selects(selector, workload));
    [...assignments, ...exemptions].forEach(({ selector }) => this.used.add(selector));
    return { assignments, exempt: exemptions.length > 0 };
  }

  /**
   * Whether no workload can contradict it, so that none has to be made twice: once to look at and once to write.
   *
   * @internal
   */
  public _cannotFail(): boolean {
    const plain = !this.defaultProfile || referenceTo(this.defaultProfile).type !== 'Localhost';
    return plain && this.assignments.length === 0 && this.exemptions.length === 0;
  }

  /** @internal */
  public get _default(): AppArmorProfile | undefined {
    return this.defaultProfile;
  }

  /** @internal */
  public _confining(assigned: Assignment | undefined, object: IConstruct): Confining {
    const version = this.version ?? KubernetesVersion.forScope(object);
    return {
      profile: assigned ? assigned.profile : this.defaultProfile,
      containerProfiles: assigned?.containerProfiles,
      emission: version.usesFields ? 'fields' : 'annotations',
      // Only who names a workload can have known what it says itself.
      chosen: assigned?.selector.name !== undefined,
      gated: AppBundles.of(object).gated,
      wayOut: 'leave the workload out with exempt(selector, reason)',
    };
  }
}

/** The same in every copy of this library that an app may have loaded. */
const CONFINEMENT: unique symbol = Symbol.for('k8s-apparmor.confinement') as never;

interface Confined extends IConstruct {
  [CONFINEMENT]?: Confinement;
}

function confinedJson(this: ApiObject): JsonObject {
  const confined = confineObject(this, unchangedJson(this));
  if (confined.faults.length > 0) throw new Error(`${this.node.path}: ${confined.faults.join(' ')}`);
  return confined.json;
}

/** @param only the confinement whose part of the faults is wanted */
function confineObject(object: ApiObject, json: JsonObject, only?: Confinement): { json: JsonObject; faults: string[] } {
  const around = confinementsAround(object);
  const ambiguous: string[] = [];
  const { json: changed, faults } = confineWorkloads(json, (workload) => {
    const decision = decide(around, workload);
    if (!decision || (only !== undefined && decision.by !== only)) return undefined;
    ambiguous.push(...decision.ambiguous);
    return decision.by._confining(decision.assigned, object);
  });
  return { json: changed, faults: [...ambiguous, ...faults] };
}

/** Nearest first. */
function confinementsAround(object: IConstruct): Confinement[] {
  const around: Confinement[] = [];
  for (let scope: Confined | undefined = object; scope !== undefined; scope = scope.node.scope) {
    if (scope[CONFINEMENT]) around.push(scope[CONFINEMENT]);
  }
  return around;
}

function decide(around: readonly Confinement[], workload: Workload): Decision | undefined {
  for (const by of around) {
    const { assignments, exempt } = by._choose(workload);
    if (exempt) return undefined;
    if (assignments.length > 0) return { by, assigned: assignments[0], ambiguous: contradictions(assignments, workload) };
  }
  const by = around.find((one) => one._default !== undefined);
  return by && { by, ambiguous: [] };
}

function contradictions([assigned, ...others]: readonly Assignment[], workload: Workload): string[] {
  const other = others.find((one) => !sameConfinement(one.profile, assigned.profile));
  return other === undefined ? [] : [
    `${workloadName(workload)} is assigned both "${assigned.profile.name}" (${describeSelector(assigned.selector)}) and "${other.profile.name}" `
    + `(${describeSelector(other.selector)}): make the selectors narrower, so that one of them selects it.`,
  ];
}
