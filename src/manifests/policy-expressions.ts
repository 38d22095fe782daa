/**
 * CEL expressions over pods and pod templates. Each container becomes a list of three texts, because CEL's type checker wants one type
 * for regular and ephemeral containers: its name, its effective profile as an annotation would say it (`runtime/default`, `unconfined`,
 * `localhost/NAME`, or nothing), and `privileged` or nothing.
 */
import { OS_LABELS } from './pod-spec';
import { ANNOTATION_PREFIX } from './profile-reference';

/** A kind of object that a policy matches, and where its pod template is. */
export interface PolicyPlace {
  /** Suffix of the policy's name. */
  readonly id: string;
  /** The pod template in CEL; of a Pod it is the object itself. */
  readonly template: string;
  readonly rules: readonly PolicyMatch[];
}

export interface PolicyMatch {
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly operations: readonly ('CREATE' | 'UPDATE')[];
  readonly resources: readonly string[];
}

const ALWAYS = ['CREATE', 'UPDATE'] as const;

/** Of a running pod only its ephemeral containers can change, so nothing else of it is looked at again. */
export const POD_PLACE: PolicyPlace = {
  id: 'pods',
  template: 'object',
  rules: [
    { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] },
    { apiGroups: [''], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['pods/ephemeralcontainers'] },
  ],
};

/** Each path of its own, so that the API server can check the types of every expression. */
export const TEMPLATE_PLACES: readonly PolicyPlace[] = [
  {
    id: 'workloads',
    template: 'object.spec.template',
    rules: [
      { apiGroups: [''], apiVersions: ['v1'], operations: ALWAYS, resources: ['replicationcontrollers'] },
      { apiGroups: ['apps'], apiVersions: ['v1'], operations: ALWAYS, resources: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'] },
      { apiGroups: ['batch'], apiVersions: ['v1'], operations: ALWAYS, resources: ['jobs'] },
    ],
  },
  {
    id: 'cron-jobs',
    template: 'object.spec.jobTemplate.spec.template',
    rules: [{ apiGroups: ['batch'], apiVersions: ['v1'], operations: ALWAYS, resources: ['cronjobs'] }],
  },
  {
    id: 'pod-templates',
    template: 'object.template',
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ALWAYS, resources: ['podtemplates'] }],
  },
];

export interface Variable {
  readonly name: string;
  readonly expression: string;
}

export interface Condition {
  readonly name: string;
  readonly expression: string;
}

/** A CEL text literal; JSON's escapes are CEL's too. */
export function celText(text: string): string {
  return JSON.stringify(text);
}

export function celList(texts: readonly string[]): string {
  return `[${texts.map(celText).join(', ')}]`;
}

/**
 * A pod for Windows is left alone, told as `isWindows` tells it: there is no AppArmor, and the kubelet of a Linux node refuses such a pod
 * even if it names the node (`rejectPodAdmissionBasedOnOSField`, and `AdmissionCheck` of selector and affinity, Kubernetes 1.30 to 1.37).
 */
export function notWindows(place: PolicyPlace): Condition {
  const spec = `${place.template}.spec`;
  const selected = OS_LABELS.map((label) => `${spec}.?nodeSelector[?${celText(label)}].orValue('') == 'windows'`);
  const terms = `${spec}.?affinity.?nodeAffinity.?requiredDuringSchedulingIgnoredDuringExecution.?nodeSelectorTerms.orValue([])`;
  const wanted = `e.key in ${celList(OS_LABELS)} && e.operator == 'In' && e.?values.orValue([]) == ['windows']`;
  const required = `${terms}.size() > 0 && ${terms}.all(t, t.?matchExpressions.orValue([]).exists(e, ${wanted}))`;
  return { name: 'not-windows', expression: `has(${spec}.os) ? ${spec}.os.name != 'windows' : !(${[...selected, required].join(' || ')})` };
}

/**
 * A controller writes to objects that are older than the policy (status annotations, finalizers), and a scaled or deleted one must not
 * hang: only a changed template is judged again.
 */
export function templateChanged(place: PolicyPlace): Condition {
  return { name: 'template-changed', expression: `oldObject == null || ${place.template} != ${place.template.replace(/^object/, 'oldObject')}` };
}

/** `variables.containers` and what it is made of. */
export function containerVariables(place: PolicyPlace): Variable[] {
  const spec = `${place.template}.spec`;
  const pod = place === POD_PLACE;
  const annotations = { name: 'annotations', expression: `${place.template}.?metadata.?annotations.orValue({})` };
  const podProfile = { name: 'podProfile', expression: asAnnotation(`${spec}.?securityContext.?appArmorProfile`) };
  const lists = pod
    ? [`${spec}.containers.filter(c, variables.created)`, `${spec}.?initContainers.orValue([]).filter(c, variables.created)`, newEphemeral(spec)]
    : [`${spec}.containers`, `${spec}.?initContainers.orValue([])`];
  return [
    ...pod ? [{ name: 'created', expression: "request.operation == 'CREATE'" }] : [annotations],
    podProfile,
    { name: 'containers', expression: lists.map((list) => `${list}.map(c, ${described(pod)})`).join(' + ') },
  ];
}

function newEphemeral(spec: string): string {
  const before = `${spec.replace(/^object/, 'oldObject')}.?ephemeralContainers.orValue([])`;
  return `${spec}.?ephemeralContainers.orValue([]).filter(c, oldObject == null || !${before}.exists(o, o.name == c.name))`;
}

/**
 * On pods the API server has turned annotations into fields before a validating policy looks (and, up to 1.33, fields into
 * annotations), so the fields tell all. In templates it does neither.
 */
function described(pod: boolean): string {
  const own = asAnnotation('c.?securityContext.?appArmorProfile');
  const annotation = pod ? '' : `.or(variables.annotations[?(${celText(ANNOTATION_PREFIX)} + c.name)])`;
  // `string()`, because all members of a list need one type and what comes from the object has none before it runs.
  return `[string(c.name), string(${own}${annotation}.or(variables.podProfile).orValue('')), c.?securityContext.?privileged.orValue(false) ? 'privileged' : '']`;
}

function asAnnotation(field: string): string {
  return `${field}.optMap(p, p.type == 'Localhost' ? 'localhost/' + p.?localhostProfile.orValue('') `
    + ": p.type == 'Unconfined' ? 'unconfined' : 'runtime/default')";
}
