import { DEEP, type Shape, VALUE } from './settle';
import { ANNOTATION_PREFIX } from '../manifests/profile-reference';

const CONTEXT: Shape = { fields: { appArmorProfile: DEEP, privileged: VALUE } };
const CONTAINERS: Shape = { items: { fields: { name: VALUE, securityContext: CONTEXT } } };

const SPEC = {
  affinity: { fields: { nodeAffinity: { fields: { requiredDuringSchedulingIgnoredDuringExecution: DEEP } } } },
  containers: CONTAINERS,
  ephemeralContainers: CONTAINERS,
  initContainers: CONTAINERS,
  nodeSelector: { fields: { 'beta.kubernetes.io/os': VALUE, 'kubernetes.io/os': VALUE } },
  os: { fields: { name: VALUE } },
  securityContext: CONTEXT,
} satisfies Shape['fields'];
const METADATA: Shape = { fields: { annotations: { prefix: ANNOTATION_PREFIX } } };

/** What confinement looks at in a pod template: names, profiles that are chosen already, and whether it is for Windows. */
export const POD_TEMPLATE: Shape = { fields: { metadata: METADATA, spec: { fields: SPEC } } };

/** The same where pods have to require the nodes that have their profile: one that names its node is left alone. */
export const GATED_POD_TEMPLATE: Shape = { fields: { metadata: METADATA, spec: { fields: { ...SPEC, nodeName: VALUE } } } };
