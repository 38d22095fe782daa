import { JsonObject, JsonValue, nameOf } from './json';
import { checkedBundleName, loaderProgram, LoaderProfile } from './loader-program';

/** The way a profile is compiled on the node. */
export type LoaderParser =
  /** The host's own parser, started by the host's own dynamic linker from a read-only `/usr`. */
  | 'host'
  /** A parser that the loader's image brings (see `loader/Dockerfile`); nothing of the host's `/usr` is seen. */
  | 'image';

/** What one loader needs to know: plain data, no framework. */
export interface LoaderProps {
  /** The DaemonSet's name; the program's ConfigMap begins with it. */
  readonly name: string;
  readonly namespace: string;
  /** The bundle's name, unique on a node: marks the files that this loader writes. */
  readonly bundle: string;
  /** Every profile that a node must have, older generations included. */
  readonly profiles: readonly LoaderProfile[];
  /** The ConfigMaps that carry the profiles: key = loaded name, value = text. */
  readonly profileConfigMaps: readonly string[];
  readonly serviceAccountName: string;
  /** @default 'host' */
  readonly parser?: LoaderParser;
  /** An image with `sh`, `awk` and, for the way 'image', `apparmor_parser`. @default BUSYBOX_IMAGE */
  readonly image?: string;
  /** An image with busybox, whose `httpd` answers the readiness probe. @default BUSYBOX_IMAGE */
  readonly stateImage?: string;
  /** @default - as the cluster does */
  readonly imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never';
  /** Whether a copy is kept in the host's `/etc/apparmor.d`, so that a reboot finds it. @default true */
  readonly keepCopies?: boolean;
  /** How many generations of a profile's copy stay on the node, the present one included. @default DEFAULT_GENERATIONS */
  readonly generations?: number;
  /** @default DEFAULT_RESOURCES */
  readonly resources?: JsonObject;
  /** @default - every Linux node */
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /** @default - tolerates every taint */
  readonly tolerations?: readonly JsonObject[];
  /** How the pod names its own AppArmor profile: fields from Kubernetes 1.30 on. @default 'fields' */
  readonly emission?: 'fields' | 'annotations';
  /** Labels of every object. @default - none beside the loader's own */
  readonly labels?: Readonly<Record<string, string>>;
  /** More containers, such as the gate's; they find the loader's state in `STATE_VOLUME`. @default - none */
  readonly extraContainers?: readonly JsonObject[];
  /** Volumes of the extra containers. @default - none */
  readonly extraVolumes?: readonly JsonObject[];
}

/** Small, stock, on every mirror; holds `sh`, `awk`, `sync` and `httpd`. */
export const BUSYBOX_IMAGE = 'busybox:1.37';

/** Memory that the volumes of state share: `ready`, `state.json`, `metrics.txt`. */
export const STATE_VOLUME = 'state';
export const STATE_PATH = '/state';
export const STATE_PORT = 9871;

/** No CPU limit: a throttled loader keeps pods waiting. The memory limit is for the parser's peak, not for the loader. */
export const DEFAULT_RESOURCES: JsonObject = {
  limits: { memory: '256Mi' },
  requests: { cpu: '10m', memory: '16Mi' },
};

const STATE_RESOURCES: JsonObject = {
  limits: { memory: '16Mi' },
  requests: { cpu: '1m', memory: '4Mi' },
};

/** Of each profile, on a node and in a bundle's history, the present one included. */
export const DEFAULT_GENERATIONS = 3;

/** The objects of one loader: the program's ConfigMap, then the DaemonSet. */
export function loaderObjects(props: LoaderProps): JsonObject[] {
  const program = loaderProgram(props);
  return [program, loaderDaemonSet(props, nameOf(program))];
}

/**
 * The DaemonSet whose pod loads the profiles on every node and stays, to repair what somebody removes.
 *
 * The container that loads is UID 0 with MAC_ADMIN as its only capability, because the kernel (`security/apparmor/policy.c`,
 * `aa_may_manage_policy`) wants both, and AppArmor-unconfined, because the runtimes' default profile denies `/sys/kernel/security`.
 * A second container without any privilege answers the probe: an exec probe would cost more than the loader does.
 *
 * @param programName name of the ConfigMap that `loaderProgram` made
 */
export function loaderDaemonSet(props: LoaderProps, programName: string): JsonObject {
  const selector = { 'app.kubernetes.io/instance': props.name, 'app.kubernetes.io/name': 'k8s-apparmor-loader' };
  const labels = { ...props.labels, ...selector };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { labels, name: props.name, namespace: props.namespace },
    spec: {
      selector: { matchLabels: selector },
      template: { metadata: templateMetadata(props, labels), spec: podSpec(props, programName) },
      // Profiles stay in the kernel while loaders change, so every node can have the new generation at once.
      updateStrategy: { rollingUpdate: { maxUnavailable: '100%' }, type: 'RollingUpdate' },
    },
  };
}

function templateMetadata(props: LoaderProps, labels: JsonObject): JsonObject {
  const annotations = {
    'kubectl.kubernetes.io/default-container': 'loader',
    ...props.emission === 'annotations' && {
      'container.apparmor.security.beta.kubernetes.io/loader': 'unconfined',
      'container.apparmor.security.beta.kubernetes.io/state': 'runtime/default',
    },
  };
  return { annotations, labels };
}

