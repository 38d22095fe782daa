import { ApiObject, App, Chart } from 'cdk8s';
import { confine, web } from './confinement';

const app = new App();
const chart = new Chart(app, 'shop');

const labels = { app: 'web' };
new ApiObject(chart, 'web', {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'nginxinc/nginx-unprivileged:1.27' }] } },
  },
});

confine(app).assign({ name: 'web' }, web);
app.synth();
