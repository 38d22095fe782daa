import { entryOf } from '../manifests/json';
import { Workload } from '../manifests/pod-template';

/** Which workloads are meant; a workload has to meet everything that is given. */
export interface WorkloadSelector {
  /**
   * The kind of object, such as `Deployment` or `CronJob`.
   *
   * @default - every kind with pods
   */
  readonly kind?: string;

  /**
   * The name of the object.
   *
   * @default - every name
   */
  readonly name?: string;

  /**
   * The namespace that the object names.
   *
   * @default - every namespace
   */
  readonly namespace?: string;

  /**
   * Labels that the object or its pods have, all of them.
   *
   * @default - any labels
   */
  readonly labels?: Record<string, string>;
}

/** @throws if it selects by nothing, which is what a default is for */
export function checkedSelector(selector: WorkloadSelector, call: string): WorkloadSelector {
  const given = [selector.kind, selector.name, selector.namespace, ...Object.keys(selector.labels ?? {})];
  if (given.every((part) => part === undefined)) {
    throw new Error(`${call} was given a selector that selects by nothing: give a kind, name, namespace or labels, or use byDefault().`);
  }
  return selector;
}

export function selects(selector: WorkloadSelector, workload: Workload): boolean {
  const matches = (wanted: string | undefined, found: string | undefined) => wanted === undefined || wanted === found;
  const labelled = ([key, value]: [string, string]) => entryOf(workload.labels, key) === value || entryOf(workload.podLabels, key) === value;
  return matches(selector.kind, workload.kind) && matches(selector.name, workload.name) && matches(selector.namespace, workload.namespace)
    && Object.entries(selector.labels ?? {}).every(labelled);
}

/** `kind "Deployment", name "web"`, as messages call it. */
export function describeSelector({ kind, name, namespace, labels }: WorkloadSelector): string {
  const parts = Object.entries({ kind, name, namespace, ...labels });
  return parts.filter(([, value]) => value !== undefined).map(([key, value]) => `${key} "${value}"`).join(', ');
}
