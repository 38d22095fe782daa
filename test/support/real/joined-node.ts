import { Cluster, freePorts } from './apiserver';
import { ClusterUser, kubeconfig } from './cluster-credentials';
import { containerdConfig, KUBELET_CONFIG, startNode } from './node-image';
import { NodeVm } from './node-vm';
import { Kernel, VmFile } from './vm';

/** What a node calls this machine: user networking has it there. */
const HOST = '10.0.2.2';

/**
 * The node's name, and with it its address of type Hostname, where the API server finds the kubelet's port: that is forwarded from this
 * machine's loopback.
 */
export const JOINED_NODE = '127.0.0.1';

/** The user that the node's kubelet is, for the cluster's props. */
export const JOINED_NODE_USER: ClusterUser = { name: `system:node:${JOINED_NODE}`, groups: ['system:nodes'] };

/** The API server's flags for such a node. */
export const JOINED_NODE_FLAGS: readonly string[] = ['--kubelet-preferred-address-types=Hostname'];

export interface JoinProps {
  readonly kernel: Kernel;
  /** A registry on this machine's loopback, which the node takes for every other. */
  readonly registryPort: number;
}

/**
 * Boots a node whose kubelet belongs to a cluster on this machine's loopback. There is no kube-proxy: one rule takes what is sent to the
 * Service `kubernetes` to the API server.
 */
export async function bootJoinedNode(cluster: Cluster, props: JoinProps): Promise<NodeVm> {
  const [port] = await freePorts(1);
  const node = await NodeVm.boot({ kernel: props.kernel, files: joinFiles(cluster, props, port), ports: [port] });
  await startJoinedNode(node, cluster);
  return node;
}

/** After a boot: the network's rules, the container runtime, the kubelet. */
export async function startJoinedNode(node: NodeVm, cluster: Cluster): Promise<void> {
  await node.must(`for module in nf_tables nft_compat nft_chain_nat xt_DNAT xt_tcpudp; do modprobe $module 2>/dev/null; done
    for chain in PREROUTING OUTPUT; do
      iptables -t nat -A $chain -d 10.96.0.1/32 -p tcp --dport 443 -j DNAT --to-destination ${HOST}:${cluster.port}
    done
    iptables -t nat -A POSTROUTING -s 10.88.0.0/16 ! -d 10.88.0.0/16 -j MASQUERADE`);
  await node.must('start-node', 600_000);
}

function joinFiles(cluster: Cluster, { kernel, registryPort }: JoinProps, port: number): Record<string, VmFile> {
  const registry = `http://${HOST}:${registryPort}`;
  const config = KUBELET_CONFIG.replace('readOnlyPort', `port: ${port}\nreadOnlyPort`);
  return {
    '/etc/kubernetes/kubelet.yaml': `${config}nodeStatusUpdateFrequency: 2s\n`,
    '/etc/kubernetes/kubeconfig': kubeconfig(cluster.folder, `https://${HOST}:${cluster.port}`, cluster.token(JOINED_NODE_USER.name)),
    '/usr/local/bin/start-node': startNode(`--hostname-override=${JOINED_NODE} --kubeconfig=/etc/kubernetes/kubeconfig`),
    '/etc/containerd/config.toml': `${containerdConfig(kernel)}${registryConfig(kernel)}`,
    '/etc/containerd/certs.d/_default/hosts.toml': `[host."${registry}"]\n  capabilities = ["pull", "resolve"]\n`,
  };
}

function registryConfig(kernel: Kernel): string {
  const section = kernel === '6.1' ? '[plugins."io.containerd.grpc.v1.cri".registry]' : '[plugins.\'io.containerd.cri.v1.images\'.registry]';
  return `${section}\n  config_path = "/etc/containerd/certs.d"\n`;
}
