import * as pulumi from '@pulumi/pulumi';
import { GATED_POD_TEMPLATE, POD_TEMPLATE } from './pod-template-shape';
import { combine, mapAt, settle, VALUE } from './settle';
import { confinePod, containerNames, type ConfinedTemplate, type PodConfinement, unknownContainers } from '../manifests/confine-pod';
import { requireGatedProfiles } from '../manifests/gate-affinity';
import { type JsonObject, objectOf } from '../manifests/json';
import { DEFAULT_RANGE, type Emission, emissionFor, parseReleaseRange } from '../manifests/kubernetes-versions';
import type { PodTemplate } from '../manifests/pod-template';

/** What is to be done to the inputs of one resource. */
export interface InputConfinement {
  /** Where the pod template is, from the resource's inputs; empty for a Pod. */
  readonly path: readonly string[];
  readonly confinement: PodConfinement | pulumi.Output<PodConfinement>;
  readonly emission: Emission | pulumi.Output<Emission>;
  /** Loaded names of profiles whose nodes have a label, which pods have to require. */
  readonly gated: ReadonlySet<string>;
  readonly faults: WorkloadFaults;
}

/** The inputs of a resource with its pods confined. */
export function confineInputs(props: Record<string, unknown>, request: InputConfinement): Record<string, unknown> {
  const confined = mapAt(props, request.path, (template) => confineTemplate(template, request));
  return pulumi.Output.isInstance(confined) ? spread(props, confined as pulumi.Output<JsonObject>) : confined as Record<string, unknown>;
}

/** How pods for these releases name their profile. @throws if the text is no range of Kubernetes versions. */
export function emissionOf(kubernetesVersion: pulumi.Input<string> | undefined): Emission | pulumi.Output<Emission> {
  return combine([settle(kubernetesVersion, VALUE)], ([range]) => (
    emissionFor(range === undefined ? DEFAULT_RANGE : parseReleaseRange(range as string)))) as Emission | pulumi.Output<Emission>;
}

/** What stands against the confinement of a workload, as sentences with the fix. */
export interface WorkloadFaults {
  /** The workload in messages, such as `ConfinedDeployment "web"`. */
  readonly who: string;
  /** Whether the profiles were chosen for this workload alone, so that another one in the pod itself is a contradiction. */
  readonly chosen: boolean;
  /** How else a privileged container can be dealt with, as the end of a sentence. */
  readonly wayOut: string;
}

/** @throws {pulumi.RunError} if the pod cannot be confined as was asked for. */
function refuseFaults(template: PodTemplate, confinement: PodConfinement, result: ConfinedTemplate, faultsOf: WorkloadFaults): void {
  const { who, chosen, wayOut } = faultsOf;
  const names = () => containerNames(template).map((name) => `"${name}"`).join(', ');
  const faults = [
    ...unknownContainers(template, confinement).map((name) => `${who} has no container "${name}", which "containerProfiles" names: `
      + `${names() === '' ? 'it has no containers' : `its containers are ${names()}`}.`),
    ...result.privileged.map((name) => `The container "${name}" of ${who} is privileged and would get the profile `
      + `"${(confinement.containers?.[name] ?? confinement.pod)?.localhostProfile}", which CRI-O ignores for privileged containers without a word: `
      + `set "privileged: false", or ${wayOut}.`),
    ...result.kept.filter(({ agrees, usable }) => !usable || (chosen && !agrees)).map(({ container, choice, usable }) => `${who} says itself that `
      + `${container === undefined ? 'the pod' : `the container "${container}"`} has ${choice}, which ${usable
        ? 'contradicts the profile that it is given here: remove one of the two.'
        : 'names no profile and would leave it without any: correct it or remove it.'}`),
  ];
  if (faults.length > 0) throw new pulumi.RunError(faults.join(' '));
}

function confineTemplate(template: unknown, request: InputConfinement): unknown {
  const settled = settle(template, request.gated.size > 0 ? GATED_POD_TEMPLATE : POD_TEMPLATE);
  return combine([settled, request.confinement, request.emission], ([plain, confinement, emission]) => {
    const pod = objectOf(plain);
    if (!pod) return plain;
    const result = confinePod(pod, confinement as PodConfinement, emission as Emission);
    refuseFaults(pod, confinement as PodConfinement, result, request.faults);
    return requireGatedProfiles(result.template, request.gated);
  });
}

/** Resources read their inputs one by one, so an Output of all of them becomes one Output for each that may have changed. */
function spread(props: Record<string, unknown>, confined: pulumi.Output<JsonObject>): Record<string, unknown> {
  return { ...props, metadata: confined.apply((object) => object.metadata), spec: confined.apply((object) => object.spec) };
}
