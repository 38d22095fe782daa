import { GateProps, STARTUP_TAINT } from './gate';
import { PROFILE_LABEL_PREFIX } from './gate-affinity';
import { JsonObject } from './json';
import { celText } from './policy-expressions';

/** A node's label that says that all of a bundle's profiles are loaded, and which they are; before the bundle's name. */
export const BUNDLE_LABEL_PREFIX = 'bundle.k8s-apparmor.io/';
/** A node's annotation with what the loader has to say, as JSON; before the bundle's name. */
export const STATE_ANNOTATION_PREFIX = 'state.k8s-apparmor.io/';

/** In tokens of pods from Kubernetes 1.30 on (`ServiceAccountTokenPodNodeInfo`). */
const NODE_NAME = 'authentication.kubernetes.io/node-name';

/**
 * What the gate may do: read and patch nodes, which RBAC cannot narrow further, and a ValidatingAdmissionPolicy (Kubernetes 1.30) that
 * narrows it to the labels, the annotation and the taint of ours, on the node that the token is bound to.
 */
export function gateAccess(props: GateProps): JsonObject[] {
  // Cluster-wide names, so the namespace is in them.
  const name = `k8s-apparmor-gate-${props.namespace}-${props.name}`;
  const metadata = { ...props.labels && { labels: { ...props.labels } }, name };
  const rbac = 'rbac.authorization.k8s.io';
  return [
    { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata, rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['get', 'patch'] }] },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name: props.serviceAccountName, namespace: props.namespace }],
    },
    policy(props, metadata),
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata,
      spec: { policyName: name, validationActions: ['Deny'] },
    },
  ];
}

function policy(props: GateProps, metadata: JsonObject): JsonObject {
  const user = `system:serviceaccount:${props.namespace}:${props.serviceAccountName}`;
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata,
    spec: {
      failurePolicy: 'Fail',
      matchConditions: [{ expression: `request.userInfo.username == ${celText(user)}`, name: 'is-gate' }],
      matchConstraints: {
        resourceRules: [{
          apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE', 'DELETE'], resources: ['nodes', 'nodes/*'], scope: 'Cluster',
        }],
      },
      validations: validations(props),
      variables: [
        { expression: `request.userInfo.?extra[?${celText(NODE_NAME)}].orValue([])`, name: 'boundTo' },
        ...['labels', 'annotations'].flatMap((map) => [
          { expression: `object.metadata.?${map}.orValue({})`, name: map },
          { expression: `oldObject.metadata.?${map}.orValue({})`, name: `old_${map}` },
        ]),
      ],
    },
  };
}

function validations(props: GateProps): JsonObject[] {
  const bundle = celText(props.bundle);
  const ourLabel = (key: string) => `${key} == ${celText(BUNDLE_LABEL_PREFIX + props.bundle)} || ${key}.startsWith(${celText(PROFILE_LABEL_PREFIX)})`;
  return [
    rule("request.operation == 'UPDATE' && (!has(request.subResource) || request.subResource == '')", 'it may change nodes and do nothing else with them'),
    rule('variables.boundTo == [request.name]', 'it may change the node only that its pod runs on, and needs a token that is bound to a pod'),
    rule(`${unchanged('labels', ourLabel('k'))}`, `it may change labels of the bundle ${props.bundle} only`),
    rule(`variables.labels.all(k, !k.startsWith(${celText(PROFILE_LABEL_PREFIX)}) || ${same('labels')} || variables.labels[k] == ${bundle}) `
      + `&& variables.old_labels.all(k, !k.startsWith(${celText(PROFILE_LABEL_PREFIX)}) || k in variables.labels || variables.old_labels[k] == ${bundle})`,
    `it may set and remove labels of profiles for the bundle ${props.bundle} only`),
    rule(unchanged('annotations', `k == ${celText(STATE_ANNOTATION_PREFIX + props.bundle)}`), 'it may change no annotation but its own'),
    rule(specUnchanged(props.taint ?? false), props.taint ? `it may change nothing else of a node than take the taint ${STARTUP_TAINT} off` : 'it may change nothing else of a node'),
  ];
}

function rule(expression: string, message: string): JsonObject {
  return { expression, message: `the loader's gate: ${message}`, reason: 'Forbidden' };
}

function same(map: string): string {
  return `(k in variables.old_${map} && variables.old_${map}[k] == variables.${map}[k])`;
}

function unchanged(map: string, ours: string): string {
  return `variables.${map}.all(k, ${ours} || ${same(map)}) && variables.old_${map}.all(k, ${ours} || k in variables.${map})`;
}

/** Field by field where the taint may go, because CEL cannot compare an object without one of its fields. */
function specUnchanged(taint: boolean): string {
  const rest = ['finalizers', 'ownerReferences'].map((field) => `object.metadata.?${field} == oldObject.metadata.?${field}`);
  if (!taint) return ['object.?spec == oldObject.?spec', ...rest].join(' && ');
  const fields = ['configSource', 'externalID', 'podCIDR', 'podCIDRs', 'providerID', 'unschedulable'];
  const taints = (object: string) => `${object}.?spec.?taints.orValue([])`;
  const others = (object: string) => `${taints(object)}.filter(t, t.key != ${celText(STARTUP_TAINT)})`;
  return [
    ...fields.map((field) => `object.?spec.?${field} == oldObject.?spec.?${field}`),
    `${others('object')} == ${others('oldObject')}`,
    `${taints('object')}.all(t, t in ${taints('oldObject')})`,
    ...rest,
  ].join(' && ');
}
