import { NodeVm } from '../support/real/node-vm';
import { ContainerStatus, PodStatus } from '../support/real/static-pod';

/** Orders to a node's kubelet, by its folder of static pods and its read-only port. */
export class KubeletNode {
  constructor(readonly vm: NodeVm) {}

  async place(pods: Record<string, object>): Promise<void> {
    for (const [name, pod] of Object.entries(pods)) {
      const text = Buffer.from(JSON.stringify(pod)).toString('base64');
      await this.vm.must(`mkdir -p /etc/kubernetes/manifests && echo ${text} | base64 -d > /etc/kubernetes/.${name} && mv /etc/kubernetes/.${name} /etc/kubernetes/manifests/${name}.json`);
    }
  }

  async remove(name: string): Promise<void> {
    await this.vm.must(`rm /etc/kubernetes/manifests/${name}.json`);
  }

  /** The pods by their name in the manifest. */
  async pods(): Promise<Map<string, PodStatus>> {
    const { output } = await this.vm.run('busybox wget -qO- http://127.0.0.1:10255/pods');
    try {
      const { items } = JSON.parse(output) as { items: PodStatus[] | null };
      return new Map((items ?? []).map((pod) => [pod.metadata.name.replace(/-node1$/, ''), pod]));
    } catch {
      return new Map();
    }
  }

  /** Waits until a pod is as wanted; gives it. */
  async pod(name: string, wanted: (pod: PodStatus) => boolean, timeoutMs = 600_000): Promise<PodStatus> {
    const end = Date.now() + timeoutMs;
    for (;;) {
      const pod = (await this.pods()).get(name);
      if (pod && wanted(pod)) return pod;
      if (Date.now() > end) throw new Error(`pod ${name} is still not as wanted after ${timeoutMs / 1000} s: ${JSON.stringify(pod?.status)}`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  /** What a container printed, without the runtime's head of each line. */
  async log(pod: string, container = 'test'): Promise<string> {
    const { output } = await this.vm.run(`cat /var/log/pods/default_${pod}-node1_*/${container}/*.log 2>/dev/null`);
    return output.split('\n').map((line) => line.replace(/^\S+ (stdout|stderr) [FP] /, '')).join('\n');
  }

  /** The loader's events. */
  async events(pod: string): Promise<Array<{ event: string; profile?: string; message: string; level: string }>> {
    return (await this.log(pod, 'loader')).split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  }

  /** The process ids of a pod's container, seen from the node. */
  async processes(pod: string, container: string): Promise<string[]> {
    const status = statusOf(await this.pod(pod, (seen) => statusOf(seen, container)?.containerID !== undefined), container);
    const id = status!.containerID!.replace('containerd://', '');
    return (await this.vm.must(`cat $(find /sys/fs/cgroup/kubepods -type d -name '*${id}*')/cgroup.procs`)).split('\n');
  }
}

export function statusOf(pod: PodStatus, container: string): ContainerStatus | undefined {
  return pod.status.containerStatuses?.find(({ name }) => name === container);
}

export const isReady = (pod: PodStatus) => pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
export const isOver = (pod: PodStatus) => pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';
export const waitsFor = (pod: PodStatus) => statusOf(pod, 'test')?.state.waiting;
