import { foreignTemplates } from '../../src/manifests/foreign-templates';
import { JsonObject } from '../../src/manifests/json';

const spec = { containers: [{ name: 'web', image: 'nginx' }] };
const template = { spec };
const nested = (depth: number): JsonObject => (depth === 0 ? template : { a: nested(depth - 1) });

test.each<[string, JsonObject, string[]]>([
  ['Argo\'s Rollout', { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata: { name: 'r' }, spec: { template } }, ['Rollout r spec.template']],
  ['Knative\'s Service', { apiVersion: 'serving.knative.dev/v1', kind: 'Service', metadata: { name: 's' }, spec: { template } }, ['Service s spec.template']],
  ['Argo\'s Workflow, whose steps are no pod templates', { apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', spec: { templates: [{ container: { image: 'x' } }] } }, []],
  ['Volcano\'s Job', { apiVersion: 'batch.volcano.sh/v1alpha1', kind: 'Job', metadata: { name: 'j' }, spec: { tasks: [{ template }, { template }] } }, ['Job j spec.tasks.0.template', 'Job j spec.tasks.1.template']],
  ['OpenShift\'s Template', { apiVersion: 'template.openshift.io/v1', kind: 'Template', metadata: { name: 't' }, objects: [{ apiVersion: 'apps/v1', kind: 'Deployment', spec: { template } }] }, ['Template t objects.0.spec.template']],
  ['what an operator adds to its pods', { apiVersion: 'monitoring.coreos.com/v1', kind: 'Prometheus', metadata: { name: 'p' }, spec }, ['Prometheus p ']],
  ['items of a list', { apiVersion: 'v1', kind: 'List', items: [null, { apiVersion: 'x.io/v1', kind: 'X', metadata: { name: 'x' }, spec: { template } }] }, ['X x spec.template']],
  ['a workload of Kubernetes\' own', { apiVersion: 'apps/v1', kind: 'Deployment', spec: { template } }, []],
  ['a list of them', { apiVersion: 'v1', kind: 'List', items: [{ apiVersion: 'apps/v1', kind: 'Deployment', spec: { template } }] }, []],
  ['the schema of a custom resource', {
    apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', spec: { properties: { template: { spec: { containers: { items: { properties: { image: {} } } } } } } },
  }, []],
  ['no object of Kubernetes', { spec: { template } }, []],
  ['one that is hidden too deep to be meant', { apiVersion: 'x.io/v1', kind: 'X', ...nested(20) }, []],
])('%s', (_, object, found) => {
  expect(foreignTemplates(object).map(({ kind, name, path }) => `${kind} ${name} ${path}`)).toEqual(found);
});
