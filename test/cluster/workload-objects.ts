/** Objects of every built-in kind with a pod template, and the API path that makes them. */
export interface WorkloadKind {
  readonly kind: string;
  readonly path: (namespace: string) => string;
  readonly object: (template: PodParts) => object;
}

export interface PodParts {
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string | null>;
  readonly spec: Record<string, unknown>;
}

const selectorOf = (name: string) => ({ app: name });

function templateOf({ labels, annotations, spec }: PodParts, restartPolicy: string): object {
  return { metadata: { labels: { ...selectorOf('w'), ...labels }, ...annotations && { annotations } }, spec: { restartPolicy, ...spec } };
}

function workload(apiVersion: string, kind: string, plural: string, specOf: (parts: PodParts) => object): WorkloadKind {
  const prefix = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  return {
    kind,
    path: (namespace) => `${prefix}/namespaces/${namespace}/${plural}`,
    object: (parts) => ({ apiVersion, kind, metadata: { name: 'w' }, ...specOf(parts) }),
  };
}

const selected = (parts: PodParts) => ({ spec: { selector: { matchLabels: selectorOf('w') }, template: templateOf(parts, 'Always') } });
const jobSpec = (parts: PodParts) => ({ template: templateOf(parts, 'Never') });

export const POD: WorkloadKind = {
  kind: 'Pod',
  path: (namespace) => `/api/v1/namespaces/${namespace}/pods`,
  object: ({ labels, annotations, spec }) => ({
    apiVersion: 'v1', kind: 'Pod', metadata: { name: 'w', ...labels && { labels }, ...annotations && { annotations } }, spec,
  }),
};

export const TEMPLATED: readonly WorkloadKind[] = [
  workload('apps/v1', 'Deployment', 'deployments', selected),
  workload('apps/v1', 'StatefulSet', 'statefulsets', (parts) => ({ spec: { ...selected(parts).spec, serviceName: 'w' } })),
  workload('apps/v1', 'DaemonSet', 'daemonsets', selected),
  workload('apps/v1', 'ReplicaSet', 'replicasets', selected),
  workload('v1', 'ReplicationController', 'replicationcontrollers', (parts) => ({ spec: { selector: selectorOf('w'), template: templateOf(parts, 'Always') } })),
  workload('batch/v1', 'Job', 'jobs', (parts) => ({ spec: jobSpec(parts) })),
  workload('batch/v1', 'CronJob', 'cronjobs', (parts) => ({ spec: { schedule: '* * * * *', jobTemplate: { spec: jobSpec(parts) } } })),
  workload('v1', 'PodTemplate', 'podtemplates', (parts) => ({ template: templateOf(parts, 'Always') })),
];
