import { parseAllDocuments } from 'yaml';
import { VmFile } from './vm';

/** An object of a synthesised manifest. */
export interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly data?: Record<string, string>;
  readonly spec?: any;
}

export function readManifests(yaml: string): Manifest[] {
  return parseAllDocuments(yaml).map((document) => document.toJS() as Manifest).filter((manifest) => manifest !== null);
}

/** The one DaemonSet of a manifest. */
export function daemonSetOf(manifests: readonly Manifest[]): Manifest {
  const [daemonSet, ...more] = manifests.filter(({ kind }) => kind === 'DaemonSet');
  if (!daemonSet || more.length > 0) throw new Error(`one DaemonSet is wanted, ${more.length + (daemonSet ? 1 : 0)} are there`);
  return daemonSet;
}

/**
 * The files that ConfigMaps put into the first container, by the volumes and mounts of its DaemonSet, as the kubelet would.
 *
 * @param root where the container's file system begins in the machine
 */
export function podFiles(manifests: readonly Manifest[], root = ''): Record<string, VmFile> {
  const pod = daemonSetOf(manifests).spec.template.spec;
  const dataOf = (name: string) => {
    const map = manifests.find((manifest) => manifest.kind === 'ConfigMap' && manifest.metadata.name === name);
    if (!map) throw new Error(`its pod mounts the ConfigMap ${name}, which nobody made`);
    return Object.entries(map.data ?? {});
  };
  const mounts: any[] = pod.containers[0].volumeMounts;
  return Object.fromEntries(mounts.flatMap((mount) => {
    const volume = pod.volumes.find(({ name }: { name: string }) => name === mount.name);
    const maps: string[] = volume.configMap ? [volume.configMap.name] : (volume.projected?.sources ?? []).map((source: any) => source.configMap.name);
    return maps.flatMap(dataOf).map(([key, value]) => [`${root}${mount.mountPath}/${key}`, value]);
  }));
}

/** Shell lines that mount what the loader's container sees, in a machine without a container runtime. */
export function loaderMounts(manifests: readonly Manifest[]): string {
  const { pod, container } = loaderContainer(manifests);
  return container.volumeMounts.flatMap((mount: any) => {
    const volume = pod.volumes.find(({ name }: { name: string }) => name === mount.name);
    if (volume.emptyDir) return [`mkdir -p ${mount.mountPath} && mount -t tmpfs none ${mount.mountPath}`];
    if (!volume.hostPath || volume.hostPath.path === mount.mountPath) return [];
    return [
      `mkdir -p ${mount.mountPath} && mount --bind ${volume.hostPath.path} ${mount.mountPath}`,
      ...mount.readOnly ? [`mount -o remount,bind,ro ${mount.mountPath}`] : [],
    ];
  }).join('\n');
}

/**
 * A shell line that starts the loader as its container would run: same command, environment and capabilities, in a process group
 * of its own. It adds to /run/loader.log; `$!` is its process id.
 *
 * @param more assignments such as `TICK=1`
 */
export function loaderCommand(manifests: readonly Manifest[], more = ''): string {
  const { container } = loaderContainer(manifests);
  const environment = container.env.map(({ name, value }: any) => `${name}=${value ?? 'vm'}`);
  const capabilities = container.securityContext.capabilities.add.map((name: string) => `+${name.toLowerCase()}`).join(',');
  // util-linux's setpriv, because busybox' cannot bound capabilities.
  return [
    `/usr/bin/setsid /usr/bin/setpriv --no-new-privs --bounding-set=-all,${capabilities} --inh-caps=-all env ${environment.join(' ')}`,
    `TERMINATION_LOG=/run/termination-log ${more} busybox ${container.command.join(' ').replace('/bin/sh', 'sh')} >> /run/loader.log 2>&1 &`,
  ].join(' ');
}

function loaderContainer(manifests: readonly Manifest[]): { pod: any; container: any } {
  const pod = daemonSetOf(manifests).spec.template.spec;
  return { pod, container: pod.containers.find(({ name }: { name: string }) => name === 'loader') };
}
