import { inProfile } from '../lint';
import { placeLint } from '../places';

/** Where container runtimes and the kubelet listen. */
const SOCKETS = [
  'docker.sock', 'containerd/containerd.sock', 'crio/crio.sock', 'podman/podman.sock', 'k3s/containerd/containerd.sock',
  'k0s/containerd.sock', 'cri-dockerd.sock', 'dockershim.sock',
];

export const runtimeSocket = placeLint({
  id: 'runtime-socket',
  level: 'error',
  preset: 'recommended',
  summary: 'A rule lets the program talk to the container runtime.',
  reason: 'Whoever can connect to the socket of containerd, CRI-O or Docker can start a privileged container on the node: it is the same ' +
    'as being root there.',
  better: 'ask the Kubernetes API for what is needed, with a narrow role',
  exceptions: 'The node\'s own agents, such as a log collector that reads container metadata.',
  wrong: inProfile('/run/containerd/containerd.sock rw,'),
  right: inProfile('/run/web/web.sock rw,'),
}, {
  patterns: [...SOCKETS.flatMap((socket) => [`/run/${socket}`, `/var/run/${socket}`]), '/var/lib/kubelet/device-plugins/**'],
  permissions: 'wa',
  gives: 'access to the socket of the container runtime',
});
