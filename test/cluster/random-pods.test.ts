/** What we foretell of pods and templates, and what we make of them, beside what real API servers say to thousands of random ones. */
import { expectNothingWrong } from './compare';
import { POD, PodParts, TEMPLATED, WorkloadKind } from './workload-objects';
import { confinePod, effectiveProfiles, PodConfinement } from '../../src/manifests/confine-pod';
import { entryOf, JsonObject, objectAt } from '../../src/manifests/json';
import { Emission, parseReleaseRange } from '../../src/manifests/kubernetes-versions';
import { admitPod } from '../../src/manifests/pod-admission';
import { containerProfileField, containersOf, isWindows, podProfileField } from '../../src/manifests/pod-spec';
import { podTemplates } from '../../src/manifests/pod-template';
import { ANNOTATION_PREFIX, profileOfField, ProfileReference } from '../../src/manifests/profile-reference';
import { RandomPod, somePods } from '../support/random-pods';
import { ApiAnswer, Cluster, startCluster } from '../support/real/apiserver';
import { NEWEST_KUBERNETES, OLDEST_KUBERNETES } from '../support/real/kubernetes';
import { makeNamespace } from '../support/real/namespace';
import { withoutAppArmor } from '../support/without-apparmor';

/** `COUNT,SEED`. */
const [count = 400, seed = 30] = (process.env.K8S_APPARMOR_PODS ?? '').split(',').filter((part) => part !== '').map(Number);
const PODS = somePods(count, seed);

const WEB: ProfileReference = { type: 'Localhost', localhostProfile: 'k8s-apparmor.web.1a2b3c4d' };
const DEFAULT: ProfileReference = { type: 'RuntimeDefault' };
const WANTED: readonly PodConfinement[] = [
  { pod: DEFAULT },
  { pod: WEB },
  { pod: { type: 'Unconfined' } },
  { pod: DEFAULT, containers: { c: WEB, i: { type: 'Unconfined' } } },
  { containers: { side: WEB } },
];

describe.each([OLDEST_KUBERNETES, NEWEST_KUBERNETES])(`${count} random pods (seed ${seed}) on a Kubernetes %s API server`, (version) => {
  const release = parseReleaseRange(version).oldest;
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster({ version });
    await makeNamespace(cluster, 'default');
  }, 3_600_000);

  afterAll(async () => cluster?.stop());

  /** Nothing is stored, and what is unknown or twice there is an error. */
  const create = async (kind: WorkloadKind, parts: PodParts) => cluster.api(`${kind.path('default')}?dryRun=All&fieldValidation=Strict`, { method: 'POST', body: kind.object(parts) });

  const asked = PODS.flatMap((pod, index) => [POD, TEMPLATED[index % TEMPLATED.length]]
    .map((kind) => ({ kind, pod, confinement: WANTED[index % WANTED.length] })));

  it('are answered as we foretell: what is refused and in which words, what is warned of, and what is stored', async () => {
    await expectNothingWrong(asked, async ({ kind, pod }) => {
      const [foretold, said] = [foretell(pod, kind), saidBy(await create(kind, pod), kind)];
      return same(foretold, said) ? undefined : { foretold, said };
    });
  }, 3_600_000);

  function foretell(pod: RandomPod, kind: WorkloadKind): unknown {
    const { errors: all, warnings, stored } = admitPod(templateIn(kind.object(pod)), kind === POD, release);
    const errors = isHalfChecked(kind, version) ? all.filter((error) => error.startsWith('spec.template.annotations')) : all;
    return { errors: errors.map(cutValue).sort(), ...errors.length === 0 && { warnings: [...warnings].sort(), stored: kind === POD ? profilesIn(stored) : 'as it was' } };
  }

  it.each(['fields', 'annotations'] as const)('that are accepted stay so once they are confined by %s, without a new warning, else unchanged', async (emission) => {
    await expectNothingWrong(asked, async ({ kind, pod, confinement }) => {
      const before = await create(kind, pod);
      if (before.status !== 201 || (isHalfChecked(kind, version) && (await create(POD, pod)).status !== 201)) return undefined;
      const { template, kept } = confinePod(templateIn(kind.object(pod)), confinement, emission);
      // What names no profile is a fault at synthesis, so the server never sees it.
      if (kept.some(({ usable }) => !usable)) return undefined;
      const faults = faultsOf(before, await create(kind, { ...pod, ...partsOf(template) }), confinement, emission);
      return faults.length === 0 ? undefined : { template, faults };
    });
  }, 3_600_000);
});

