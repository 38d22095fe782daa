import { JsonObject } from '../../src/manifests/json';
import { mapPodTemplates, mayHoldPods, podTemplates } from '../../src/manifests/pod-template';

const SPEC = { containers: [{ name: 'c' }] };
const TEMPLATE = { metadata: { labels: { app: 'x' } }, spec: SPEC };
const mark = (template: JsonObject) => ({ ...template, marked: true });
const MARKED = { ...TEMPLATE, marked: true };

test.each([
  ['v1', 'Pod', SPEC, undefined],
  ['v1', 'ReplicationController', { template: TEMPLATE }, { template: MARKED }],
  ['apps/v1', 'Deployment', { template: TEMPLATE }, { template: MARKED }],
  ['extensions/v1beta1', 'DaemonSet', { template: TEMPLATE }, { template: MARKED }],
  ['apps/v1', 'ReplicaSet', { template: TEMPLATE }, { template: MARKED }],
  ['apps/v1beta2', 'StatefulSet', { template: TEMPLATE }, { template: MARKED }],
  ['batch/v1', 'Job', { template: TEMPLATE }, { template: MARKED }],
  ['batch/v1beta1', 'CronJob', { jobTemplate: { spec: { template: TEMPLATE } } }, { jobTemplate: { spec: { template: MARKED } } }],
])('finds the pod template of a %s %s', (apiVersion, kind, spec, marked) => {
  const object: JsonObject = { apiVersion, kind, metadata: { name: 'n', namespace: 's', labels: { l: '1' } }, spec };
  expect(mayHoldPods(apiVersion, kind)).toBe(true);
  expect(mapPodTemplates(object, mark)).toEqual(marked ? { ...object, spec: marked } : { ...object, marked: true });
  expect(podTemplates(object).map(({ workload }) => workload)).toEqual([
    { apiVersion, kind, name: 'n', namespace: 's', labels: { l: '1' }, podLabels: marked ? { app: 'x' } : { l: '1' } },
  ]);
});

test('finds the template of a PodTemplate', () => {
  expect(mapPodTemplates({ apiVersion: 'v1', kind: 'PodTemplate', template: TEMPLATE }, mark)).toEqual({ apiVersion: 'v1', kind: 'PodTemplate', template: MARKED });
});

test('looks into lists, typed lists and lists in lists', () => {
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', spec: { template: TEMPLATE } };
  const list = {
    apiVersion: 'v1',
    kind: 'List',
    items: [null, deployment, { apiVersion: 'v1', kind: 'List', items: [deployment] }, { apiVersion: 'v1', kind: 'PodList', items: [{ spec: SPEC }] }, 'text'],
  };
  expect(podTemplates(list).map(({ workload }) => workload.kind)).toEqual(['Deployment', 'Deployment', 'Pod']);
});

test.each([
  ['a custom resource with the name of a built-in kind', { apiVersion: 'batch.volcano.sh/v1alpha1', kind: 'Job', spec: { template: TEMPLATE } }],
  ['a custom resource with a pod template', { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', spec: { template: TEMPLATE } }],
  ['a service of Knative', { apiVersion: 'serving.knative.dev/v1', kind: 'Service', spec: { template: TEMPLATE } }],
  ['an object without apiVersion', { kind: 'Pod', spec: SPEC }],
  ['an object without kind', { apiVersion: 'v1', spec: SPEC }],
  ['a kind that JavaScript knows', { apiVersion: 'v1', kind: 'constructor', spec: SPEC }],
  ['a null spec', { apiVersion: 'v1', kind: 'Pod', spec: null }],
  ['a template that is a list', { apiVersion: 'apps/v1', kind: 'Deployment', spec: { template: [TEMPLATE] } }],
  ['a template without spec', { apiVersion: 'apps/v1', kind: 'Deployment', spec: { template: { metadata: {} } } }],
  ['a list without items', { apiVersion: 'v1', kind: 'List', items: null }],
])('leaves %s alone', (_what, object) => {
  expect(mapPodTemplates(object as JsonObject, mark)).toBe(object);
});
