import * as fc from 'fast-check';
import { confinePod, effectiveProfiles, PodConfinement } from '../../src/manifests/confine-pod';
import { JsonObject } from '../../src/manifests/json';
import { Emission } from '../../src/manifests/kubernetes-versions';
import { admitPod } from '../../src/manifests/pod-admission';
import { containersOf } from '../../src/manifests/pod-spec';
import { ANNOTATION_PREFIX as KEY, ProfileReference } from '../../src/manifests/profile-reference';
import { randomPods } from '../support/random-pods';
import { withoutAppArmor } from '../support/without-apparmor';

const DEFAULT: ProfileReference = { type: 'RuntimeDefault' };
const WEB: ProfileReference = { localhostProfile: 'web', type: 'Localhost' };
const field = (profile: ProfileReference) => ({ appArmorProfile: { ...profile } });

interface Row {
  readonly does: string;
  readonly pod: JsonObject;
  readonly confinement?: PodConfinement;
  readonly emission?: Emission;
  readonly becomes: JsonObject | 'the same';
}

const c = (more: JsonObject = {}) => ({ name: 'c', ...more });
const side = (more: JsonObject = {}) => ({ name: 'side', ...more });

const ROWS: readonly Row[] = [
  {
    does: 'sets the pod-level field from 1.30 on',
    pod: { spec: { containers: [c()] } },
    becomes: { spec: { containers: [c()], securityContext: field(DEFAULT) } },
  },
  {
    does: 'keeps the rest of a security context',
    pod: { spec: { containers: [c()], securityContext: { fsGroup: 1, runAsUser: 5 } } },
    becomes: { spec: { containers: [c()], securityContext: { ...field(DEFAULT), fsGroup: 1, runAsUser: 5 } } },
  },
  {
    does: 'takes a null security context and a null field as absent',
    pod: {
      metadata: { annotations: null },
      spec: { containers: [c({ securityContext: { appArmorProfile: null } })], initContainers: null, securityContext: null },
    },
    becomes: {
      metadata: { annotations: null },
      spec: { containers: [c({ securityContext: { appArmorProfile: null } })], initContainers: null, securityContext: field(DEFAULT) },
    },
  },
  {
    does: 'leaves a pod with its own pod-level field alone, Unconfined too',
    pod: { spec: { containers: [c()], securityContext: field({ type: 'Unconfined' }) } },
    becomes: 'the same',
  },
  {
    does: 'leaves a pod alone in which every container has its own field',
    pod: { spec: { containers: [c({ securityContext: field(WEB) })], initContainers: [side({ securityContext: field(WEB) })] } },
    becomes: 'the same',
  },
  {
    does: 'leaves a pod alone in which every container has its own annotation',
    pod: { metadata: { annotations: { [`${KEY}c`]: 'unconfined' } }, spec: { containers: [c()] } },
    becomes: 'the same',
  },
  {
    does: 'confines by the pod-level field what no own field holds',
    pod: { spec: { containers: [c({ securityContext: field(WEB) }), side()] } },
    becomes: { spec: { containers: [c({ securityContext: field(WEB) }), side()], securityContext: field(DEFAULT) } },
  },
  {
    does: 'uses container fields beside an annotation, because a template with a differing pod-level field is refused',
    pod: { metadata: { annotations: { [`${KEY}c`]: 'localhost/own' } }, spec: { containers: [c()], initContainers: [side()] } },
    becomes: {
      metadata: { annotations: { [`${KEY}c`]: 'localhost/own' } },
      spec: { containers: [c()], initContainers: [side({ securityContext: field(DEFAULT) })] },
    },
  },
  {
    does: 'takes the place of an empty annotation, which means nothing',
    pod: { metadata: { annotations: { [`${KEY}c`]: '', other: 'x' } }, spec: { containers: [c()] } },
    becomes: { metadata: { annotations: { other: 'x' } }, spec: { containers: [c()], securityContext: field(DEFAULT) } },
  },
  {
    does: 'takes the place of a null annotation, which the API reads as an empty one',
    pod: { metadata: { annotations: { [`${KEY}c`]: null } }, spec: { containers: [c()] } },
    becomes: { metadata: {}, spec: { containers: [c()], securityContext: field(DEFAULT) } },
  },
  {
    does: 'gives containers, init containers and sidecars their own profile',
    confinement: { pod: DEFAULT, containers: { side: WEB } },
    pod: { spec: { containers: [c()], initContainers: [side({ restartPolicy: 'Always' })] } },
    becomes: {
      spec: { containers: [c()], initContainers: [side({ restartPolicy: 'Always', securityContext: field(WEB) })], securityContext: field(DEFAULT) },
    },
  },
  {
    does: 'leaves the other containers alone without a pod-level profile',
    confinement: { containers: { side: WEB } },
    pod: { spec: { containers: [c(), side()] } },
    becomes: { spec: { containers: [c(), side({ securityContext: field(WEB) })] } },
  },
  {
    does: 'gives Windows pods nothing, by spec.os',
    pod: { spec: { containers: [c()], os: { name: 'windows' } } },
    becomes: 'the same',
  },
  {
    does: 'gives Windows pods nothing, by node selector',
    pod: { spec: { containers: [c()], nodeSelector: { 'kubernetes.io/os': 'windows' } } },
    becomes: 'the same',
  },
  {
    does: 'gives Windows pods nothing, by required node affinity',
    pod: {
      spec: {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/os', operator: 'In', values: ['windows'] }] }],
            },
          },
        },
        containers: [c()],
      },
    },
    becomes: 'the same',
  },
  { does: 'leaves a template without containers alone', pod: { spec: {} }, becomes: 'the same' },
  {
    does: 'writes one annotation a container up to 1.29, init containers included',
    emission: 'annotations',
    confinement: { pod: DEFAULT, containers: { side: WEB } },
    pod: { metadata: { labels: { app: 'x' } }, spec: { containers: [c()], initContainers: [side()] } },
    becomes: {
      metadata: { annotations: { [`${KEY}c`]: 'runtime/default', [`${KEY}side`]: 'localhost/web' }, labels: { app: 'x' } },
      spec: { containers: [c()], initContainers: [side()] },
    },
  },
  {
    does: 'makes the metadata that a template lacks',
    emission: 'annotations',
    pod: { spec: { containers: [c()] } },
    becomes: { metadata: { annotations: { [`${KEY}c`]: 'runtime/default' } }, spec: { containers: [c()] } },
  },
  {
    does: 'annotates no ephemeral container, which the API server would not find',
    emission: 'annotations',
    pod: { metadata: {}, spec: { containers: [], ephemeralContainers: [c()] } },
    becomes: 'the same',
  },
  {
    does: 'mixes no annotation with a pod-level field',
    emission: 'annotations',
    pod: { spec: { containers: [c()], securityContext: field(WEB) } },
    becomes: 'the same',
  },
  {
    does: 'fills an empty annotation up to 1.29',
    emission: 'annotations',
    pod: { metadata: { annotations: { [`${KEY}c`]: '' } }, spec: { containers: [c()] } },
    becomes: { metadata: { annotations: { [`${KEY}c`]: 'runtime/default' } }, spec: { containers: [c()] } },
  },
];