function podSpec(props: LoaderProps, programName: string): JsonObject {
  return {
    // A token is mounted by whoever needs one (the gate), in its own container only.
    automountServiceAccountToken: false,
    containers: [loaderContainer(props), stateContainer(props), ...props.extraContainers ?? []],
    enableServiceLinks: false,
    nodeSelector: { 'kubernetes.io/os': 'linux', ...props.nodeSelector },
    priorityClassName: 'system-node-critical',
    securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
    serviceAccountName: props.serviceAccountName,
    // It may be killed at any moment without harm, so nobody waits for it.
    terminationGracePeriodSeconds: 2,
    tolerations: props.tolerations ?? [{ operator: 'Exists' }],
    volumes: volumes(props, programName),
  };
}

function loaderContainer(props: LoaderProps): JsonObject {
  return {
    command: ['/bin/sh', '/program/load-profiles.sh'],
    env: [
      { name: 'BUNDLE', value: checkedBundleName(props.bundle) },
      { name: 'GENERATIONS', value: String(props.generations ?? DEFAULT_GENERATIONS) },
      { name: 'KEEP_COPIES', value: props.keepCopies ?? true ? '1' : '0' },
      { name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
    ],
    image: props.image ?? BUSYBOX_IMAGE,
    ...pullPolicy(props),
    name: 'loader',
    resources: props.resources ?? DEFAULT_RESOURCES,
    securityContext: {
      allowPrivilegeEscalation: false,
      ...props.emission !== 'annotations' && { appArmorProfile: { type: 'Unconfined' } },
      capabilities: { add: ['MAC_ADMIN'], drop: ['ALL'] },
      privileged: false,
      readOnlyRootFilesystem: true,
      runAsGroup: 0,
      runAsNonRoot: false,
      runAsUser: 0,
    },
    volumeMounts: loaderMounts(props),
  };
}

function loaderMounts(props: LoaderProps): JsonValue[] {
  const host = (props.parser ?? 'host') === 'host';
  const keep = props.keepCopies ?? true;
  return [
    { mountPath: '/program', name: 'program', readOnly: true },
    { mountPath: '/profiles', name: 'profiles', readOnly: true },
    { mountPath: STATE_PATH, name: STATE_VOLUME },
    // Exactly this path: elsewhere the parser finds no kernel features and loads a weaker profile with exit code 0.
    { mountPath: '/sys/kernel/security', name: 'securityfs' },
    ...host ? [{ mountPath: '/host/usr', name: 'usr', ...readOnlyTree(props) }] : [],
    ...keep ? [{ mountPath: '/host/etc/apparmor.d', name: 'policy' }]
      : host ? [{ mountPath: '/host/etc/apparmor.d', name: 'policy', ...readOnlyTree(props) }] : [],
  ];
}

/** `readOnly` alone leaves file systems that are mounted below writable (Kubernetes 1.30 knows the field, 1.31 heeds it). */
export function readOnlyTree({ emission }: Pick<LoaderProps, 'emission'>): JsonObject {
  return { readOnly: true, ...emission !== 'annotations' && { recursiveReadOnly: 'IfPossible' } };
}

function stateContainer(props: LoaderProps): JsonObject {
  return {
    command: ['httpd', '-f', '-p', String(STATE_PORT), '-h', STATE_PATH],
    image: props.stateImage ?? BUSYBOX_IMAGE,
    ...pullPolicy(props),
    name: 'state',
    ports: [{ containerPort: STATE_PORT, name: 'state', protocol: 'TCP' }],
    readinessProbe: { failureThreshold: 1, httpGet: { path: '/ready', port: 'state' }, periodSeconds: 10, timeoutSeconds: 5 },
    resources: STATE_RESOURCES,
    securityContext: unprivileged(),
    volumeMounts: [{ mountPath: STATE_PATH, name: STATE_VOLUME, readOnly: true }],
  };
}

/** Of a container that needs nothing of its node. A new value each time: shared ones become aliases in YAML. */
export function unprivileged(): JsonObject {
  return {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    privileged: false,
    readOnlyRootFilesystem: true,
    runAsGroup: 65534,
    runAsNonRoot: true,
    runAsUser: 65534,
  };
}

function pullPolicy(props: LoaderProps): JsonObject {
  return props.imagePullPolicy ? { imagePullPolicy: props.imagePullPolicy } : {};
}

function volumes(props: LoaderProps, programName: string): JsonValue[] {
  const host = (props.parser ?? 'host') === 'host';
  const keep = props.keepCopies ?? true;
  return [
    { configMap: { defaultMode: 0o444, name: programName }, name: 'program' },
    {
      name: 'profiles',
      projected: { defaultMode: 0o444, sources: props.profileConfigMaps.map((name) => ({ configMap: { name } })) },
    },
    { emptyDir: { medium: 'Memory', sizeLimit: '8Mi' }, name: STATE_VOLUME },
    // No type: a node without AppArmor must still get the pod, which then says what the node lacks.
    { hostPath: { path: '/sys/kernel/security' }, name: 'securityfs' },
    ...host ? [{ hostPath: { path: '/usr' }, name: 'usr' }] : [],
    ...host || keep ? [{ hostPath: { path: '/etc/apparmor.d', type: 'DirectoryOrCreate' }, name: 'policy' }] : [],
    ...props.extraVolumes ?? [],
  ];
}
