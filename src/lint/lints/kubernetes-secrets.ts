import { inProfile } from '../lint';
import { placeLint } from '../places';

export const kubernetesSecrets = placeLint({
  id: 'kubernetes-secrets',
  level: 'error',
  preset: 'recommended',
  summary: 'A rule reaches the credentials of the node or of other pods, or writes to mounted secrets.',
  reason: '`/var/lib/kubelet` holds the secrets of every pod on the node and the kubelet\'s own certificate, `/etc/kubernetes` those of the ' +
    'control plane. Mounted secrets are never meant to be written.',
  better: 'mount the one secret that is needed, and give read access to its folder',
  exceptions: 'Storage drivers and backup agents of the node.',
  wrong: inProfile('/var/lib/kubelet/pods/** r,'),
  right: inProfile('/run/secrets/kubernetes.io/serviceaccount/* r,'),
}, {
  patterns: ['/var/lib/kubelet/**', '/etc/kubernetes/**', '/var/lib/rancher/k3s/server/**'],
  named: true,
  but: ['/var/lib/kubelet/{device-plugins,plugins,plugins_registry,pod-resources}/{,**}'],
  permissions: 'rwalm',
  gives: 'access to the credentials of the node and its pods',
});
