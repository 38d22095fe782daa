import * as pulumi from '@pulumi/pulumi';
import { distribution, loadersOf } from './bundle-registry';
import { resourceOf } from './object-resource';
import { referenceOf } from './profile-inputs';
import { DEEP, settle } from './settle';
import { type JsonObject, nameOf } from '../manifests/json';
import { DEFAULT_RANGE, parseReleaseRange } from '../manifests/kubernetes-versions';
import { PROJECT_LABELS } from '../manifests/loader-namespace';
import { confinementPolicy, type PolicyAction, type PolicyExemption, type PolicyProps } from '../manifests/policy';
import { defaultPolicy, mutatingPolicyVersion } from '../manifests/policy-default';
import { allowedNames, exemptionFault, policyExemptions } from '../manifests/policy-scope';
import { type AppArmorProfile, ProfileKind } from '../profile';

type Labels = Readonly<Record<string, pulumi.Input<string>>>;

/** Objects that a policy leaves alone; all that is given must hold. */
export interface PolicyExemptionArgs {
  /** Why, for the people who review it. */
  readonly reason: pulumi.Input<string>;
  /** By name. Default: in every namespace. */
  readonly namespaces?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Labels of the namespace. Default: whatever it has. */
  readonly namespaceLabels?: pulumi.Input<Labels>;
  /** Labels of the pods; whoever makes pods can set them. Default: whatever they have. */
  readonly podLabels?: pulumi.Input<Labels>;
}

/**
 * What a cluster is held to. What decides which policies there are and what they are called is plain, so that a preview knows it:
 * `objectName`, `workloads`, `defaultProfile` and `kubernetesVersion`; and so are profiles, whose names come from their text.
 */
export interface ConfinementPolicyArgs {
  /** Begins the names of the policies, which are the cluster's own: two programs need two names. Default: "k8s-apparmor". */
  readonly objectName?: string;
  /** Profiles that pods may have beside those of the bundles made before: ones that the nodes bring, or other programs. Default: none. */
  readonly profiles?: readonly AppArmorProfile[];
  /** Whether pods may have any Localhost profile whose name a runtime can apply. Default: false. */
  readonly anyProfile?: pulumi.Input<boolean>;
  /** Whether the container runtime's own default profile is enough. Default: true. */
  readonly allowRuntimeDefault?: pulumi.Input<boolean>;
  /** What becomes of objects that break the policy; begin with "Warn" and "Audit" on a cluster in use. Default: ["Deny"]. */
  readonly actions?: pulumi.Input<readonly pulumi.Input<PolicyAction>[]>;
  /** What becomes of requests when the policy itself fails. Default: "Fail". */
  readonly onFailure?: pulumi.Input<'Fail' | 'Ignore'>;
  /** Labels of the namespaces that the policy is for. Default: every namespace. */
  readonly namespaceLabels?: pulumi.Input<Labels>;
  /** What the policy leaves alone. Default: the cluster's own namespaces and those of the loaders made before. */
  readonly exemptions?: pulumi.Input<readonly pulumi.Input<PolicyExemptionArgs>[]>;
  /** Whether kube-system, kube-public and kube-node-lease are left alone. Default: true. */
  readonly exemptSystemNamespaces?: pulumi.Input<boolean>;
  /** Whether the pod templates of workloads are judged too. Default: true. */
  readonly workloads?: boolean;
  /** What pods get that name no profile for the whole pod, by a MutatingAdmissionPolicy (Kubernetes 1.36). Default: none. */
  readonly defaultProfile?: AppArmorProfile;
  /** The Kubernetes versions that the policies are for, 1.30 or later. Default: ">=1.30". */
  readonly kubernetesVersion?: string;
}

/** What a policy says, once it is known. */
interface PolicyTerms {
  readonly anyProfile?: boolean;
  readonly allowRuntimeDefault?: boolean;
  readonly actions?: readonly PolicyAction[];
  readonly onFailure?: 'Fail' | 'Ignore';
  readonly namespaceLabels?: Readonly<Record<string, string>>;
  readonly exemptions?: readonly PolicyExemption[];
  readonly exemptSystemNamespaces?: boolean;
  readonly loaderNamespaces: readonly string[];
}

/** What decides about the policies themselves. */
interface PolicyFrame {
  readonly who: string;
  readonly name: string;
  readonly profiles: readonly AppArmorProfile[];
  readonly workloads?: boolean;
  readonly defaultProfile?: AppArmorProfile;
  readonly kubernetesVersion?: string;
}

/**
 * Keeps unconfined pods out of a cluster: ValidatingAdmissionPolicies (Kubernetes 1.30) that demand a profile for every container.
 * They allow the profiles of the bundles that the program made before.
 */
export class ConfinementPolicy extends pulumi.ComponentResource {
  /** The names of the policies, which their bindings have too; known at preview. */
  readonly policyNames: readonly string[];

