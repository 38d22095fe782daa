import { join } from 'node:path';
import { App, Chart } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { complaining, enforcing } from './profiles';
import { AppArmorProfileBundle, DenialLog } from 'k8s-apparmor';
import { ConfinedDeployment } from 'k8s-apparmor/plus28';

// A real program has one profile and changes its mode in a commit. Here STEP tells which of the two commits it is.
const orders = process.env.STEP === 'complain' ? complaining : enforcing;

const app = new App();
const security = new Chart(app, 'security');
new kplus.Namespace(security, 'shop', { metadata: { name: 'shop' } });
new DenialLog(security, 'denials');
new AppArmorProfileBundle(security, 'profiles', {
  name: 'orders',
  profiles: [orders],
  historyFile: process.env.HISTORY_FILE ?? join(__dirname, 'apparmor-history.json'),
});

const shop = new Chart(app, 'shop', { namespace: 'shop' });
new ConfinedDeployment(shop, 'orders', {
  metadata: { name: 'orders' },
  profile: orders,
  containers: [{ name: 'orders', image: 'registry.example/shop/orders:4.2', securityContext: { user: 1000 } }],
});

app.synth();
