import * as pulumi from '@pulumi/pulumi';
import type { JsonObject } from '../manifests/json';
import { DEFAULT_RANGE, parseReleaseRange } from '../manifests/kubernetes-versions';
import { PROJECT_LABELS } from '../manifests/loader-namespace';
import { confinementPolicy, type PolicyAction, type PolicyExemption, type PolicyProps } from '../manifests/policy';
import { defaultPolicy, mutatingPolicyVersion } from '../manifests/policy-default';
import { type AppArmorProfile, ProfileKind } from '../profile';
import { registeredBundles } from './bundle-registry';
import { resourceOf } from './object-resource';
import { referenceOf } from './profile-inputs';

/** What a cluster is held to. Plain values, so that a preview shows the policies whole. */
export interface ConfinementPolicyArgs {
  /** Begins the names of the policies, which are the cluster's own: two programs need two names. Default: "k8s-apparmor". */
  readonly objectName?: string;
  /** Profiles that pods may have beside those of the bundles made before: ones that the nodes bring, or other programs. Default: none. */
  readonly profiles?: readonly AppArmorProfile[];
  /** Whether pods may have any Localhost profile whose name a runtime can apply. Default: false. */
  readonly anyProfile?: boolean;
  /** Whether the container runtime's own default profile is enough. Default: true. */
  readonly allowRuntimeDefault?: boolean;
  /** What becomes of objects that break the policy; begin with "Warn" and "Audit" on a cluster in use. Default: ["Deny"]. */
  readonly actions?: readonly PolicyAction[];
  /** What becomes of requests when the policy itself fails. Default: "Fail". */
  readonly onFailure?: 'Fail' | 'Ignore';
  /** Labels of the namespaces that the policy is for. Default: every namespace. */
  readonly namespaceLabels?: Readonly<Record<string, string>>;
  /** What the policy leaves alone. Default: the cluster's own namespaces and those of the loaders made before. */
  readonly exemptions?: readonly PolicyExemption[];
  /** Whether kube-system, kube-public and kube-node-lease are left alone. Default: true. */
  readonly exemptSystemNamespaces?: boolean;
  /** Whether the pod templates of workloads are judged too. Default: true. */
  readonly workloads?: boolean;
  /** What pods get that name no profile for the whole pod, by a MutatingAdmissionPolicy (Kubernetes 1.36). Default: none. */
  readonly defaultProfile?: AppArmorProfile;
  /** The Kubernetes versions that the policies are for, 1.30 or later. Default: ">=1.30". */
  readonly kubernetesVersion?: string;
}

const SYSTEM_EXEMPTION: PolicyExemption = {
  namespaces: ['kube-system', 'kube-public', 'kube-node-lease'],
  reason: 'The cluster\'s own parts, some of which are privileged',
};
const GENERATION = /\.[0-9a-f]{8}$/;

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
    const who = `ConfinementPolicy "${name}"`;
    checkArgs(who, args);
    const objects = confinementPolicy(policyProps(args));
    const all = [...objects, ...args.defaultProfile ? defaultObjects(who, args, args.defaultProfile) : []];
    for (let index = 0; index < all.length; index += 2) {
      const [policy, binding] = all.slice(index, index + 2);
      const made = resourceOf(policy, `${name}-${suffixOf(policy, args)}`, { parent: this });
      resourceOf(binding, `${name}-${suffixOf(binding, args)}-binding`, { parent: this, dependsOn: made });
    }
    this.policyNames = objects.filter((_, index) => index % 2 === 0).map(nameOf);
    this.registerOutputs({ policyNames: this.policyNames });
  }
}

function policyProps(args: ConfinementPolicyArgs): PolicyProps {
  return {
    name: args.objectName ?? 'k8s-apparmor',
    names: args.anyProfile ? undefined : allowedNames(args),
    allowRuntimeDefault: args.allowRuntimeDefault,
    actions: args.actions,
    failurePolicy: args.onFailure,
    namespaceLabels: args.namespaceLabels,
    workloads: args.workloads,
    exemptions: exemptions(args),
    labels: { ...PROJECT_LABELS },
  };
}

function defaultObjects(who: string, args: ConfinementPolicyArgs, profile: AppArmorProfile): JsonObject[] {
  const releases = parseReleaseRange(args.kubernetesVersion ?? '>=1.30');
  if (!mutatingPolicyVersion(releases)) {
    throw new pulumi.RunError(`${who} has a default profile, which needs MutatingAdmissionPolicy (Kubernetes 1.36, or 1.34 with its beta switched on): `
      + 'set "kubernetesVersion" to ">=1.36", or confine the program\'s own workloads with confineByDefault({ profile }).');
  }
  const { name, failurePolicy, namespaceLabels, labels } = policyProps(args);
  return defaultPolicy({
    name: `${name}-default`, profile: referenceOf(profile), releases, failurePolicy, namespaceLabels, labels, exemptions: exemptions(args),
  });
}

function allowedNames(args: ConfinementPolicyArgs): PolicyProps['names'] {
  const all = [...registeredBundles().flatMap(({ profiles }) => profiles), ...args.profiles ?? []];
  const names = (kind: ProfileKind) => all.filter((profile) => profile.kind === kind).map((profile) => profile.loadedName);
  return {
    exact: sorted(names(ProfileKind.PRELOADED)),
    generationsOf: sorted(names(ProfileKind.DISTRIBUTED).map((name) => name.replace(GENERATION, ''))),
  };
}

function exemptions(args: ConfinementPolicyArgs): PolicyExemption[] {
  const namespaces = sorted(registeredBundles().map(({ namespace }) => namespace));
  return [
    ...args.exemptSystemNamespaces ?? true ? [SYSTEM_EXEMPTION] : [],
    ...namespaces.length > 0 ? [{ namespaces, reason: 'The loaders of AppArmor profiles, which no profile may hold' }] : [],
    ...args.exemptions ?? [],
  ];
}

function checkArgs(who: string, args: ConfinementPolicyArgs): void {
  const { oldest } = args.kubernetesVersion === undefined ? DEFAULT_RANGE : parseReleaseRange(args.kubernetesVersion);
  if (oldest.major === 1 && oldest.minor < 30) {
    throw new pulumi.RunError(`${who} is for Kubernetes releases before 1.30, which have no ValidatingAdmissionPolicy: `
      + 'set "kubernetesVersion" to ">=1.30", or leave the policy out for older clusters.');
  }
  for (const { reason, namespaces, namespaceLabels, podLabels } of args.exemptions ?? []) {
    if (typeof reason !== 'string' || reason.trim() === '') {
      throw new pulumi.RunError(`An exemption of ${who} has no reason: say why its workloads run without a profile.`);
    }
    const narrowed = [namespaces, Object.keys(namespaceLabels ?? {}), Object.keys(podLabels ?? {})].some((list) => list && list.length > 0);
    if (!narrowed || namespaces?.length === 0) {
      throw new pulumi.RunError(`The exemption "${reason}" of ${who} says of what: give it namespaces, namespaceLabels or podLabels.`);
    }
  }
}

/** What a policy's name adds to the common part, such as `pods`. */
function suffixOf(object: JsonObject, args: ConfinementPolicyArgs): string {
  return nameOf(object).slice((args.objectName ?? 'k8s-apparmor').length + 1);
}

function nameOf(object: JsonObject): string {
  return String((object.metadata as JsonObject).name);
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