  /** @throws {pulumi.RunError} if the policy can never work: on releases without the API, or with an exemption of everything. */
  constructor(name: string, args: ConfinementPolicyArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super('k8s-apparmor:index:ConfinementPolicy', name, {}, opts);
    const { objectName = 'k8s-apparmor', profiles = [], workloads, defaultProfile, kubernetesVersion, ...terms } = args;
    const who = `ConfinementPolicy "${name}"`;
    const frame: PolicyFrame = { who, name: objectName, profiles: allProfiles(profiles), workloads, defaultProfile, kubernetesVersion };
    checkFrame(frame, profiles);
    const loaderNamespaces = distribution().bundles.map(({ namespace }) => namespace);
    const objects = policyObjects(frame, settle({ ...terms, loaderNamespaces }, DEEP) as PolicyTerms | pulumi.Output<PolicyTerms>);
    for (let index = 0; index < objects.length; index += 2) {
      const [policy, binding] = objects.slice(index, index + 2);
      const suffix = nameOf(policy).slice(objectName.length + 1);
      const made = resourceOf(policy, `${name}-${suffix}`, { parent: this });
      resourceOf(binding, `${name}-${suffix}-binding`, { parent: this, dependsOn: made });
    }
    this.policyNames = objects.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy').map(nameOf);
    this.registerOutputs({ policyNames: this.policyNames });
  }
}

/** Policies, each before its binding. Of terms that are not known yet only what they are about is. */
function policyObjects(frame: PolicyFrame, terms: PolicyTerms | pulumi.Output<PolicyTerms>): JsonObject[] {
  if (!pulumi.Output.isInstance(terms)) return objectsFor(frame, terms);
  const objects = terms.apply((plain) => objectsFor(frame, plain));
  return objectsFor(frame, { loaderNamespaces: [] }).map(({ metadata, ...object }, index) => ({
    ...object,
    metadata: { ...metadata as JsonObject, annotations: objects.apply((all) => (all[index].metadata as JsonObject).annotations) as never },
    spec: objects.apply((all) => all[index].spec) as never,
  }));
}

function objectsFor(frame: PolicyFrame, terms: PolicyTerms): JsonObject[] {
  for (const { reason, namespaces, namespaceLabels, podLabels } of terms.exemptions ?? []) {
    const fault = exemptionFault(frame.who, reason, { namespaces, namespaceLabels, podLabels });
    if (fault) throw new pulumi.RunError(fault);
  }
  const props: PolicyProps = {
    name: frame.name,
    names: terms.anyProfile ? undefined : namesOf(frame.profiles),
    allowRuntimeDefault: terms.allowRuntimeDefault,
    actions: terms.actions,
    failurePolicy: terms.onFailure,
    namespaceLabels: terms.namespaceLabels,
    workloads: frame.workloads,
    exemptions: policyExemptions(terms.exemptSystemNamespaces, terms.loaderNamespaces, terms.exemptions),
    labels: { ...PROJECT_LABELS },
  };
  return [...confinementPolicy(props), ...frame.defaultProfile ? defaultObjects(frame, props, frame.defaultProfile) : []];
}

function defaultObjects({ kubernetesVersion }: PolicyFrame, props: PolicyProps, profile: AppArmorProfile): JsonObject[] {
  const { name, failurePolicy, namespaceLabels, labels, exemptions } = props;
  const releases = rangeOf(kubernetesVersion);
  return defaultPolicy({ name: `${name}-default`, profile: referenceOf(profile), releases, failurePolicy, namespaceLabels, labels, exemptions });
}

function allProfiles(given: readonly AppArmorProfile[]): AppArmorProfile[] {
  return [...distribution().bundles.flatMap(({ profiles }) => profiles), ...given];
}

function namesOf(profiles: readonly AppArmorProfile[]): PolicyProps['names'] {
  const names = (kind: ProfileKind) => profiles.filter((profile) => profile.kind === kind).map((profile) => profile.loadedName);
  return allowedNames({ preloaded: names(ProfileKind.PRELOADED), distributed: names(ProfileKind.DISTRIBUTED) });
}

function checkFrame({ who, defaultProfile, kubernetesVersion }: PolicyFrame, given: readonly AppArmorProfile[]): void {
  const releases = rangeOf(kubernetesVersion);
  if (releases.oldest.major === 1 && releases.oldest.minor < 30) {
    throw new pulumi.RunError(`${who} is for Kubernetes releases before 1.30, which have no ValidatingAdmissionPolicy: `
      + 'set "kubernetesVersion" to ">=1.30", or leave the policy out for older clusters.');
  }
  const named = given.find(({ kind }) => kind !== ProfileKind.DISTRIBUTED && kind !== ProfileKind.PRELOADED);
  if (named) {
    throw new pulumi.RunError(`${who} lists ${named.name} among its profiles, which is no profile of a node's: `
      + 'leave it out; "allowRuntimeDefault" says whether the runtime\'s default is enough.');
  }
  if (!defaultProfile) return;
  if (!mutatingPolicyVersion(releases)) {
    throw new pulumi.RunError(`${who} has a default profile, which needs MutatingAdmissionPolicy (Kubernetes 1.36, or 1.34 with its beta switched on): `
      + 'set "kubernetesVersion" to ">=1.36", or confine the program\'s own workloads with confineByDefault({ profile }).');
  }
  loadersOf(who, defaultProfile);
}

function rangeOf(kubernetesVersion: string | undefined): typeof DEFAULT_RANGE {
  return kubernetesVersion === undefined ? DEFAULT_RANGE : parseReleaseRange(kubernetesVersion);
}
