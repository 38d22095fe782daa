import { ApiObject, App, Chart } from 'cdk8s';
import { Confinement } from '../../src';
import { confinePod } from '../../src/manifests/confine-pod';
import { JsonObject } from '../../src/manifests/json';
import { AppArmorProfile } from '../../src/profile';
import { confineInputs } from '../../src/pulumi/confine-inputs';
import { somePods } from '../support/random-pods';

const RUNTIME = { type: 'RuntimeDefault' } as const;
const faults = { who: 'Deployment "w"', chosen: false, wayOut: 'leave it out' };

/** What a framework makes of a template, or why it refuses to. */
function outcome(make: () => unknown): unknown {
  try {
    return make();
  } catch (error) {
    return String(error).includes('names no profile') ? 'refused' : error;
  }
}

/** cdk8s drops what is null; of annotations nothing may be left then. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined);
  return Object.fromEntries(entries.map(([key, inner]) => [key, plain(inner)] as const).filter(([key, inner]) => key !== 'annotations' || Object.keys(inner as object).length > 0));
}

test('random pods get in cdk8s and in Pulumi what the rules of both say, and the same ones are refused', () => {
  const chart = new Chart(new App(), 'chart');
  Confinement.of(chart).byDefault(AppArmorProfile.runtimeDefault());
  const templates = somePods(300, 5).map(({ labels, annotations, spec }): JsonObject => ({ metadata: { labels, annotations }, spec }));
  const identity = { apiVersion: 'v1', kind: 'PodTemplate', metadata: { name: 'w' } };
  const objects = templates.map((template, index) => new ApiObject(chart, `w${index}`, { ...identity, template }));
  chart.node.validate();
  const outcomes = templates.map((template, index) => {
    const { template: confined, kept } = confinePod(template, { pod: RUNTIME }, 'fields');
    const wanted = kept.some(({ usable }) => !usable) ? 'refused' : confined;
    const inCdk8s = outcome(() => (objects[index].toJson() as JsonObject).template);
    const request = { path: ['template'], confinement: { pod: RUNTIME }, emission: 'fields', gated: new Set<string>(), faults } as const;
    const inPulumi = outcome(() => confineInputs({ template }, request).template);
    expect({ template, inCdk8s: plain(inCdk8s), inPulumi }).toEqual({ template, inCdk8s: plain(wanted), inPulumi: wanted });
    return wanted === 'refused';
  });
  expect(outcomes).toContain(true);
});
