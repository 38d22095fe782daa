import { ApiObject, App, Chart, YamlOutputType } from 'cdk8s';
import {
  AppArmorProfile, AppArmorProfileBundle, Confinement, ExecTransition, NetworkFamily, ProfileBase, ProfileMode, Rule, Signal, SignalAccess,
  SocketType,
} from 'k8s-apparmor';

const app = new App({ outdir: process.argv[2] ?? 'dist', yamlOutputType: YamlOutputType.FILE_PER_APP });
const chart = new Chart(app, 'shop', { namespace: 'shop' });

const web = new AppArmorProfile({
  name: 'web',
  rules: [
    Rule.read('/etc/nginx/**'),
    Rule.write('/var/cache/nginx/**'),
    Rule.execute('/usr/sbin/nginx', ExecTransition.inherit()),
    Rule.network(NetworkFamily.INET, SocketType.STREAM),
    Rule.capability('net_bind_service', 'setuid', 'setgid'),
    Rule.signal({ access: [SignalAccess.SEND], signals: [Signal.TERM], peer: 'web' }),
    Rule.read('/etc/nginx/keys/**').deny().audit(),
  ],
});
const worker = new AppArmorProfile({
  name: 'worker',
  base: ProfileBase.RUNTIME_DEFAULT,
  mode: ProfileMode.COMPLAIN,
  rules: [Rule.raw('/srv/queue/** rwk,')],
});
new AppArmorProfileBundle(chart, 'profiles', { profiles: [web, worker] });

function deployment(name: string, image: string): ApiObject {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name, image }, { name: 'metrics', image: 'metrics:1' }] } };
  return new ApiObject(chart, name, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { selector: { matchLabels: labels }, template },
  });
}
deployment('web', 'nginx:1.27');
deployment('worker', 'worker:3');
deployment('legacy', 'legacy:1');
deployment('blog', 'blog:2');

Confinement.of(chart)
  .assign({ name: 'web' }, web, { containerProfiles: { metrics: AppArmorProfile.runtimeDefault() } })
  .assign({ kind: 'Deployment', labels: { app: 'worker' } }, worker)
  .exempt({ name: 'legacy' }, 'runs on nodes without AppArmor')
  .byDefault(AppArmorProfile.runtimeDefault());

app.synth();
