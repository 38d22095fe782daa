import type { Policies, ResourceValidationArgs, ResourceValidationPolicy } from '@pulumi/policy';
import { kubernetesType } from './kubernetes-type';
import { effectiveProfiles } from '../manifests/confine-pod';
import { entryOf, type JsonObject, listOf, objectAt, objectOf, stringOf } from '../manifests/json';
import { isPrivileged, isWindows } from '../manifests/pod-spec';
import { podTemplates, type Workload } from '../manifests/pod-template';
import { type AllowedNames, policyRules } from '../manifests/policy-rules';
import { allowedNames, exemptionFault } from '../manifests/policy-scope';
import { profileNameFault, withoutGeneration } from '../manifests/profile-name';
import { annotationOf } from '../manifests/profile-reference';
import type { AppArmorProfile } from '../profile';
import { ProfileKind } from '../profile/kinds';

/** Pods and workloads that the pack leaves alone: those for which all that is given here holds. */
export interface PackExemption {
  /** Why this is right, for the people who review it. */
  readonly reason: string;
  /** Namespaces by name. Default: every namespace. */
  readonly namespaces?: readonly string[];
  /** Labels of the pods. Default: whatever labels they have. */
  readonly podLabels?: Readonly<Record<string, string>>;
  /** Names of Pulumi resources. Default: every resource. */
  readonly resources?: readonly string[];
}

/** What stacks are held to. */
export interface ConfinementPoliciesArgs {
  /** Profiles that pods may have. Default: any whose name a runtime can apply. */
  readonly profiles?: readonly AppArmorProfile[];
  /** Whether the container runtime's own default profile is enough. Default: true. */
  readonly allowRuntimeDefault?: boolean;
  /** Default: none. */
  readonly exemptions?: readonly PackExemption[];
  /** Default: "mandatory". */
  readonly enforcementLevel?: 'advisory' | 'mandatory' | 'disabled';
}

/** A container as the rules see it: its effective profile as an annotation would say it, or nothing. */
interface JudgedContainer {
  readonly name: string;
  readonly profile: string;
  readonly privileged: boolean;
}

const RELEASE = 'kubernetes:helm.sh/v3:Release';
const LOCALHOST = 'localhost/';

/**
 * Policies for a CrossGuard policy pack: every pod of a stack is confined, or exempted with a reason, by the rules of
 * ConfinementPolicy, told before anything is deployed:
 *
 * `new PolicyPack('confinement', { policies: confinementPolicies() })`
 *
 * @throws if an exemption has no reason or exempts everything
 */
export function confinementPolicies(args: ConfinementPoliciesArgs = {}): Policies {
  const exemptions = args.exemptions ?? [];
  exemptions.forEach(checkExemption);
  const names = args.profiles && namesOf(args.profiles);
  const { enforcementLevel = 'mandatory' } = args;
  const rules = policyRules({ names, allowRuntimeDefault: args.allowRuntimeDefault }).map((rule): ResourceValidationPolicy => ({
    name: `apparmor-${rule.id}`,
    description: `${rule.fallback[0].toUpperCase()}${rule.fallback.slice(1)}.`,
    enforcementLevel,
    validateResource: (resource, report) => {
      for (const containers of judgedPods(resource, exemptions)) {
        const broken = containers.filter((container) => isBroken(rule.id, container, names));
        const called = broken.map(({ name, profile }) => rule.id === 'name' ? `${name} (${profile})` : name);
        if (broken.length > 0) report(`${rule.fault}${called.join(', ')}${rule.fix}`);
      }
    },
  }));
  return [...rules, releasePolicy(exemptions, enforcementLevel)];
}

function isBroken(rule: string, { profile, privileged }: JudgedContainer, names: AllowedNames | undefined): boolean {
  switch (rule) {
    case 'profile': return profile === '';
    case 'unconfined': return profile === 'unconfined';
    case 'runtime-default': return profile === 'runtime/default';
    case 'name': return profile.startsWith(LOCALHOST) && !isAllowed(profile.slice(LOCALHOST.length), names);
    case 'privileged': return privileged;
    default: throw new Error(`no rule is known as "${rule}"`);
  }
}

function isAllowed(name: string, names: AllowedNames | undefined): boolean {
  if (!names) return profileNameFault(name) === undefined;
  return names.exact.includes(name) || isGenerationOf(names.generationsOf, name);
}

function isGenerationOf(plainNames: readonly string[], name: string): boolean {
  const plain = withoutGeneration(name);
  return plain !== name && plainNames.includes(plain);
}

/** Not everything in a stack is reached; what is not is said. */
function releasePolicy(exemptions: readonly PackExemption[], enforcementLevel: ConfinementPoliciesArgs['enforcementLevel']): ResourceValidationPolicy {
  return {
    name: 'apparmor-helm-release',
    description: 'The pods of a helm.v3.Release are made by Helm in the cluster and cannot be judged here.',
    enforcementLevel,
    validateResource: ({ type, name, props }, report) => {
      if (type !== RELEASE || exemptions.some((exemption) => exempts(exemption, name, stringOf(props.namespace), {}))) return;
      report(`the pods of the helm.v3.Release "${name}" cannot be judged before Helm makes them: use helm.v4.Chart, or have the release exempted`);
    },
  };
}

/** The containers of each pod in a resource that is neither for Windows nor exempt. */
function judgedPods({ type, name, props }: ResourceValidationArgs, exemptions: readonly PackExemption[]): JudgedContainer[][] {
  const found = kubernetesType(type);
  if (!found) return [];
  const object: JsonObject = { ...props, ...found };
  const namespace = (item: JsonObject) => stringOf(entryOf(objectAt(item, ['metadata']), 'namespace'));
  // The items of a list need not say what they are.
  const items = found.kind.endsWith('List') ? listOf(entryOf(object, 'items')).map(objectOf).filter((item) => item !== undefined) : [object];
  return items.flatMap((item) => podTemplates({ apiVersion: found.apiVersion, kind: found.kind.replace(/List$/, ''), ...item })
    .filter(({ template, workload }) => !isWindows(template) && !isLoader(workload)
      && !exemptions.some((exemption) => exempts(exemption, name, namespace(item), workload.podLabels)))
    .map(({ template }) => effectiveProfiles(template).map(({ container, profile }) => ({
      name: container.name, profile: profile ? annotationOf(profile) : '', privileged: isPrivileged(container),
    }))));
}

/** The loader cannot be held by what it loads. */
function isLoader({ kind, podLabels }: Workload): boolean {
  return kind === 'DaemonSet' && entryOf(podLabels, 'app.kubernetes.io/name') === 'k8s-apparmor-loader';
}

function exempts({ namespaces, podLabels, resources }: PackExemption, name: string, namespace: string | undefined, labels: JsonObject): boolean {
  return (namespaces === undefined || (namespace !== undefined && namespaces.includes(namespace)))
    && (resources === undefined || resources.includes(name))
    && Object.entries(podLabels ?? {}).every(([key, value]) => entryOf(labels, key) === value);
}

function checkExemption({ reason, namespaces, podLabels, resources }: PackExemption): void {
  const fault = exemptionFault('confinementPolicies()', reason, { namespaces, podLabels, resources });
  if (fault) throw new Error(fault);
}

function namesOf(profiles: readonly AppArmorProfile[]): AllowedNames {
  const names = (kind: ProfileKind) => profiles.filter((profile) => profile.kind === kind).map(({ loadedName }) => loadedName);
  return allowedNames({ preloaded: names(ProfileKind.PRELOADED), distributed: names(ProfileKind.DISTRIBUTED) });
}
