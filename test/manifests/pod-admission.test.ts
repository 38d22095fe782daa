import { readFileSync } from 'fs';
import { join } from 'path';
import { confinePod, PodConfinement } from '../../src/manifests/confine-pod';
import { JsonObject, objectAt } from '../../src/manifests/json';
import { Emission, parseReleaseRange } from '../../src/manifests/kubernetes-versions';
import { admitPod } from '../../src/manifests/pod-admission';
import { ANNOTATION_PREFIX } from '../../src/manifests/profile-reference';

interface Answer {
  readonly errors: string[];
  readonly warnings: string[];
  readonly annotations?: JsonObject | null;
  readonly pod?: JsonObject | null;
  readonly container?: JsonObject | null;
}

interface Case {
  readonly name: string;
  readonly input: { annotations?: JsonObject; pod?: JsonObject; container?: JsonObject; windows?: boolean };
  readonly pod: { releases: string[]; answer: Answer }[];
  readonly template: { releases: string[]; answer: Answer }[];
}

const CASES = JSON.parse(readFileSync(join(__dirname, 'cases', 'api-server-answers.json'), 'utf8').replace(/KEY\//g, ANNOTATION_PREFIX)) as Case[];

/** The cases write a long name as its length. */
function field(value: JsonObject | undefined): JsonObject | undefined {
  const name = value?.localhostProfile;
  return typeof name === 'number' ? { ...value, localhostProfile: 'a'.repeat(name) } : value;
}

function podOf({ input }: Case): JsonObject {
  return {
    metadata: { name: 'p', ...(input.annotations ? { annotations: input.annotations } : {}) },
    spec: {
      ...(input.windows ? { os: { name: 'windows' } } : {}),
      ...(input.pod ? { securityContext: { appArmorProfile: input.pod } } : {}),
      containers: [{ name: 'c', image: 'i', ...(input.container ? { securityContext: { appArmorProfile: field(input.container)! } } : {}) }],
    },
  };
}

function shown(stored: JsonObject): Pick<Answer, 'annotations' | 'pod' | 'container'> {
  const container = (objectAt(stored, ['spec'])!.containers as JsonObject[])[0];
  const text = JSON.stringify({
    annotations: objectAt(stored, ['metadata', 'annotations']) ?? null,
    pod: objectAt(stored, ['spec', 'securityContext', 'appArmorProfile']) ?? null,
    container: objectAt(container, ['securityContext', 'appArmorProfile']) ?? null,
  });
  return JSON.parse(text.replace(/a{4095,4096}/g, '<aaaa…>')) as Answer;
}

const RELEASES = ['1.30', '1.31', '1.33', '1.37'];
const answerFor = (answers: Case['pod'], release: string) => answers.find((one) => one.releases.includes(release))!.answer;

describe.each(RELEASES)('the API server of Kubernetes %s', (text) => {
  const release = parseReleaseRange(text).oldest;

  test.each(CASES.map((one) => [one.name, one] as const))('answers a Pod with %s as we foretell', (_name, one) => {
    const { errors, warnings, stored } = admitPod(podOf(one), true, release);
    const { errors: wantErrors, warnings: wantWarnings, ...want } = answerFor(one.pod, text);
    expect({ errors, warnings }).toEqual({ errors: wantErrors, warnings: wantWarnings });
    expect(shown(stored)).toEqual(want);
  });

  test.each(CASES.map((one) => [one.name, one] as const))('answers a Deployment with %s as we foretell', (_name, one) => {
    const { errors, warnings } = admitPod(podOf(one), false, release);
    expect({ errors, warnings }).toEqual(answerFor(one.template, text));
  });
});

const CONFINEMENTS: readonly [string, PodConfinement][] = [
  ['a runtime default for the pod', { pod: { type: 'RuntimeDefault' } }],
  ['a profile for the pod', { pod: { type: 'Localhost', localhostProfile: 'k8s-apparmor.web.1a2b3c4d' } }],
  ['a profile for the container', { containers: { c: { type: 'Localhost', localhostProfile: 'foo' } } }],
  ['both', { pod: { type: 'RuntimeDefault' }, containers: { c: { type: 'Localhost', localhostProfile: 'foo' } } }],
  ['no confinement', { pod: { type: 'Unconfined' } }],
];

describe.each(CONFINEMENTS)('a pod that gets %s', (_name, confinement) => {
  test.each(['fields', 'annotations'] as Emission[])('is accepted wherever it was accepted before, by %s', (emission) => {
    for (const text of RELEASES) {
      const release = parseReleaseRange(text).oldest;
      for (const one of CASES) {
        for (const bare of [true, false]) {
          const before = admitPod(podOf(one), bare, release).errors;
          const after = admitPod(confinePod(podOf(one), confinement, emission).template, bare, release).errors;
          if (before.length === 0) expect([one.name, text, bare, after]).toEqual([one.name, text, bare, []]);
        }
      }
    }
  });
});
