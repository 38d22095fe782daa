/**
 * What confinement costs a Pulumi program: 1,000 Deployments registered with mocks, plain, confined by a default, and as
 * components, in turns. Each way runs in this process after all were warmed up.
 */
import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { AppArmorProfile, confineByDefault, ConfinedDeployment } from '../src/pulumi';

const COUNT = 1000;
const ROUNDS = Number(process.env.K8S_APPARMOR_ROUNDS ?? 5);

type Way = 'plain' | 'default' | 'component';

const profile = AppArmorProfile.runtimeDefault();

function spec(index: number): k8s.types.input.apps.v1.DeploymentSpec {
  const labels = { app: `app${index}` };
  return {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'nginx:1.27', ports: [{ containerPort: 80 }], env: [{ name: 'A', value: 'b' }] }] } },
  };
}

function register(way: Way, index: number, parent?: pulumi.Resource): void {
  if (way === 'component') new ConfinedDeployment(`d${index}`, { profile, spec: spec(index) });
  else new k8s.apps.v1.Deployment(`d${index}`, { spec: spec(index) }, { parent });
}

/** CPU milliseconds; a component is compared with a plain resource inside an empty component. */
async function measure(way: Way | 'plain in a component', count: number): Promise<number> {
  await pulumi.runtime.setMocks({ newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: () => ({}) });
  const begin = process.cpuUsage();
  await pulumi.runtime.runInPulumiStack(async () => {
    if (way === 'default') confineByDefault({ profile });
    for (let index = 0; index < count; index++) {
      if (way === 'plain in a component') register('plain', index, new pulumi.ComponentResource('shop:index:App', `d${index}`));
      else register(way, index);
    }
  });
  await (pulumi.runtime as unknown as { waitForRPCs(): Promise<void> }).waitForRPCs();
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1000;
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];
}

export async function run(print: (line: string) => void): Promise<void> {
  const ways = ['plain', 'default', 'plain in a component', 'component'] as const;
  for (const way of ways) await measure(way, 100);
  const times: Record<string, number[]> = Object.fromEntries(ways.map((way) => [way, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const way of ways) times[way].push(await measure(way, COUNT));
  }
  const ratio = (one: string, other: string) => (median(times[one]) / median(times[other])).toFixed(3);
  print(`${COUNT} Deployments with mocks, CPU time, median of ${ROUNDS}`);
  print(`plain: ${median(times.plain).toFixed(0)} ms`);
  print(`confineByDefault: ${median(times.default).toFixed(0)} ms, ${ratio('default', 'plain')} times plain`);
  print(`ConfinedDeployment: ${median(times.component).toFixed(0)} ms, ${ratio('component', 'plain in a component')} times a plain one inside an empty component`);
}