/** The oldest server looks at nothing but annotations in the template of a StatefulSet; what is wrong there shows in its pods. */
function isHalfChecked({ kind }: WorkloadKind, version: string): boolean {
  return kind === 'StatefulSet' && version === OLDEST_KUBERNETES;
}

/** The template in an object of any kind. */
function templateIn(object: object): JsonObject {
  return podTemplates(object as JsonObject)[0].template;
}

function partsOf(template: JsonObject): Pick<PodParts, 'annotations' | 'spec'> {
  return {
    annotations: objectAt(template, ['metadata', 'annotations']) as PodParts['annotations'],
    spec: objectAt(template, ['spec'])!,
  };
}

/** As `foretell` says it: only what concerns AppArmor, under the paths of a Deployment. */
function saidBy(answer: ApiAnswer, kind: WorkloadKind): unknown {
  const path = (text: string) => text.replace(/^(spec\.jobTemplate\.spec\.template|template)\./, 'spec.template.');
  if (answer.status === 201) {
    return { errors: [], warnings: answer.warnings.filter(isOurs).map(path).sort(), stored: kind === POD ? profilesIn(answer.body) : 'as it was' };
  }
  const causes = answer.body.details?.causes as { field: string; message: string }[] | undefined;
  if (answer.status !== 422 || !causes) return { status: answer.status, message: answer.body.message };
  const errors = causes.map(({ field, message }) => `${field}: ${message}`).filter(isOurs).map(path).map(cutValue).sort();
  // Where it is refused for something else, nothing is known of the rest.
  return errors.length > 0 ? { errors } : { errors, warnings: undefined, stored: undefined };
}

function isOurs(text: string): boolean {
  return text.includes('appArmorProfile') || text.includes(`[${ANNOTATION_PREFIX}`);
}

/** The server cuts long values short. */
function cutValue(error: string): string {
  return error.replace(/"([^"]{60})[^"]*"/g, '"$1…"');
}

/** Where the server says nothing of one part, that part is not compared. */
function same(foretold: any, said: any): boolean {
  return JSON.stringify(foretold.errors) === JSON.stringify(said.errors)
    && ['warnings', 'stored'].every((part) => said[part] === undefined || foretold[part] === undefined || JSON.stringify(foretold[part]) === JSON.stringify(said[part]));
}

/** What a pod says about AppArmor as the server writes it. */
function profilesIn(pod: JsonObject): unknown {
  const field = (object: JsonObject | undefined) => object && { type: object.type, localhostProfile: object.localhostProfile ?? undefined };
  const annotations = Object.entries(objectAt(pod, ['metadata', 'annotations']) ?? {}).filter(([key]) => key.startsWith(ANNOTATION_PREFIX));
  return {
    pod: field(podProfileField(pod)),
    containers: containersOf(pod).map((container) => [container.name, field(containerProfileField(container))]),
    annotations: annotations.map(([key, value]) => [key, value ?? '']).sort(),
  };
}

function faultsOf(before: ApiAnswer, after: ApiAnswer, confinement: PodConfinement, emission: Emission): unknown[] {
  if (after.status !== 201) return [after.status, after.body.message];
  const meant = (text: string) => before.warnings.includes(text) || (emission === 'annotations' && text.includes('deprecated since v1.30'));
  const [was, is] = [templateIn(before.body), templateIn(after.body)];
  const owns = ownProfiles(was);
  const wanted = owns.map(([name, own]) => [name, own ?? (isWindows(was) ? undefined : wantedFor(name, confinement))]);
  return [
    ...after.warnings.filter((text) => !meant(text)),
    ...JSON.stringify(ownProfiles(is)) === JSON.stringify(wanted) ? [] : [{ wanted, got: ownProfiles(is) }],
    ...JSON.stringify(plain(was)) === JSON.stringify(plain(is)) ? [] : [{ was: plain(was), is: plain(is) }],
  ];
}

function wantedFor(name: string, { pod, containers }: PodConfinement): ProfileReference | undefined {
  return containers && Object.hasOwn(containers, name) ? containers[name] : pod;
}

/** The profile of each container, keys in order. */
function ownProfiles(template: JsonObject): [string, ProfileReference | undefined][] {
  return effectiveProfiles(template).map(({ container, profile }) => [container.name, profile && profileOfField({ ...profile })]);
}

function plain(template: JsonObject): unknown {
  const { annotations, labels } = (entryOf(template, 'metadata') ?? {}) as JsonObject;
  // The server numbers each job.
  const own = Object.fromEntries(Object.entries(labels as JsonObject ?? {}).filter(([key]) => !key.endsWith('controller-uid')));
  return withoutAppArmor({ metadata: { annotations, labels: own }, spec: template.spec });
}

