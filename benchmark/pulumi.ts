/**
 * What confinement costs a Pulumi program: 1,000 Deployments registered with mocks, plain, confined by a default, and as
 * components, in turns. Each way runs in this process after all were warmed up.
 *
 * A component is a resource more and two calls more of the engine, whatever it does: so the confined ones are set beside components
 * that do nothing but hold a Deployment, written as Pulumi's guide has it (outputs registered, the earlier place an alias).
 */
import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { AppArmorProfile, confineByDefault, ConfinedDeployment } from '../src/pulumi';

const COUNT = 1000;
const ROUNDS = Number(process.env.K8S_APPARMOR_ROUNDS ?? 5);

type Way = 'plain' | 'default' | 'by hand' | 'component';

const profile = AppArmorProfile.runtimeDefault();

function spec(index: number): k8s.types.input.apps.v1.DeploymentSpec {
  const labels = { app: `app${index}` };
  return {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'nginx:1.27', ports: [{ containerPort: 80 }], env: [{ name: 'A', value: 'b' }] }] } },
  };
}

class ByHand extends pulumi.ComponentResource {
  constructor(name: string, args: k8s.types.input.apps.v1.Deployment) {
    super('shop:index:App', name);
    const earlier = `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::kubernetes:apps/v1:Deployment::${name}`;
    new k8s.apps.v1.Deployment(name, args, { parent: this, aliases: [earlier] });
    this.registerOutputs();
  }
}

function register(way: Way, index: number): void {
  if (way === 'component') new ConfinedDeployment(`d${index}`, { profile, spec: spec(index) });
  else if (way === 'by hand') new ByHand(`d${index}`, { spec: spec(index) });
  else new k8s.apps.v1.Deployment(`d${index}`, { spec: spec(index) });
}

/** CPU milliseconds. */
async function measure(way: Way, count: number): Promise<number> {
  await pulumi.runtime.setMocks({ newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: () => ({}) });
  const begin = process.cpuUsage();
  await pulumi.runtime.runInPulumiStack(async () => {
    if (way === 'default') confineByDefault({ profile });
    for (let index = 0; index < count; index++) {
      register(way, index);
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
  const ways = ['plain', 'default', 'by hand', 'component'] as const;
  for (const way of ways) await measure(way, 100);
  const times: Record<string, number[]> = Object.fromEntries(ways.map((way) => [way, []]));
  for (let round = 0; round < ROUNDS; round++) {
    // Each round begins with another one: a process grows warmer and fuller.
    const from = round % ways.length;
    for (const way of [...ways.slice(from), ...ways.slice(0, from)]) times[way].push(await measure(way, COUNT));
  }
  const ratio = (one: string, other: string) => (median(times[one]) / median(times[other])).toFixed(3);
  print(`${COUNT} Deployments with mocks, CPU time, median of ${ROUNDS}`);
  print(`plain: ${median(times.plain).toFixed(0)} ms`);
  print(`confineByDefault: ${median(times.default).toFixed(0)} ms, ${ratio('default', 'plain')} times plain`);
  print(`ConfinedDeployment: ${median(times.component).toFixed(0)} ms, ${ratio('component', 'by hand')} times a component by hand that holds a plain one (${median(times['by hand']).toFixed(0)} ms)`);
}
