import { daemonSetOf, Manifest, podFiles } from './loader-pod';
import { VmFile } from './vm';

/** A pod as `GET /pods` of the kubelet tells of it. */
export interface PodStatus {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly status: {
    readonly phase: string;
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: ReadonlyArray<{ readonly type: string; readonly status: string }>;
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

export interface ContainerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly containerID?: string;
  readonly state: {
    readonly waiting?: { readonly reason: string; readonly message?: string };
    readonly running?: object;
    readonly terminated?: { readonly exitCode: number };
  };
}

/**
 * A DaemonSet's pod for a kubelet without an API server: the template, unchanged but for what only an API server can serve.
 * Volumes of ConfigMaps become folders of the node with the same content, and the ServiceAccount, whose token our pods do not
 * mount, goes.
 */
export function staticPod(manifests: readonly Manifest[], name: string): { pod: any; files: Record<string, VmFile> } {
  const { metadata, spec } = structuredClone(daemonSetOf(manifests).spec.template);
  const root = `/srv/${name}`;
  const folders = new Map<string, string>(spec.containers[0].volumeMounts.map((mount: any) => [mount.name, mount.mountPath]));
  delete spec.serviceAccountName;
  for (const volume of spec.volumes) {
    if (!volume.configMap && !volume.projected) continue;
    delete volume.configMap;
    delete volume.projected;
    volume.hostPath = { path: `${root}${folders.get(volume.name)}` };
  }
  // What the API server's Priority plug-in would write.
  if (spec.priorityClassName === 'system-node-critical') spec.priority = 2000001000;
  return { pod: { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name, namespace: 'default' }, spec }, files: podFiles(manifests, root) };
}

/** What a pod of one container may have beside its command. */
export interface ShellPodOptions {
  /** `appArmorProfile` of the pod. */
  readonly pod?: object;
  /** `appArmorProfile` of the container. */
  readonly container?: object;
  readonly annotations?: object;
  readonly restartPolicy?: string;
}

/** A pod of one container, `test`, that runs a shell command. */
export function shellPod(name: string, command: string, options: ShellPodOptions = {}): object {
  const container = {
    name: 'test',
    image: 'busybox:1.37',
    command: ['sh', '-c', command],
    ...options.container && { securityContext: { appArmorProfile: options.container } },
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', annotations: options.annotations ?? {} },
    spec: {
      containers: [container],
      restartPolicy: options.restartPolicy ?? 'Never',
      terminationGracePeriodSeconds: 1,
      ...options.pod && { securityContext: { appArmorProfile: options.pod } },
    },
  };
}
