import { JsonObject } from './json';

/** The labels that every object of ours carries. */
export const PROJECT_LABELS: Readonly<Record<string, string>> = { 'app.kubernetes.io/name': 'k8s-apparmor' };

/**
 * The namespace of the loader. Its pods add a capability, mount host paths and are unconfined, none of which the baseline level
 * of Pod Security takes, so the namespace asks for none and says so in every mode.
 */
export function loaderNamespace(name: string): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: {
        ...PROJECT_LABELS,
        'pod-security.kubernetes.io/audit': 'privileged',
        'pod-security.kubernetes.io/enforce': 'privileged',
        'pod-security.kubernetes.io/warn': 'privileged',
      },
    },
  };
}

/** The loader asks the API server for nothing, so its account brings no token. */
export function loaderServiceAccount(name: string, namespace: string): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, namespace, labels: { ...PROJECT_LABELS } },
    automountServiceAccountToken: false,
  };
}
