import { join } from 'path';
import { App, Chart, Include } from 'cdk8s';
import { AppArmorProfile, AppArmorProfileBundle, Confinement, NetworkFamily, Rule, SocketType } from 'k8s-apparmor';

const app = new App();

const shipper = new AppArmorProfile({
  name: 'log-shipper',
  rules: [
    Rule.execute('/usr/bin/ship'),
    Rule.file('/{usr/,}lib{,32,64}/**', 'mr'),
    Rule.read('/etc/{hosts,resolv.conf,nsswitch.conf,ld.so.cache}'),
    Rule.read('/var/log/blog/**'),
    Rule.network(NetworkFamily.INET, SocketType.STREAM),
    Rule.network(NetworkFamily.INET, SocketType.DGRAM),
  ],
});

const security = new Chart(app, 'security');
new AppArmorProfileBundle(security, 'profiles', { name: 'blog', profiles: [shipper] });

// The manifests stay as they are: in their own file, under their own names.
const blog = new Chart(app, 'blog');
new Include(blog, 'manifests', { url: join(__dirname, 'manifests.yaml') });

const runtimeDefault = AppArmorProfile.runtimeDefault();
Confinement.of(app)
  .byDefault(runtimeDefault)
  .assign({ kind: 'Deployment', name: 'blog' }, runtimeDefault, { containerProfiles: { log: shipper } });

app.synth();
