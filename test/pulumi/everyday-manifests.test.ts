import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as k8s from '@pulumi/kubernetes';
import { App, Chart, Include, Yaml } from 'cdk8s';
import { Confinement } from '../../src';
import { AppArmorProfile, confineByDefault } from '../../src/pulumi';
import { runProgram } from '../support/pulumi-program';

const FOLDER = join(__dirname, '..', 'support', 'manifests');
const profile = AppArmorProfile.runtimeDefault();

/** Items of lists are objects of their own in Pulumi. */
const flat = (object: any): any[] => (object.kind.endsWith('List') ? object.items.flatMap(flat) : [object]);
/** Pulumi's YAML takes no object without a name, and no list whose items say nothing of their kind. */
const isTaken = ({ kind }: any) => kind !== 'PodList';
/** cdk8s makes names and drops what is null, Pulumi drops the status, and neither cares for the other's order. */
function comparable(objects: any[]): unknown[] {
  const texts = objects.map(({ kind, spec }) => JSON.stringify({ kind, spec }, (_key, value) => value ?? undefined));
  return texts.sort().map((text) => JSON.parse(text));
}

test.each(readdirSync(FOLDER))('YAML in a ConfigGroup gets what it gets in cdk8s: %s', async (file) => {
  const path = join(FOLDER, file);
  const chart = new Chart(new App(), 'chart');
  new Include(chart, 'include', { url: path });
  Confinement.of(chart).byDefault(profile);
  const registered = await runProgram(() => {
    confineByDefault({ profile });
    const objs = Yaml.load(path).filter(isTaken).map((object) => ({ ...object, metadata: { name: 'x', ...object.metadata } }));
    new k8s.yaml.ConfigGroup('group', { objs });
  });
  const inputs = registered.filter(({ type }) => type.startsWith('kubernetes:') && !type.startsWith('kubernetes:yaml:')).map((one) => one.inputs);
  const wanted = (chart.toJson() as any[]).filter(isTaken).flatMap(flat);
  expect(comparable(inputs)).toEqual(comparable(wanted));
});