test.each(ROWS)('$does', ({ pod, confinement, emission, becomes }) => {
  const before = JSON.stringify(pod);
  const { template } = confinePod(pod, confinement ?? { pod: DEFAULT }, emission ?? 'fields');
  if (becomes === 'the same') expect(template).toBe(pod);
  // Compared as text: the order of keys counts in a reviewed manifest.
  else expect(JSON.stringify(template)).toBe(JSON.stringify(becomes));
  expect(JSON.stringify(pod)).toBe(before);
});

test('says which own choices it kept and whether they agree', () => {
  const pod = {
    metadata: { annotations: { [`${KEY}c`]: 'runtime/default', [`${KEY}odd`]: 7 } },
    spec: { containers: [c(), side({ securityContext: field(WEB) }), { name: 'odd' }] },
  };
  expect(confinePod(pod, { pod: DEFAULT }, 'fields').kept).toEqual([
    { container: 'c', choice: 'RuntimeDefault', agrees: true, usable: true },
    { container: 'side', choice: 'Localhost web', agrees: false, usable: true },
    { container: 'odd', choice: 'annotation "7"', agrees: false, usable: false },
  ]);
});

test('tells of privileged containers that would get a Localhost profile, and of no others', () => {
  const pod = { spec: { containers: [c({ securityContext: { privileged: true } }), side()] } };
  expect(confinePod(pod, { pod: WEB }, 'fields').privileged).toEqual(['c']);
  expect(confinePod(pod, { pod: DEFAULT }, 'fields').privileged).toEqual([]);
});

const profile = fc.constantFrom<ProfileReference>(DEFAULT, WEB, { type: 'Unconfined' }, { type: 'Localhost', localhostProfile: 'other' });
const emissions = fc.constantFrom<Emission>('fields', 'annotations');
const templates = randomPods.map(({ annotations, labels, spec }): JsonObject => ({ metadata: { annotations, labels }, spec }));
const namesIn = (template: JsonObject) => containersOf(template).map(({ name }) => name);

test('confines whatever said nothing, changes no own choice and nothing else, is accepted where the pod was, and does it once', () => {
  fc.assert(fc.property(templates, profile, emissions, (pod, wanted, emission) => {
    // The API takes no two containers of one name.
    fc.pre(new Set(namesIn(pod)).size === namesIn(pod).length);
    const { template, kept, windows } = confinePod(pod, { pod: wanted }, emission);
    expect(withoutAppArmor(template)).toEqual(withoutAppArmor(pod));
    expect(confinePod(template, { pod: { type: 'Unconfined' } }, emission).template).toBe(template);
    const before = effectiveProfiles(pod);
    effectiveProfiles(template).forEach(({ container, profile: after }, index) => {
      const reached = !windows && (emission === 'fields' || container.list !== 'ephemeralContainers');
      if (kept.every(({ usable }) => usable)) expect(after).toEqual(before[index].profile ?? (reached ? wanted : undefined));
    });
    for (const minor of [30, 34, 37]) {
      for (const bare of [true, false]) {
        if (admitPod(pod, bare, { major: 1, minor }).errors.length > 0) continue;
        expect(admitPod(template, bare, { major: 1, minor }).errors).toEqual([]);
      }
    }
  }), { numRuns: 300 });
});
