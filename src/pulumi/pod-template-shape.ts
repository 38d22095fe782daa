import { DEEP, type Shape, VALUE } from './settle';
import { ANNOTATION_PREFIX } from '../manifests/profile-reference';

const CONTEXT: Shape = { fields: { appArmorProfile: DEEP, privileged: VALUE } };
const CONTAINERS: Shape = { items: { fields: { name: VALUE, securityContext: CONTEXT } } };

/** What confinement looks at in a pod template: names, profiles that are chosen already, and whether it is for Windows. */
export const POD_TEMPLATE: Shape = {
  fields: {
    metadata: { fields: { annotations: { prefix: ANNOTATION_PREFIX } } },
    spec: {
      fields: {
        affinity: { fields: { nodeAffinity: { fields: { requiredDuringSchedulingIgnoredDuringExecution: DEEP } } } },
        containers: CONTAINERS,
        ephemeralContainers: CONTAINERS,
        initContainers: CONTAINERS,
        nodeSelector: { fields: { 'beta.kubernetes.io/os': VALUE, 'kubernetes.io/os': VALUE } },
        os: { fields: { name: VALUE } },
        securityContext: CONTEXT,
      },
    },
  },
};
