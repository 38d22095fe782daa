import { JsonObject, JsonValue } from './json';
import {
  celText, Condition, containerVariables, notWindows, POD_PLACE, PolicyPlace, TEMPLATE_PLACES, templateChanged, Variable,
} from './policy-expressions';
import { PolicyDemands, policyRules, validationOf } from './policy-rules';

/** What becomes of an object that breaks a policy. The API server takes `Deny` and `Warn` not together. */
export type PolicyAction = 'Deny' | 'Warn' | 'Audit';

/** Objects that a policy leaves alone; all that is given must hold. */
export interface PolicyExemption {
  /** Why, for the people who review it. */
  readonly reason: string;
  /** By name. @default - in every namespace */
  readonly namespaces?: readonly string[];
  /** Labels of the namespace. @default - whatever it has */
  readonly namespaceLabels?: Readonly<Record<string, string>>;
  /** Labels of the pods; whoever makes pods can set them. @default - whatever they have */
  readonly podLabels?: Readonly<Record<string, string>>;
}

export interface PolicyProps extends PolicyDemands {
  /** Begins the name of each object. */
  readonly name: string;
  /** @default ['Deny'] */
  readonly actions?: readonly PolicyAction[];
  /** What a fault of the policy itself does. @default 'Fail' */
  readonly failurePolicy?: 'Fail' | 'Ignore';
  /** Labels of the namespaces that the policy is for. @default - all */
  readonly namespaceLabels?: Readonly<Record<string, string>>;
  /** @default - none */
  readonly exemptions?: readonly PolicyExemption[];
  /** Whether templates of workloads are judged too, so that a fault is told to who applies them. @default true */
  readonly workloads?: boolean;
  /** Labels of every object. @default - none */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Carries the exemptions with their reasons as JSON, for people and for tools that report on a cluster. */
export const EXEMPTIONS_ANNOTATION = 'k8s-apparmor.io/exemptions';

const VERSION = 'admissionregistration.k8s.io/v1';

/**
 * ValidatingAdmissionPolicies with their bindings (`admissionregistration.k8s.io/v1`, Kubernetes 1.30): one for pods, one for each
 * place where built-in workloads keep a template.
 *
 * @throws if `actions` is empty, or has both Deny and Warn
 */
export function confinementPolicy(props: PolicyProps): JsonObject[] {
  checkActions(props);
  const places = [POD_PLACE, ...props.workloads ?? true ? TEMPLATE_PLACES : []];
  return places.flatMap((place) => [policyFor(place, props), bindingFor(place, props)]);
}

function checkActions({ name, actions }: PolicyProps): void {
  if (actions?.length === 0) throw new Error(`The policy "${name}" has no action: give Deny, Warn or Audit.`);
  if (actions?.includes('Deny') && actions.includes('Warn')) {
    throw new Error(`The policy "${name}" both denies and warns, which the API server refuses, because a denial already says it: leave one of them out.`);
  }
}

function policyFor(place: PolicyPlace, props: PolicyProps): JsonObject {
  const exempt = exemptVariable(place, props.exemptions ?? []);
  return {
    apiVersion: VERSION,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { ...policyMetadata(props), name: `${props.name}-${place.id}` },
    spec: {
      failurePolicy: props.failurePolicy ?? 'Fail',
      matchConditions: plain([notWindows(place), ...place === POD_PLACE ? [] : [templateChanged(place)]]),
      matchConstraints: { resourceRules: place.rules.map((rule) => ({ ...rule, scope: 'Namespaced' })) },
      validations: policyRules(props).map((rule) => validationOf(rule, exempt.length > 0)),
      variables: plain([...containerVariables(place), ...exempt]),
    },
  };
}

/** Named expressions as the API has them, keys in order. */
export function plain(named: readonly (Condition | Variable)[]): JsonObject[] {
  return named.map(({ name, expression }) => ({ expression, name }));
}

function bindingFor(place: PolicyPlace, props: PolicyProps): JsonObject {
  const namespaceSelector = policyNamespaces(props);
  return {
    apiVersion: VERSION,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { ...policyMetadata(props), name: `${props.name}-${place.id}` },
    spec: {
      ...namespaceSelector && { matchResources: { namespaceSelector } },
      policyName: `${props.name}-${place.id}`,
      validationActions: [...props.actions ?? ['Deny']],
    },
  };
}

/** Labels, and the exemptions with their reasons. */
export function policyMetadata(props: Pick<PolicyProps, 'exemptions' | 'labels'>): JsonObject {
  const exemptions = props.exemptions ?? [];
  return {
    ...exemptions.length > 0 && { annotations: { [EXEMPTIONS_ANNOTATION]: JSON.stringify(exemptions) } },
    ...props.labels && { labels: { ...props.labels } },
  };
}

/**
 * The binding's namespaces. Those that are exempt by name alone are left out here, so that a fault of the policy cannot touch them:
 * a cluster must be able to start its own parts.
 */
export function policyNamespaces(props: Pick<PolicyProps, 'exemptions' | 'namespaceLabels'>): JsonObject | undefined {
  const exempt = [...new Set((props.exemptions ?? []).filter(byNameAlone).flatMap(({ namespaces }) => namespaces!))].sort();
  const matchExpressions: JsonValue[] = exempt.length > 0 ? [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: exempt }] : [];
  const labels = props.namespaceLabels;
  if (matchExpressions.length === 0 && !labels) return undefined;
  return { ...matchExpressions.length > 0 && { matchExpressions }, ...labels && { matchLabels: { ...labels } } };
}

function byNameAlone(exemption: PolicyExemption): boolean {
  return exemption.namespaces !== undefined && !exemption.namespaceLabels && !exemption.podLabels;
}

/** `variables.exempt`, or nothing where no exemption needs it. */
export function exemptVariable(place: PolicyPlace, exemptions: readonly PolicyExemption[]): Variable[] {
  const alternatives = exemptions.filter((exemption) => !byNameAlone(exemption)).map((exemption) => exemptedBy(place, exemption));
  return alternatives.length > 0 ? [{ name: 'exempt', expression: alternatives.map((one) => `(${one})`).join(' || ') }] : [];
}

function exemptedBy(place: PolicyPlace, { namespaces, namespaceLabels, podLabels }: PolicyExemption): string {
  const has = (labels: string, wanted: Readonly<Record<string, string>> | undefined) => Object.entries(wanted ?? {}).map(([key, value]) =>
    `${labels}[?${celText(key)}].orValue('') == ${celText(value)}`);
  const conditions = [
    ...namespaces ? [`request.namespace in [${namespaces.map(celText).join(', ')}]`] : [],
    ...has('namespaceObject.metadata.?labels.orValue({})', namespaceLabels),
    ...has(`${place.template}.?metadata.?labels.orValue({})`, podLabels),
  ];
  // An exemption of nothing in particular exempts nothing.
  return conditions.length > 0 ? conditions.join(' && ') : 'false';
}
