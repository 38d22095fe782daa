import { JsonObject } from './json';
import { compareReleases, Release, ReleaseRange } from './kubernetes-versions';
import { exemptVariable, plain, PolicyExemption, policyMetadata, policyNamespaces } from './policy';
import { celText, notWindows, POD_PLACE } from './policy-expressions';
import { ANNOTATION_PREFIX, ProfileReference } from './profile-reference';

export interface DefaultPolicyProps {
  /** Of both objects. */
  readonly name: string;
  /** What pods get that name no profile for the whole pod. */
  readonly profile: ProfileReference;
  readonly releases: ReleaseRange;
  /** What a fault of the policy itself does. @default 'Fail' */
  readonly failurePolicy?: 'Fail' | 'Ignore';
  /** Labels of the namespaces that the policy is for. @default - all */
  readonly namespaceLabels?: Readonly<Record<string, string>>;
  /** @default - none */
  readonly exemptions?: readonly PolicyExemption[];
  /** Labels of both objects. @default - none */
  readonly labels?: Readonly<Record<string, string>>;
}

/** MutatingAdmissionPolicy: beta and switched off in 1.34 and 1.35, stable and on from 1.36. */
const FIRST_BETA: Release = { major: 1, minor: 34 };
const FIRST_STABLE: Release = { major: 1, minor: 36 };

/** The version of the API that all these releases have; undefined where there is none. */
export function mutatingPolicyVersion({ oldest }: ReleaseRange): string | undefined {
  if (compareReleases(oldest, FIRST_STABLE) >= 0) return 'admissionregistration.k8s.io/v1';
  return compareReleases(oldest, FIRST_BETA) >= 0 ? 'admissionregistration.k8s.io/v1beta1' : undefined;
}

/**
 * A MutatingAdmissionPolicy with its binding that gives a profile to pods as they are created. What a container says itself stays.
 *
 * Pods with AppArmor annotations are left as they are: beside a pod-level field the API server refuses an empty one, and turns any
 * other into a field by itself. Fields cannot change later, so nothing but creation matters.
 *
 * @throws if the API is not in all of the releases
 */
export function defaultPolicy(props: DefaultPolicyProps): JsonObject[] {
  const apiVersion = mutatingPolicyVersion(props.releases);
  if (!apiVersion) throw new Error('MutatingAdmissionPolicy is there from Kubernetes 1.34 on.');
  const namespaceSelector = policyNamespaces(props);
  const metadata = { ...policyMetadata(props), name: props.name };
  return [
    { apiVersion, kind: 'MutatingAdmissionPolicy', metadata, spec: policySpec(props) },
    {
      apiVersion,
      kind: 'MutatingAdmissionPolicyBinding',
      metadata,
      spec: { ...namespaceSelector && { matchResources: { namespaceSelector } }, policyName: props.name },
    },
  ];
}

function policySpec(props: DefaultPolicyProps): JsonObject {
  const exempt = exemptVariable(POD_PLACE, props.exemptions ?? []);
  return {
    failurePolicy: props.failurePolicy ?? 'Fail',
    matchConditions: plain([
      notWindows(POD_PLACE),
      { expression: '!object.spec.?securityContext.?appArmorProfile.hasValue()', name: 'no-pod-profile' },
      {
        expression: `!object.metadata.?annotations.orValue({}).exists(k, k.startsWith(${celText(ANNOTATION_PREFIX)}))`,
        name: 'no-apparmor-annotation',
      },
    ]),
    matchConstraints: {
      resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'], scope: 'Namespaced' }],
    },
    mutations: [{
      applyConfiguration: { expression: exempt.length > 0 ? `variables.exempt ? Object{} : ${applied(props.profile)}` : applied(props.profile) },
      patchType: 'ApplyConfiguration',
    }],
    // Another policy may add containers or a security context after this one.
    reinvocationPolicy: 'IfNeeded',
    ...exempt.length > 0 && { variables: plain(exempt) },
  };
}

function applied({ type, localhostProfile }: ProfileReference): string {
  const name = localhostProfile === undefined ? '' : `, localhostProfile: ${celText(localhostProfile)}`;
  const context = 'Object.spec.securityContext';
  return `Object{spec: Object.spec{securityContext: ${context}{appArmorProfile: ${context}.appArmorProfile{type: ${celText(type)}${name}}}}}`;
}
