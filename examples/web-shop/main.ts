import { App, Chart, Cron, Size } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { exporter, nginx, reports } from './profiles';
import { AppArmorProfile, AppArmorProfileBundle, Confinement } from 'k8s-apparmor';
import { ConfinedCronJob, ConfinedDeployment } from 'k8s-apparmor/plus28';

const app = new App();

// How the profiles get to the nodes.
const security = new Chart(app, 'security');
new kplus.Namespace(security, 'shop', { metadata: { name: 'shop' } });
new AppArmorProfileBundle(security, 'profiles', { name: 'shop', profiles: [nginx, exporter, reports] });

// The shop: nginx under its own profile, the exporter beside it under another.
const shop = new Chart(app, 'shop', { namespace: 'shop' });
const web = new ConfinedDeployment(shop, 'web', {
  metadata: { name: 'web' },
  profile: nginx,
  containerProfiles: { exporter },
  replicas: 2,
  containers: [
    {
      name: 'nginx',
      image: 'nginxinc/nginx-unprivileged:1.27',
      command: ['nginx', '-g', 'daemon off;'],
      portNumber: 8080,
      securityContext: { user: 101 },
    },
    {
      name: 'exporter',
      image: 'nginx/nginx-prometheus-exporter:1.3',
      args: ['--nginx.scrape-uri=http://localhost:8080/stub_status'],
      portNumber: 9113,
      securityContext: { user: 65534 },
    },
  ],
});
const scratch = kplus.Volume.fromEmptyDir(shop, 'scratch', 'scratch', { sizeLimit: Size.mebibytes(64) });
web.containers[0].mount('/tmp', scratch);
web.exposeViaService({ name: 'web', ports: [{ port: 80, targetPort: 8080 }] });

new ConfinedCronJob(shop, 'reports', {
  metadata: { name: 'reports' },
  profile: reports,
  schedule: Cron.daily(),
  containers: [{ name: 'reports', image: 'registry.example/shop/reports:2.1', securityContext: { user: 1000 } }],
});

// Made without a word about AppArmor: it gets the default below.
new kplus.StatefulSet(shop, 'cache', {
  metadata: { name: 'cache' },
  service: new kplus.Service(shop, 'cache-service', { metadata: { name: 'cache' }, ports: [{ port: 6379 }] }),
  containers: [{ name: 'redis', image: 'redis:7.4', portNumber: 6379, securityContext: { user: 999 } }],
});

Confinement.of(app).byDefault(AppArmorProfile.runtimeDefault());

app.synth();
