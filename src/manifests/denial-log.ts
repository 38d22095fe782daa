import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type JsonObject, type JsonValue, nameOf } from './json';
import { BUSYBOX_IMAGE, readOnlyTree } from './loader';
import { programConfigMap } from './program-config-map';

/** What a denial log needs to know: plain data, no framework. */
export interface DenialLogProps {
  /** The DaemonSet's name; the program's ConfigMap begins with it. */
  readonly name: string;
  readonly namespace: string;
  readonly serviceAccountName: string;
  /** Whether lines name pod and container, for which the pod sees the host's processes. @default true */
  readonly podNames?: boolean;
  /** Seconds in which equal records are one line. @default 60 */
  readonly windowSeconds?: number;
  /** Lines in one window; what is above is counted. @default 500 */
  readonly linesPerWindow?: number;
  /** An image with `sh`, `awk`, `cat`, `grep` and `ls`. @default BUSYBOX_IMAGE */
  readonly image?: string;
  /** @default DEFAULT_RESOURCES */
  readonly resources?: JsonObject;
  /** @default - every Linux node */
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /** How the pod names its own AppArmor profile: fields from Kubernetes 1.30 on. @default 'fields' */
  readonly emission?: 'fields' | 'annotations';
  /** Labels of every object. @default - none beside its own */
  readonly labels?: Readonly<Record<string, string>>;
}

const DEFAULT_RESOURCES: JsonObject = { limits: { memory: '64Mi' }, requests: { cpu: '5m', memory: '16Mi' } };
const DEFAULT_WINDOW = 60;
const DEFAULT_LINES = 500;

/** The program that runs on nodes, as it lies in the package. */
export function denialLogScript(): string {
  return readFileSync(join(__dirname, '..', '..', 'loader', 'denial-log.sh'), 'utf8');
}

/** The objects of a denial log: the program's ConfigMap, then the DaemonSet. */
export function denialLogObjects(props: DenialLogProps): JsonObject[] {
  const program = programConfigMap({ ...props, name: `${props.name}-program`, data: { 'denial-log.sh': denialLogScript() } });
  return [program, daemonSet(props, nameOf(program))];
}

/**
 * The DaemonSet whose pod writes the node's AppArmor records to its standard output, as JSON lines. It reads the journal by the
 * host's own `journalctl` as UID 0 without any capability: the journal's files belong to root. Nothing of the host is writable.
 */
function daemonSet(props: DenialLogProps, programName: string): JsonObject {
  const selector = { 'app.kubernetes.io/instance': props.name, 'app.kubernetes.io/name': 'k8s-apparmor-denial-log' };
  const labels = { ...props.labels, ...selector };
  const annotations = props.emission === 'annotations' ? { 'container.apparmor.security.beta.kubernetes.io/denial-log': 'runtime/default' } : undefined;
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { labels, name: props.name, namespace: props.namespace },
    spec: {
      selector: { matchLabels: selector },
      template: { metadata: { ...annotations && { annotations }, labels }, spec: podSpec(props, programName) },
      updateStrategy: { rollingUpdate: { maxUnavailable: '100%' }, type: 'RollingUpdate' },
    },
  };
}

function podSpec(props: DenialLogProps, programName: string): JsonObject {
  return {
    automountServiceAccountToken: false,
    containers: [container(props)],
    enableServiceLinks: false,
    ...props.podNames ?? true ? { hostPID: true } : {},
    nodeSelector: { 'kubernetes.io/os': 'linux', ...props.nodeSelector },
    securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
    serviceAccountName: props.serviceAccountName,
    terminationGracePeriodSeconds: 2,
    tolerations: [{ operator: 'Exists' }],
    volumes: [
      { configMap: { defaultMode: 0o444, name: programName }, name: 'program' },
      ...hostFolders(props).map(({ name, path }): JsonObject => ({ hostPath: { path }, name })),
    ],
  };
}

/** Read-only, and without a type: a node that lacks one must still get the pod, which says what it does not find. */
const HOST_FOLDERS: ReadonlyArray<{ readonly name: string; readonly path: string; readonly mountPath: string }> = [
  { name: 'usr', path: '/usr', mountPath: '/host/usr' },
  { name: 'persistent-journal', path: '/var/log/journal', mountPath: '/host/journal/persistent' },
  { name: 'volatile-journal', path: '/run/log/journal', mountPath: '/host/journal/volatile' },
  { name: 'containers', path: '/var/log/containers', mountPath: '/host/containers' },
];

/** Without names nobody has to know what runs: other processes' ids mean nothing in the pod then. */
function hostFolders({ podNames = true }: DenialLogProps): typeof HOST_FOLDERS {
  return HOST_FOLDERS.filter(({ name }) => podNames || name !== 'containers');
}

function container(props: DenialLogProps): JsonObject {
  const names = props.podNames ?? true;
  const mounts: JsonValue[] = hostFolders(props).map(({ name, mountPath }) => ({ mountPath, name, ...readOnlyTree(props) }));
  return {
    command: ['/bin/sh', '/program/denial-log.sh'],
    env: [
      ...names ? [] : [{ name: 'CONTAINER_LOGS', value: '' }],
      { name: 'LIMIT', value: String(props.linesPerWindow ?? DEFAULT_LINES) },
      { name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
      { name: 'WINDOW', value: String(props.windowSeconds ?? DEFAULT_WINDOW) },
    ],
    image: props.image ?? BUSYBOX_IMAGE,
    name: 'denial-log',
    resources: props.resources ?? DEFAULT_RESOURCES,
    securityContext: {
      allowPrivilegeEscalation: false,
      ...props.emission !== 'annotations' && { appArmorProfile: { type: 'RuntimeDefault' } },
      capabilities: { drop: ['ALL'] },
      privileged: false,
      readOnlyRootFilesystem: true,
      runAsGroup: 0,
      runAsNonRoot: false,
      runAsUser: 0,
    },
    volumeMounts: [{ mountPath: '/program', name: 'program', readOnly: true }, ...mounts],
  };
}
