/** Pods and templates against `POLICY`: what an API server with the policy says to each. */
import { PolicyProps } from '../../src/manifests/policy';

export const POLICY: PolicyProps = {
  name: 'shop',
  names: { exact: ['node-image'], generationsOf: ['k8s-apparmor.web', 'k8s-apparmor.api'] },
  exemptions: [
    { namespaces: ['kube-system', 'k8s-apparmor'], reason: 'The cluster itself' },
    { podLabels: { 'shop/tool': 'debugger' }, reason: 'Traces other processes' },
    { namespaceLabels: { team: 'storage', stage: 'lab' }, reason: 'Drivers under test' },
    { namespaces: ['mixed'], podLabels: { csi: 'yes' }, reason: 'The CSI driver mounts' },
  ],
};

const KEY = 'container.apparmor.security.beta.kubernetes.io/';
const WEB = 'k8s-apparmor.web.1a2b3c4d';

type Profile = string | undefined;

export interface PodCase {
  readonly name: string;
  /** @default 'default' */
  readonly namespace?: string;
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
  readonly spec: Record<string, unknown>;
  /** What a refusal says, in part; undefined for an allowed one. */
  readonly refused?: string;
  /** The same for the template, where it differs. @default - as the pod */
  readonly template?: { readonly refused?: string };
}

/** `RuntimeDefault`, `Unconfined`, or the name of a Localhost profile. */
function context(profile: Profile, more: object = {}): object {
  if (profile === undefined) return { securityContext: more };
  const type = ['RuntimeDefault', 'Unconfined'].includes(profile) ? profile : 'Localhost';
  return { securityContext: { ...more, appArmorProfile: type === 'Localhost' ? { type, localhostProfile: profile } : { type } } };
}

export function container(name: string, profile?: Profile, more: object = {}): object {
  return { name, image: 'busybox', ...context(profile, more) };
}

const one = (profile?: Profile, more?: object) => ({ containers: [container('c', profile, more)] });
const inPod = (profile: Profile, ...containers: object[]) => ({ ...context(profile), containers: containers.length > 0 ? containers : [container('c')] });
const annotated = (value: string, spec: object = one()) => ({ annotations: { [`${KEY}c`]: value }, spec: spec as Record<string, unknown> });

const MISSING = 'no AppArmor profile for container c: set securityContext.appArmorProfile of the pod or the container '
  + '(type RuntimeDefault, or Localhost with one of your profiles)';
const UNCONFINED = 'AppArmor type Unconfined for container c: use type RuntimeDefault, or Localhost with one of your profiles, or have the workload exempted';
const foreign = (name: string, of = 'c') => `AppArmor profile that is none of this cluster's for container ${of} (localhost/${name}): `
  + 'the profiles that may be used are k8s-apparmor.web.<hash>, k8s-apparmor.api.<hash>, node-image';
const PRIVILEGED = 'privileged container c: runtimes run it without its AppArmor profile; remove securityContext.privileged and add the capabilities that it needs, '
  + 'or have the workload exempted';
const windows = { os: { name: 'windows' } };
const wants = (...values: string[]) => ({ matchExpressions: [{ key: 'kubernetes.io/os', operator: 'In', values }] });
const onNodes = (...nodeSelectorTerms: object[]) => ({ nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } });

