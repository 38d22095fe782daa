import * as k8s from '@pulumi/kubernetes';
import {
  AppArmorProfile, AppArmorProfileBundle, confineByDefault, ConfinedDeployment, ConfinementPolicy, NetworkFamily, Rule, SocketType,
} from 'k8s-apparmor/pulumi';

const web = new AppArmorProfile({
  name: 'web',
  rules: [
    Rule.read('/etc/nginx/**'),
    Rule.read('/usr/share/nginx/**'),
    Rule.write('/var/cache/nginx/**'),
    Rule.execute('/usr/sbin/nginx'),
    Rule.network(NetworkFamily.INET, SocketType.STREAM),
    Rule.capability('net_bind_service'),
  ],
});

// First the way to the nodes, then what the cluster holds everyone to, then the workloads.
const bundle = new AppArmorProfileBundle('shop-profiles', { profiles: [web], loader: { gate: true } });
new ConfinementPolicy('shop-policy', { actions: ['Warn', 'Audit'] });
confineByDefault({
  profile: AppArmorProfile.runtimeDefault(),
  exempt: [{ name: 'legacy', reason: 'Traces its own children; moves off this cluster' }],
});

const pods = (name: string, image: string) => ({
  selector: { matchLabels: { app: name } },
  template: { metadata: { labels: { app: name } }, spec: { containers: [{ name, image }] } },
});

new ConfinedDeployment('web', { profile: web, metadata: { name: 'web' }, spec: pods('web', 'nginx:1.27') });
new k8s.apps.v1.Deployment('worker', { metadata: { name: 'worker' }, spec: pods('worker', 'busybox:1.37') });
new k8s.apps.v1.Deployment('legacy', { metadata: { name: 'legacy' }, spec: pods('legacy', 'busybox:1.37') });

export const profiles = bundle.loadedNames;
