import { NodeVm } from '../support/real/node-vm';
import { ContainerStatus, PodStatus } from '../support/real/static-pod';

/** What a node did between two moments: how often a parser was run, and which of our profiles the kernel was given. */
export interface Compiling {
  readonly parserRuns: number;
  readonly loaded: readonly string[];
}

const TRACING = '/sys/kernel/tracing';
/** The kernel's profiles, each with a number that no other load has had. */
const POLICY = '/sys/kernel/security/apparmor/policy/profiles';

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

  /** What is compiled while `work` is done: the loader starts a parser, and nothing else, by the host's dynamic linker. */
  async compiledDuring(work: () => Promise<void>): Promise<Compiling> {
    const profiles = async () => (await this.vm.must(`ls ${POLICY}`)).split('\n').filter((name) => name.startsWith('k8s-apparmor.'));
    const before = new Set(await profiles());
    await this.vm.must(`mountpoint -q ${TRACING} || mount -t tracefs tracefs ${TRACING}; echo > ${TRACING}/trace
      echo 1 > ${TRACING}/events/sched/sched_process_exec/enable`);
    await work();
    const runs = await this.vm.must(`echo 0 > ${TRACING}/events/sched/sched_process_exec/enable; grep -c 'filename=/host/usr/lib.*/ld-linux' ${TRACING}/trace || true`);
    const loaded = (await profiles()).filter((name) => !before.has(name)).map((name) => name.replace(/\.\d+$/, ''));
    return { parserRuns: Number(runs), loaded };
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
