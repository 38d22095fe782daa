import { ApiObject, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import { entryOf, JsonObject, nameOf, objectAt } from '../manifests/json';
import { parseReleaseRange } from '../manifests/kubernetes-versions';
import { PROJECT_LABELS } from '../manifests/loader-namespace';
import { confinementPolicy, EXEMPTIONS_ANNOTATION, PolicyExemption, PolicyProps } from '../manifests/policy';
import { defaultPolicy, mutatingPolicyVersion } from '../manifests/policy-default';
import { podSecurityLabels } from '../manifests/policy-pod-security';
import { AllowedNames } from '../manifests/policy-rules';
import { allowedNames, exemptionFault, policyExemptions } from '../manifests/policy-scope';
import { AppArmorProfile, ProfileKind } from '../profile';
import { AppBundles } from './app-bundles';
import { clusterObject } from './cluster-object';
import { KubernetesVersion } from './kubernetes-version';
import { referenceTo } from './pod-profile';

/** What becomes of a pod or workload that breaks a policy. */
export enum PolicyAction {
  /** It is refused. */
  DENY = 'Deny',
  /** It is let through, and who applies it is warned. */
  WARN = 'Warn',
  /** It is let through, and the API server's audit log says so. */
  AUDIT = 'Audit',
}

/** What becomes of a request when a policy itself fails. */
export enum PolicyFailure {
  /** It is refused. */
  FAIL = 'Fail',
  /** It is let through. */
  IGNORE = 'Ignore',
}

/** A level of the Pod Security Standards; `baseline` and `restricted` forbid AppArmor type Unconfined. */
export enum PodSecurityLevel {
  /** Everything. */
  PRIVILEGED = 'privileged',
  /** What is known to be harmful is forbidden. */
  BASELINE = 'baseline',
  /** What is known to be good is demanded. */
  RESTRICTED = 'restricted',
}

/** Pods and workloads that a policy leaves alone: those for which all that is given here holds. */
export interface ConfinementExemption {
  /** Why this is right, for the people who review it; kept in an annotation of the policy. */
  readonly reason: string;

  /**
   * Namespaces by name.
   *
   * @default - every namespace
   */
  readonly namespaces?: string[];

  /**
   * Labels of the namespace.
   *
   * @default - whatever labels it has
   */
  readonly namespaceLabels?: Record<string, string>;

  /**
   * Labels of the pods. Whoever makes pods can set them.
   *
   * @default - whatever labels they have
   */
  readonly podLabels?: Record<string, string>;
}

/** What a cluster is held to. */
export interface ConfinementPolicyProps {
  /**
   * Begins the names of the policies, which are the cluster's own: two programs need two names.
   *
   * @default 'k8s-apparmor'
   */
  readonly name?: string;

  /**
   * Profiles that pods may have beside those of the app's bundles: ones that the nodes bring, or those of other programs.
   *
   * @default - none
   */
  readonly profiles?: AppArmorProfile[];

  /**
   * Whether pods may have any Localhost profile whose name a runtime can apply.
   *
   * @default false
   */
  readonly anyProfile?: boolean;

  /**
   * Whether the container runtime's own default profile is enough.
   *
   * @default true
   */
  readonly allowRuntimeDefault?: boolean;

  /**
   * What becomes of objects that break the policy. Begin with `PolicyAction.WARN` and `PolicyAction.AUDIT` on a cluster in use.
   *
   * @default [PolicyAction.DENY]
   */
  readonly actions?: PolicyAction[];

  /**
   * What becomes of requests when the policy itself fails.
   *
   * @default PolicyFailure.FAIL
   */
  readonly onFailure?: PolicyFailure;

  /**
   * Labels of the namespaces that the policy is for.
   *
   * @default - every namespace
   */
  readonly namespaceLabels?: Record<string, string>;

  /**
   * What the policy leaves alone.
   *
   * @default - none beside the cluster's own namespaces and those of the app's loaders
   */
  readonly exemptions?: ConfinementExemption[];

  /**
   * Whether kube-system, kube-public and kube-node-lease are left alone: a cluster's own parts run privileged there.
   *
   * @default true
   */
  readonly exemptSystemNamespaces?: boolean;

  /**
   * Whether the pod templates of workloads are judged too, so that a fault is told to who applies them and not to a controller.
   *
   * @default true
   */
  readonly workloads?: boolean;

  /**
   * What pods get that name no profile for the whole pod, by a MutatingAdmissionPolicy (Kubernetes 1.36; 1.34 and 1.35 if switched
   * on there). Nodes without AppArmor refuse pods that are given the runtime's default by name.
   *
   * @default - none
   */
  readonly defaultProfile?: AppArmorProfile;

  /**
   * The releases that the manifests are for.
   *
   * @default - from the construct context, otherwise >=1.30
   */
  readonly kubernetesVersion?: KubernetesVersion;
}

/**
 * Keeps unconfined pods out of a cluster: ValidatingAdmissionPolicies (Kubernetes 1.30) that demand an AppArmor profile for every
 * container, ephemeral ones too, and one that may be used; that refuse Unconfined, and privileged containers, which runtimes run
 * without their profile. Windows pods are left alone, and so is what was there before, until its template changes.
 *
 * @example
 * new ConfinementPolicy(chart, 'policy', {
 *   actions: [PolicyAction.WARN, PolicyAction.AUDIT],
 *   exemptions: [{ namespaces: ['legacy'], reason: 'moves off this cluster' }],
 * });
 */
export class ConfinementPolicy extends Construct {
  /**
   * The labels of a namespace that hold it to a Pod Security Standard, in every mode.
   *
   * @param level the standard
   * @param version the release whose standard is meant, such as `v1.30`; `latest` unless given
   */
  public static podSecurityLabels(level: PodSecurityLevel, version?: string): Record<string, string> {
    return podSecurityLabels(level, version);
  }

  /** The names of the policies, which their bindings have too. */
  public readonly policyNames: string[];

  private readonly given: ConfinementPolicyProps;

  /**
   * @throws if the policy can never work: on releases without the API, with an exemption of everything or without a reason
   */
  constructor(scope: Construct, id: string, props: ConfinementPolicyProps = {}) {
    super(scope, id);
    this.given = props;
    const range = parseReleaseRange((props.kubernetesVersion ?? KubernetesVersion.forScope(this)).range);
    if (range.oldest.minor < 30 && range.oldest.major === 1) {
      throw new Error(`The policy "${this.node.path}" is for Kubernetes releases before 1.30, which have no ValidatingAdmissionPolicy: `
        + 'set kubernetesVersion of the policy to ">=1.30", or leave the policy out for older clusters.');
    }
    (props.exemptions ?? []).forEach((exemption) => this.checkExemption(exemption));
    (props.profiles ?? []).forEach((profile) => this.checkProfile(profile));
    const made = confinementPolicy(this.policyProps());
    made.forEach((object, index) => this.addObject(object, () => confinementPolicy(this.policyProps())[index]));
    const defaults = props.defaultProfile ? this.defaults(props.defaultProfile, range) : () => [];
    defaults().forEach((object, index) => this.addObject(object, () => defaults()[index]));
    this.policyNames = made.filter((_, index) => index % 2 === 0).map(nameOf);
  }

  private defaults(profile: AppArmorProfile, releases: ReturnType<typeof parseReleaseRange>): () => JsonObject[] {
    if (!mutatingPolicyVersion(releases)) {
      throw new Error(`The policy "${this.node.path}" has a default profile, which needs MutatingAdmissionPolicy (Kubernetes 1.36, or 1.34 with its beta switched on): `
        + 'set kubernetesVersion of the policy to ">=1.36", or confine by default at synthesis, with Confinement.of(app).byDefault(profile).');
    }
    this.node.addValidation({ validate: () => AppBundles.of(this).faultsOf(profile) });
    const { name, failurePolicy, namespaceLabels } = this.policyProps();
    return () => defaultPolicy({
      name: `${name}-default`,
      profile: referenceTo(profile),
      releases,
      failurePolicy,
      namespaceLabels,
      exemptions: this.policyProps().exemptions,
      labels: { ...PROJECT_LABELS },
    });
  }

  /** What the app's bundles hold is known when the object is written: a bundle may be added after its policy. */
  private addObject(object: JsonObject, latest: () => JsonObject): ApiObject {
    return clusterObject(this, `${String(object.kind)}-${nameOf(object)}`, {
      ...object,
      metadata: { ...object.metadata as JsonObject, annotations: { [EXEMPTIONS_ANNOTATION]: Lazy.any({ produce: () => exemptionsOf(latest()) }) } },
      spec: Lazy.any({ produce: () => latest().spec }),
    });
  }

  private policyProps(): PolicyProps {
    const { name, anyProfile, allowRuntimeDefault, actions, onFailure, namespaceLabels, workloads } = this.given;
    return {
      name: name ?? 'k8s-apparmor',
      names: anyProfile ? undefined : this.allowedNames(),
      allowRuntimeDefault,
      actions,
      failurePolicy: onFailure,
      namespaceLabels,
      workloads,
      exemptions: this.exemptions(),
      labels: { ...PROJECT_LABELS },
    };
  }

  private allowedNames(): AllowedNames {
    const all = [...AppBundles.of(this).profiles(), ...this.given.profiles ?? []];
    const names = (kind: ProfileKind) => all.filter((profile) => profile.kind === kind).map((profile) => profile.loadedName);
    return allowedNames({ preloaded: names(ProfileKind.PRELOADED), distributed: names(ProfileKind.DISTRIBUTED) });
  }

  private exemptions(): PolicyExemption[] {
    return policyExemptions(this.given.exemptSystemNamespaces, AppBundles.of(this).loaderNamespaces(), this.given.exemptions);
  }

  private checkExemption({ reason, namespaces, namespaceLabels, podLabels }: ConfinementExemption): void {
    const fault = exemptionFault(`the policy "${this.node.path}"`, reason, { namespaces, namespaceLabels, podLabels });
    if (fault) throw new Error(fault);
  }

  private checkProfile(profile: AppArmorProfile): void {
    if (profile.kind === ProfileKind.DISTRIBUTED || profile.kind === ProfileKind.PRELOADED) return;
    throw new Error(`The policy "${this.node.path}" lists ${profile.name} among its profiles, which is no profile of a node's: `
      + 'leave it out; allowRuntimeDefault says whether the runtime\'s default is enough.');
  }
}

function exemptionsOf(object: JsonObject): unknown {
  return entryOf(objectAt(object, ['metadata', 'annotations']), EXEMPTIONS_ANNOTATION);
}
