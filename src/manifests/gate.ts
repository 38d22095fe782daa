import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { profileLabel } from './gate-affinity';
import { JsonObject, JsonValue, nameOf } from './json';
import { STATE_PATH, STATE_VOLUME, unprivileged } from './loader';
import { programConfigMap } from './program-config-map';

/** What tells the scheduler which nodes have a bundle's profiles: plain data, no framework. */
export interface GateProps {
  /** The loader's name; the gate's objects begin with it. */
  readonly name: string;
  readonly namespace: string;
  /** The loader's account, which no other pod may use. */
  readonly serviceAccountName: string;
  /** A label's value: at most 63 letters, digits, `.`, `_` and `-`. */
  readonly bundle: string;
  /** The loaded names of all profiles of the bundle, older generations included. */
  readonly loadedNames: readonly string[];
  /** Whether the start-up taint comes off when all profiles are loaded. @default false */
  readonly taint?: boolean;
  /** An image with `sh`, `awk` and `curl`. @default GATE_IMAGE */
  readonly image?: string;
  /** @default - as the cluster does */
  readonly imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never';
  /** Labels of every object. @default - none */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Small, with a shell and a client that checks certificates (busybox's does not). */
export const GATE_IMAGE = 'curlimages/curl:8.11.1';

/** Nodes that register with it (kubelet: `--register-with-taints`) take no pods until their profiles are loaded. */
export const STARTUP_TAINT = 'k8s-apparmor.io/profiles-missing';

/** A label a profile makes this many still a small part of what an object may hold. */
const MOST_PROFILES = 1000;

const GATE_VOLUME = 'gate';
const ACCOUNT_VOLUME = 'gate-account';
const ACCOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const LABEL_VALUE = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

/** What the loader's pod gets from its gate. */
export interface Gate {
  /** The program with its list, an immutable ConfigMap whose name carries the content's hash. */
  readonly program: JsonObject;
  readonly container: JsonObject;
  readonly volumes: readonly JsonObject[];
}

/** @throws if the bundle's name can be no label's value, or if it has more profiles than a node should have labels */
export function gate(props: GateProps): Gate {
  if (!LABEL_VALUE.test(props.bundle)) {
    throw new Error(`The bundle name "${props.bundle}" cannot be a label of a node: use at most 63 letters, digits, ".", "_" and "-", and begin and end with a letter or digit.`);
  }
  if (props.loadedNames.length > MOST_PROFILES) {
    throw new Error(`The bundle "${props.bundle}" has ${props.loadedNames.length} profiles, and the gate labels nodes with at most ${MOST_PROFILES}: `
      + 'split it into several bundles, or leave the gate off.');
  }
  const program = gateProgram(props);
  return { program, container: container(props), volumes: volumes(nameOf(program)) };
}

function gateProgram(props: GateProps): JsonObject {
  const script = readFileSync(join(__dirname, '..', '..', 'loader', 'label-node.sh'), 'utf8');
  const data = { 'label-node.sh': script, 'labels': labelList(props.loadedNames) };
  return programConfigMap({ ...props, name: `${props.name}-gate`, data });
}

/** Lines `PROFILE<TAB>KEY`. */
function labelList(loadedNames: readonly string[]): string {
  return [...new Set(loadedNames)].sort().map((name) => `${name}\t${profileLabel(name)}\n`).join('');
}

/** What the bundle's label on a node says: the same for the same profiles. */
export function bundleHash(loadedNames: readonly string[]): string {
  return createHash('sha256').update(labelList(loadedNames)).digest('hex').slice(0, 16);
}

/** No capability, no root: a token for this node's labels is all that it has. */
function container(props: GateProps): JsonObject {
  return {
    command: ['/bin/sh', '/gate/label-node.sh'],
    env: [
      { name: 'BUNDLE', value: props.bundle },
      { name: 'HASH', value: bundleHash(props.loadedNames) },
      { name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
      ...props.taint ? [{ name: 'TAINT', value: STARTUP_TAINT }] : [],
    ],
    image: props.image ?? GATE_IMAGE,
    ...props.imagePullPolicy && { imagePullPolicy: props.imagePullPolicy },
    name: 'gate',
    resources: { limits: { memory: '64Mi' }, requests: { cpu: '1m', memory: '8Mi' } },
    securityContext: unprivileged(),
    volumeMounts: [
      { mountPath: '/gate', name: GATE_VOLUME, readOnly: true },
      { mountPath: STATE_PATH, name: STATE_VOLUME, readOnly: true },
      { mountPath: '/tmp', name: 'gate-tmp' },
      { mountPath: ACCOUNT_PATH, name: ACCOUNT_VOLUME, readOnly: true },
    ],
  };
}

function volumes(program: string): JsonObject[] {
  const sources: JsonValue[] = [
    { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
    { configMap: { items: [{ key: 'ca.crt', path: 'ca.crt' }], name: 'kube-root-ca.crt' } },
  ];
  return [
    { configMap: { defaultMode: 0o444, name: program }, name: GATE_VOLUME },
    { emptyDir: { medium: 'Memory', sizeLimit: '1Mi' }, name: 'gate-tmp' },
    { name: ACCOUNT_VOLUME, projected: { defaultMode: 0o444, sources } },
  ];
}
