import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtOnce } from './cache';
import { debianRoot, must } from './debian';
import { kubernetesProgram } from './kubernetes';
import { writeBusyboxImages } from './oci-image';
import { Kernel, kernelModules, placeFile, SUITE_OF } from './vm';

/** Part of the names of what is cached: another number wherever the files below change. */
const VERSION = 2;

const PACKAGES = [
  'apparmor', 'busybox-static', 'conntrack', 'containerd', 'containernetworking-plugins', 'iproute2', 'iptables', 'kmod', 'mount', 'procps',
  'runc', 'systemd', 'util-linux',
];

const KUBELET_VERSION = '1.35.4';

const PAUSE = 'localhost/pause:1';

/** A disk with a Debian suite's containerd and runc, a kubelet and images; made once, never written to by a test. */
export function nodeDisk(kernel: Kernel): string {
  const suite = SUITE_OF[kernel];
  return builtOnce(join('node', `${suite}-${KUBELET_VERSION}-${VERSION}.img`), (path) => {
    const kubelet = kubernetesProgram(KUBELET_VERSION, 'kubelet');
    const root = `${path}.root`;
    try {
      must('cp', ['-a', debianRoot(suite, PACKAGES, 'minbase'), root]);
      addModules(root, kernel);
      must('cp', [kubelet, join(root, 'usr', 'bin', 'kubelet')]);
      writeBusyboxImages(join(root, 'images.tar'), join(root, 'usr', 'bin', 'busybox'), [
        { name: 'docker.io/library/busybox:1.37', command: ['sh'] },
        { name: PAUSE, command: ['sleep', '2147483647'] },
      ]);
      for (const [file, content] of Object.entries(nodeFiles(kernel))) placeFile(join(root, file), content);
      must('mkfs.ext4', ['-q', '-F', '-d', root, path, '2G']);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
}

function addModules(root: string, kernel: Kernel): void {
  const modules = kernelModules(kernel);
  const folder = join(root, 'usr', 'lib', 'modules');
  mkdirSync(folder, { recursive: true });
  must('cp', ['-a', modules, folder]);
  must('depmod', ['-b', root, modules.split('/').pop()!]);
}

/** The modules that reach the disk, as one archive for the initramfs: `/modules/NN-name.ko` in the order of loading. */
export function nodeInitramfs(kernel: Kernel): string {
  return builtOnce(join('node', `${SUITE_OF[kernel]}-${VERSION}.cpio`), (path) => {
    const root = `${path}.root`;
    try {
      const modules = kernelModules(kernel);
      const release = modules.split('/').pop()!;
      const base = join(root, 'base');
      mkdirSync(join(base, 'lib', 'modules'), { recursive: true });
      must('cp', ['-a', modules, join(base, 'lib', 'modules')]);
      must('depmod', ['-b', base, release]);
      const files = ['virtio_pci', 'virtio_blk'].flatMap((name) => must('modprobe', ['-S', release, '-d', base, '--show-depends', name]).split('\n'))
        .filter((line) => line.startsWith('insmod ')).map((line) => line.split(' ')[1]);
      const image = join(root, 'image');
      mkdirSync(join(image, 'modules'), { recursive: true });
      [...new Set(files)].forEach((file, index) => unpack(file, join(image, 'modules', `${String(index).padStart(2, '0')}.ko`)));
      must('cp', [join(debianRoot(SUITE_OF[kernel], ['apparmor', 'busybox-static']), 'usr', 'bin', 'busybox'), join(image, 'busybox')]);
      writeFileSync(join(image, 'init'), INIT, { mode: 0o755 });
      must('sh', ['-c', 'cd "$1" && find . -mindepth 1 -print0 | cpio --null --quiet -o -H newc -F "$2"', 'cpio', image, path]);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
}

function unpack(module: string, to: string): void {
  if (module.endsWith('.xz')) must('sh', ['-c', 'xz -dc "$1" > "$2"', 'xz', module, to]);
  else must('cp', [module, to]);
}

/** The first process: finds the disk, puts this run's files on it the first time, and starts it. */
const INIT = `#!/busybox sh
export PATH=/bin
/busybox mkdir -p /bin /proc /sys /dev /disk
/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for module in /modules/*.ko; do insmod "$module"; done
while [ ! -e /dev/vda ]; do sleep 0.05; done
mount -t ext4 /dev/vda /disk
if [ ! -e /disk/.placed ] && [ -d /payload ]; then cp -a /payload/. /disk/; touch /disk/.placed; fi
umount /proc /sys
exec switch_root /disk /node-init
`;

const NODE_INIT = `#!/bin/bash
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev 2>/dev/null
mkdir -p /dev/pts /dev/shm; mount -t devpts devpts /dev/pts; mount -t tmpfs shm /dev/shm
mount -t tmpfs run /run; mount -t tmpfs tmp /tmp
mount -t securityfs securityfs /sys/kernel/security
mount -t cgroup2 cgroup2 /sys/fs/cgroup
ln -sf /proc/self/fd /dev/fd
mkdir -p /sys/fs/cgroup/init; for p in $(cat /sys/fs/cgroup/cgroup.procs); do echo $p > /sys/fs/cgroup/init/cgroup.procs 2>/dev/null; done
for c in $(cat /sys/fs/cgroup/cgroup.controllers); do echo +$c > /sys/fs/cgroup/cgroup.subtree_control; done
mount --make-rshared /
ip link set lo up
for m in overlay br_netfilter bridge veth nf_nat xt_comment xt_MASQUERADE virtio_net; do modprobe $m 2>/dev/null; done
echo 1 > /proc/sys/net/ipv4/ip_forward
echo 0 > /proc/sys/kernel/printk_ratelimit
hostname node1
ip link set eth0 up; ip addr add 10.0.2.15/24 dev eth0; ip route add default via 10.0.2.2
# The journal before all others, as on any node.
mkdir -p /run/systemd/journal /run/log/journal; /usr/lib/systemd/systemd-journald > /var/log/journald.log 2>&1 < /dev/null &
for i in $(seq 100); do [ -n "$(ls -A /run/log/journal)" ] && break; sleep 0.1; done
# What Debian's apparmor.service starts before sysinit.target, thus before any kubelet.
/lib/apparmor/apparmor.systemd reload > /var/log/apparmor.log 2>&1
echo "$(cut -d' ' -f1 /proc/uptime)" > /run/apparmor-loaded
stty -F /dev/ttyS1 raw -echo
exec 3<>/dev/ttyS1
echo "hello $(cut -d' ' -f1 /proc/uptime)" >&3
while read -r id body <&3; do
  printf '%s' "$body" | base64 -d > /run/order
  bash /run/order < /dev/null > /run/answer 2>&1 3>&-
  code=$?
  echo "$id $code $(base64 -w0 < /run/answer)" >&3
done
`;

/** Starts the container runtime and the kubelet and says when they were there. */
export const startNode = (kubeletFlags: string) => `#!/bin/bash
mkdir -p /etc/kubernetes/manifests /var/lib/kubelet /var/log/pods
setsid containerd > /var/log/containerd.log 2>&1 < /dev/null &
for i in $(seq 400); do ctr version > /dev/null 2>&1 && break; sleep 0.1; done
cut -d' ' -f1 /proc/uptime > /run/containerd-up
ctr -n k8s.io images ls -q | grep -q pause || ctr -n k8s.io images import /images.tar > /dev/null || exit 1
cut -d' ' -f1 /proc/uptime > /run/kubelet-started
setsid kubelet --config=/etc/kubernetes/kubelet.yaml ${kubeletFlags} --v=2 > /var/log/kubelet.log 2>&1 < /dev/null &
for i in $(seq 300); do busybox wget -qO- http://127.0.0.1:10255/healthz > /dev/null 2>&1 && break; sleep 0.2; done
cut -d' ' -f1 /proc/uptime > /run/kubelet-up
`;

/** Short periods, because a test waits for them; nothing else differs from a node's usual kubelet. */
export const KUBELET_CONFIG = `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: true}, webhook: {enabled: false}}
authorization: {mode: AlwaysAllow}
readOnlyPort: 10255
staticPodPath: /etc/kubernetes/manifests
fileCheckFrequency: 1s
syncFrequency: 2s
cgroupDriver: cgroupfs
failSwapOn: false
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
evictionHard: {memory.available: 10Mi, nodefs.available: 0%, imagefs.available: 0%, nodefs.inodesFree: 0%, imagefs.inodesFree: 0%}
featureGates: {KubeletCrashLoopBackOffMax: true}
crashLoopBackOff: {maxContainerRestartPeriod: 1s}
`;

const NETWORK_CONFIG = `{"cniVersion": "0.4.0", "name": "pods", "plugins": [{"type": "bridge", "bridge": "cni0", "isGateway": true,
"ipam": {"type": "host-local", "ranges": [[{"subnet": "10.88.0.0/16"}]], "routes": [{"dst": "0.0.0.0/0"}]}}]}
`;

export function containerdConfig(kernel: Kernel): string {
  if (kernel === '6.1') {
    return `version = 2\n[plugins."io.containerd.grpc.v1.cri"]\n  sandbox_image = "${PAUSE}"\n  [plugins."io.containerd.grpc.v1.cri".cni]\n    bin_dir = "/usr/lib/cni"\n`;
  }
  return `version = 3\n[plugins.'io.containerd.cri.v1.images'.pinned_images]\n  sandbox = '${PAUSE}'\n[plugins.'io.containerd.cri.v1.runtime'.cni]\n  bin_dirs = ['/usr/lib/cni']\n`;
}

function nodeFiles(kernel: Kernel): Record<string, string> {
  return {
    '/node-init': NODE_INIT,
    '/usr/local/bin/start-node': startNode('--hostname-override=node1'),
    '/etc/kubernetes/kubelet.yaml': KUBELET_CONFIG,
    '/etc/cni/net.d/10-pods.conflist': NETWORK_CONFIG,
    '/etc/containerd/config.toml': containerdConfig(kernel),
    '/etc/resolv.conf': 'nameserver 10.0.2.3\n',
    '/etc/machine-id': `${'0'.repeat(31)}1\n`,
  };
}
