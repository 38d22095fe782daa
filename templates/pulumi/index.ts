import { ConfinedDeployment } from 'k8s-apparmor/pulumi';
import { confine, web } from './confinement';

confine();

const labels = { app: 'web' };
export const deployment = new ConfinedDeployment('web', {
  profile: web,
  spec: {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'nginxinc/nginx-unprivileged:1.27' }] } },
  },
}).workload.metadata.name;
