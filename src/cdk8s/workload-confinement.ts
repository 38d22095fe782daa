/** Confines the workloads in one object, and says what stands against it: the same for chosen and for blanket profiles. */
import { confinePod, containerNames, KeptChoice, PodConfinement, unknownContainers } from '../manifests/confine-pod';
import { requireGatedProfiles } from '../manifests/gate-affinity';
import { JsonObject } from '../manifests/json';
import { Emission } from '../manifests/kubernetes-versions';
import { mapPodTemplates, PodTemplate, Workload } from '../manifests/pod-template';
import { AppArmorProfile } from '../profile';
import { referenceTo } from './pod-profile';

/** What the containers of a workload shall have. */
export interface Confining {
  readonly profile?: AppArmorProfile;
  readonly containerProfiles?: Readonly<Record<string, AppArmorProfile>>;
  readonly emission: Emission;
  /** Whether the choice is for this workload alone, so that another one in the pod itself is a contradiction. */
  readonly chosen: boolean;
  /** Profiles whose nodes have a label that pods have to require. */
  readonly gated: ReadonlySet<string>;
  /** How else a privileged container can be dealt with, as the end of a sentence. */
  readonly wayOut: string;
}

export interface ConfinedObject {
  readonly json: JsonObject;
  /** Sentences with the fix. */
  readonly faults: readonly string[];
}

/** @param confiningOf what is wanted for each workload in the object; undefined leaves it alone */
export function confineWorkloads(json: JsonObject, confiningOf: (workload: Workload) => Confining | undefined): ConfinedObject {
  const faults: string[] = [];
  const changed = mapPodTemplates(json, (template, workload) => {
    const confining = confiningOf(workload);
    return confining ? confineTemplate(template, workload, confining, faults) : template;
  });
  return { json: changed, faults };
}

/** `Deployment "web"`, as messages call it. */
export function workloadName({ kind, name, namespace }: Workload): string {
  const where = namespace === undefined ? '' : ` in namespace "${namespace}"`;
  return `${kind} ${name === undefined ? 'without a name' : `"${name}"`}${where}`;
}

function confineTemplate(template: PodTemplate, workload: Workload, confining: Confining, faults: string[]): PodTemplate {
  const { profile, containerProfiles } = confining;
  const confinement: PodConfinement = { pod: profile && referenceTo(profile), containers: containerProfiles && referencesTo(containerProfiles) };
  const result = confinePod(template, confinement, confining.emission);
  for (const name of unknownContainers(template, confinement)) faults.push(unknownContainer(workload, name, containerNames(template)));
  for (const name of result.privileged) faults.push(privilegedContainer(workload, name, confining));
  for (const kept of result.kept) {
    if (!kept.usable) faults.push(unusableChoice(workload, kept));
    else if (confining.chosen && !kept.agrees) faults.push(contradiction(workload, kept));
  }
  return requireGatedProfiles(result.template, confining.gated);
}

function referencesTo(profiles: NonNullable<Confining['containerProfiles']>): PodConfinement['containers'] {
  return Object.fromEntries(Object.entries(profiles).map(([name, profile]) => [name, referenceTo(profile)]));
}

function unknownContainer(workload: Workload, name: string, known: readonly string[]): string {
  const names = known.map((one) => `"${one}"`).join(', ');
  return `${workloadName(workload)} has no container "${name}", which "containerProfiles" names: ${names === '' ? 'it has no containers yet' : `its containers are ${names}`}.`;
}

function privilegedContainer(workload: Workload, name: string, { profile, containerProfiles, wayOut }: Confining): string {
  const named = containerProfiles?.[name] ?? profile!;
  return `The container "${name}" of ${workloadName(workload)} is privileged and would get the profile "${named.name}", which CRI-O ignores for privileged `
    + `containers without a word: set "privileged: false", or ${wayOut}.`;
}

function unusableChoice(workload: Workload, kept: KeptChoice): string {
  return `${ownWords(workload, kept)}, which names no profile and would leave it without any: correct it or remove it.`;
}

function contradiction(workload: Workload, kept: KeptChoice): string {
  return `${ownWords(workload, kept)}, which contradicts the profile that it is given here: remove one of the two.`;
}

function ownWords(workload: Workload, { container, choice }: KeptChoice): string {
  return `${workloadName(workload)} says itself that ${container === undefined ? 'the pod' : `the container "${container}"`} has ${choice}`;
}