export const POD_CASES: readonly PodCase[] = [
  { name: 'no profile', spec: one(), refused: MISSING },
  { name: 'RuntimeDefault for the pod', spec: inPod('RuntimeDefault') },
  { name: 'RuntimeDefault for the container', spec: one('RuntimeDefault') },
  { name: 'a profile of ours for the pod', spec: inPod(WEB) },
  { name: 'a profile of ours for the container', spec: one(WEB) },
  { name: 'another generation of our profile', spec: one('k8s-apparmor.web.ffffffff') },
  { name: 'another profile of ours', spec: one('k8s-apparmor.api.00000000') },
  { name: 'a profile of the node image', spec: one('node-image') },
  { name: 'a name that begins with an exact one', spec: one('node-image2'), refused: foreign('node-image2') },
  { name: 'somebody else\'s profile', spec: one('foo'), refused: foreign('foo') },
  { name: 'a foreign profile for the pod', spec: inPod('foo'), refused: foreign('foo') },
  { name: 'our prefix with a foreign name', spec: one('k8s-apparmor.db.1a2b3c4d'), refused: foreign('k8s-apparmor.db.1a2b3c4d') },
  { name: 'our name without a generation', spec: one('k8s-apparmor.web'), refused: foreign('k8s-apparmor.web') },
  { name: 'our name with too long a generation', spec: one('k8s-apparmor.web.1a2b3c4d5'), refused: foreign('k8s-apparmor.web.1a2b3c4d5') },
  { name: 'our name with no hash', spec: one('k8s-apparmor.web.1A2B3C4D'), refused: foreign('k8s-apparmor.web.1A2B3C4D') },
  { name: 'a child of our profile', spec: one(`${WEB}//child`), refused: foreign(`${WEB}//child`) },
  { name: 'a stack on our profile', spec: one(`${WEB}//&unconfined`), refused: foreign(`${WEB}//&unconfined`) },
  { name: 'the name unconfined, which CRI-O runs unconfined', spec: one('unconfined'), refused: foreign('unconfined') },
  { name: 'the name localhost/unconfined, which CRI-O strips', spec: one('localhost/unconfined'), refused: foreign('localhost/unconfined') },
  { name: 'a name that ends in a type', spec: one('x unconfined'), refused: foreign('x unconfined') },
  { name: 'a name with a line break', spec: one('a\nb'), refused: 'a container names an AppArmor profile that may not be used' },
  { name: 'a name of 4095 bytes', spec: one('x'.repeat(4095)), refused: 'AppArmor profile that is none of this cluster\'s for container c' },
  { name: 'Unconfined for the pod', spec: inPod('Unconfined'), refused: UNCONFINED },
  { name: 'Unconfined for the container', spec: one('Unconfined'), refused: UNCONFINED },
  { name: 'Unconfined for a container of a confined pod', spec: inPod('RuntimeDefault', container('c', 'Unconfined')), refused: UNCONFINED },
  { name: 'confined containers of an unconfined pod', spec: inPod('Unconfined', container('c', WEB)) },
  { name: 'one container of two without a profile', spec: { containers: [container('a', WEB), container('c')] }, refused: MISSING },
  { name: 'two containers without', spec: { containers: [container('a'), container('b')] }, refused: 'for container a, b: set' },
  { name: 'an init container without a profile', spec: { ...one(WEB), initContainers: [container('i')] }, refused: 'no AppArmor profile for container i' },
  { name: 'an init container in a confined pod', spec: { ...inPod(WEB), initContainers: [container('i')] } },
  { name: 'an unconfined init container', spec: { ...inPod(WEB), initContainers: [container('i', 'Unconfined')] }, refused: 'Unconfined for container i' },
  { name: 'a sidecar without a profile', spec: { ...one(WEB), initContainers: [{ ...container('s'), restartPolicy: 'Always' }] }, refused: 'for container s' },
  { name: 'a sidecar with a foreign profile', spec: { ...one(WEB), initContainers: [{ ...container('s', 'foo'), restartPolicy: 'Always' }] }, refused: foreign('foo', 's') },
  { name: 'privileged with a profile', spec: one(WEB, { privileged: true }), refused: PRIVILEGED },
  { name: 'privileged with RuntimeDefault', spec: one('RuntimeDefault', { privileged: true }), refused: PRIVILEGED },
  { name: 'privileged under a profile of the pod', spec: inPod(WEB, container('c', undefined, { privileged: true })), refused: PRIVILEGED },
  { name: 'privileged: false', spec: one(WEB, { privileged: false }) },
  { name: 'a privileged init container', spec: { ...inPod(WEB), initContainers: [container('i', undefined, { privileged: true })] }, refused: 'privileged container i' },
  { name: 'an empty security context of the pod', spec: { securityContext: {}, ...one() }, refused: MISSING },
  { name: 'another field in the security context', spec: { securityContext: { runAsUser: 1 }, ...one() }, refused: MISSING },
  { name: 'a Windows pod', spec: { ...windows, ...one() } },
  { name: 'a privileged container of a pod that says Linux', spec: { os: { name: 'linux' }, ...one(WEB, { privileged: true }) }, refused: PRIVILEGED },
  { name: 'a Windows pod by its node selector', spec: { nodeSelector: { 'kubernetes.io/os': 'windows' }, ...one() } },
  { name: 'a Windows pod by the older node label', spec: { nodeSelector: { 'beta.kubernetes.io/os': 'windows' }, ...one() } },
  { name: 'a Windows pod by its node affinity', spec: { affinity: onNodes(wants('windows'), wants('windows')), ...one() } },
  { name: 'a pod that may also go to other nodes', spec: { affinity: onNodes(wants('windows'), wants('linux')), ...one() }, refused: MISSING },
  { name: 'a pod whose affinity wants either', spec: { affinity: onNodes(wants('linux', 'windows')), ...one() }, refused: MISSING },
  { name: 'a pod that says Linux and selects Windows', spec: { os: { name: 'linux' }, nodeSelector: { 'kubernetes.io/os': 'windows' }, ...one() }, refused: MISSING },
  { name: 'annotation runtime/default', ...annotated('runtime/default') },
  { name: 'annotation of our profile', ...annotated(`localhost/${WEB}`) },
  { name: 'annotation of a foreign profile', ...annotated('localhost/foo'), refused: foreign('foo') },
  { name: 'annotation unconfined', ...annotated('unconfined'), refused: UNCONFINED },
  { name: 'empty annotation', ...annotated(''), refused: MISSING },
  { name: 'annotation localhost/', ...annotated('localhost/'), refused: MISSING, template: { refused: foreign('') } },
  { name: 'annotation with a padded name', ...annotated(`localhost/ ${WEB}`), refused: MISSING, template: { refused: foreign(` ${WEB}`) } },
  { name: 'annotation that agrees with the pod', ...annotated('runtime/default', inPod('RuntimeDefault')) },
  { name: 'annotation that agrees with the container', ...annotated(`localhost/${WEB}`, one(WEB)) },
  {
    name: 'annotation that differs from the pod: accepted for pods, refused by the API in templates',
    ...annotated(`localhost/${WEB}`, inPod('RuntimeDefault')),
    template: { refused: 'apparmor type in annotation and field must match' },
  },
  {
    name: 'annotation unconfined in a confined pod',
    ...annotated('unconfined', inPod('RuntimeDefault')),
    refused: UNCONFINED,
    template: { refused: 'apparmor type in annotation and field must match' },
  },
  { name: 'annotation of one container of two', annotations: { [`${KEY}a`]: 'runtime/default' }, spec: { containers: [container('a'), container('c')] }, refused: MISSING },
  { name: 'pods of an exempt label', labels: { 'shop/tool': 'debugger' }, spec: one('Unconfined', { privileged: true }) },
  { name: 'pods of another value of an exempt label', labels: { 'shop/tool': 'web' }, spec: one('Unconfined'), refused: UNCONFINED },
  { name: 'a namespace of both exempt labels', namespace: 'lab', spec: one('Unconfined') },
  { name: 'a namespace of one exempt label', namespace: 'storage', spec: one('Unconfined'), refused: UNCONFINED },
  { name: 'an exempt namespace', namespace: 'kube-system', spec: one('Unconfined', { privileged: true }) },
  { name: 'an exempt label in its namespace', namespace: 'mixed', labels: { csi: 'yes' }, spec: one('Unconfined') },
  { name: 'an exempt label in another namespace', labels: { csi: 'yes' }, spec: one('Unconfined'), refused: UNCONFINED },
  { name: 'no exempt label in a namespace that wants one', namespace: 'mixed', spec: one('Unconfined'), refused: UNCONFINED },
];

export const NAMESPACES: readonly { name: string; labels?: Record<string, string> }[] = [
  { name: 'default' }, { name: 'kube-system' }, { name: 'lab', labels: { team: 'storage', stage: 'lab' } }, { name: 'storage', labels: { team: 'storage' } },
  { name: 'mixed' },
];
