/** Pods of every kind that the API takes as JSON, most of them accepted, many of them odd in what they say about AppArmor. */
import * as fc from 'fast-check';
import { JsonObject, JsonValue } from '../../src/manifests/json';
import { ANNOTATION_PREFIX } from '../../src/manifests/profile-reference';

/** A pod as its parts, which a Pod and the template of a workload have in common. */
export interface RandomPod {
  readonly labels: Record<string, string>;
  readonly annotations?: Record<string, string | null>;
  readonly spec: Record<string, JsonValue>;
}

/** Names that the API takes. */
export const GOOD_NAMES = ['web', 'k8s-apparmor.web.1a2b3c4d', 'k8s-apparmor.web.ffffffff', 'k8s-apparmor.db.00000000', 'k8s-apparmor.web', 'node-image'] as const;

/** Names that the API takes, and that mean something else to a runtime, to JavaScript, to Go or to CEL than they seem to. */
const STRANGE_NAMES = [
  'unconfined', 'localhost/web', ':ns:web', 'a//b', 'a//&b', 'a b', '/usr/bin/web', 'a\nb', 'a\u0000b', 'a\u007fb', 'x\u0085y', '\ufeffweb', 'web\ufeff', '\u200bweb',
  '\u180eweb', 'ünï', '😀', '"q"', 'a\\b', '<a&b>', 'a\u2028b', 'runtime/default', 'constructor', 'x'.repeat(4095), 'é'.repeat(2047),
  'k8s-apparmor.web.1a2b3c4d\n', 'k8s-apparmor.web.1A2B3C4D', 'k8s-apparmor.web.1a2b3c4d5',
];

/** Names that the API refuses in a field. */
const BAD_NAMES = [
  '', ' ', ' web', 'web\t', '\u0085web', 'web\u0085', '\u3000web', 'web\u00a0', 'web\u2028', '\u1680', '\n', 'x'.repeat(4096), 'é'.repeat(2048),
];

function rarely<T, U>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<U>, weight = 8): fc.Arbitrary<T | U> {
  return fc.oneof({ arbitrary: usual, weight }, { arbitrary: odd, weight: 1 });
}
const names = fc.oneof(fc.constantFrom(...GOOD_NAMES), fc.constantFrom(...STRANGE_NAMES));
const goodField = fc.oneof<fc.Arbitrary<JsonValue>[]>(
  fc.constantFrom({ type: 'RuntimeDefault' }, { type: 'Unconfined' }),
  names.map((localhostProfile) => ({ type: 'Localhost', localhostProfile })),
  fc.constantFrom(null, { type: 'RuntimeDefault', localhostProfile: null }),
);
const badField = fc.oneof<fc.Arbitrary<JsonValue>[]>(
  fc.constantFrom(
    {}, { type: null }, { type: '' }, { type: 'runtime/default' }, { type: 'localhost' }, { type: 'Localhost' }, { type: 'Localhost', localhostProfile: null },
    { localhostProfile: 'web' }, { type: 'RuntimeDefault', localhostProfile: 'web' }, { type: 'Unconfined', localhostProfile: '' }, { type: 'Ünconfined' },
  ),
  fc.constantFrom(...BAD_NAMES).map((localhostProfile) => ({ type: 'Localhost', localhostProfile })),
);
const annotationValue = fc.oneof(
  { arbitrary: fc.constantFrom('runtime/default', 'unconfined', '', null), weight: 4 },
  { arbitrary: names.map((name) => `localhost/${name}`), weight: 3 },
  { arbitrary: fc.constantFrom(...BAD_NAMES).map((name) => `localhost/${name}`), weight: 1 },
  { arbitrary: fc.constantFrom('localhost', 'Unconfined', 'runtime/default ', 'runtime/foo', 'docker/default', 'a\u0007', '\u0085"\\'), weight: 1 },
);

/** A security context of a pod or a container, absent most of the time. */
function contextWith(rest: fc.Arbitrary<Record<string, JsonValue>>): fc.Arbitrary<JsonValue> {
  const field = rarely(goodField, badField);
  const context = fc.oneof(rest, fc.record({ rest, field }).map(({ rest: more, field: appArmorProfile }) => ({ ...more, appArmorProfile })));
  return rarely(fc.oneof(fc.constant<JsonValue>(undefined), context), fc.constant<JsonValue>(null), 6);
}

const usualContext = fc.constantFrom<Record<string, JsonValue>>({}, { runAsUser: 7 }, { privileged: false });
const containerContext = contextWith(rarely(usualContext, fc.constant({ privileged: true }), 4));
const podContext = contextWith(fc.constantFrom<Record<string, JsonValue>>({}, { runAsNonRoot: false }, { fsGroup: 3 }));

const container = fc.record({ image: fc.constant('busybox'), securityContext: containerContext }).map(present);
const initContainer = fc.record({ container, restartPolicy: fc.constantFrom(undefined, null, 'Always') })
  .map(({ container: body, restartPolicy }) => present({ ...body, restartPolicy }));

const requires = (...nodeSelectorTerms: JsonObject[]): JsonObject =>
  ({ nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } });
const wants = (values: string[], key = 'kubernetes.io/os', operator = 'In'): JsonObject => ({ matchExpressions: [{ key, operator, values }] });
/** Where a pod is to run: anywhere, on Linux, on Windows, said in each of the ways that there are. */
const place = rarely<Record<string, JsonValue>, Record<string, JsonValue>>(fc.constant({}), fc.constantFrom<Record<string, JsonValue>>(
  { os: { name: 'windows' } }, { os: { name: 'linux' } }, { os: null }, { os: { name: 'linux' }, nodeSelector: { 'kubernetes.io/os': 'windows' } },
  { nodeSelector: { 'kubernetes.io/os': 'windows' } }, { nodeSelector: { 'beta.kubernetes.io/os': 'windows', 'disk': 'ssd' } }, { nodeSelector: { 'kubernetes.io/os': 'linux' } },
  { nodeSelector: null }, { affinity: null }, { affinity: { nodeAffinity: null } }, { affinity: requires(wants(['windows'])) },
  { affinity: requires(wants(['windows'], 'beta.kubernetes.io/os'), wants(['windows'])) }, { affinity: requires(wants(['windows']), wants(['linux'])) },
  { affinity: requires(wants(['windows', 'linux'])) }, { affinity: requires(wants(['linux'], 'kubernetes.io/os', 'NotIn')) }, { affinity: requires(wants(['windows'], 'kubernetes.io/os', 'NotIn')) },
  { affinity: requires({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n'] }] }) },
), 3);
const rest = fc.constantFrom<Record<string, JsonValue>>({}, { hostNetwork: true }, { hostUsers: false }, { nodeName: 'n' }, { hostPID: true }, { volumes: null, tolerations: null });

interface Parts {
  readonly containers: JsonObject[];
  readonly initContainers: JsonObject[];
  readonly noInit: null | undefined;
  readonly securityContext: JsonValue;
  readonly place: Record<string, JsonValue>;
  readonly rest: Record<string, JsonValue>;
  /** Of containers by number, of init containers after them. */
  readonly annotations: readonly (string | null | undefined)[];
  readonly more: Record<string, string>;
  readonly labels: Record<string, string>;
  readonly ephemeral: boolean;
  readonly sameName: boolean;
}

const NAMES = ['c', 'side', 'third', 'constructor', 'i', 'j'];

function podOf(parts: Parts): RandomPod {
  const named = (list: readonly JsonObject[], from: number) => list.map((body, index) => ({ name: parts.sameName ? 'c' : NAMES[from + index], ...body }));
  const all = [...named(parts.containers, 0), ...named(parts.initContainers, 4)];
  const annotations: Record<string, string | null> = { ...parts.more };
  all.forEach(({ name }, index) => {
    const value = parts.annotations[index];
    if (value !== undefined) annotations[ANNOTATION_PREFIX + name] = value;
  });
  const initContainers = parts.initContainers.length > 0 ? all.slice(parts.containers.length) : parts.noInit;
  return {
    labels: parts.labels,
    ...Object.keys(annotations).length > 0 && { annotations },
    spec: present({
      automountServiceAccountToken: false,
      ...parts.place,
      ...parts.rest,
      securityContext: parts.securityContext,
      containers: all.slice(0, parts.containers.length),
      initContainers,
      ephemeralContainers: parts.ephemeral ? [{ name: 'debug', image: 'busybox' }] : undefined,
    }),
  };
}

/** A few are refused for reasons that have nothing to do with AppArmor: containers of one name, ephemeral ones at creation. */
export const randomPods: fc.Arbitrary<RandomPod> = fc.record<Parts>({
  containers: fc.array(container, { minLength: 1, maxLength: 3 }),
  initContainers: fc.array(initContainer, { maxLength: 2 }),
  noInit: fc.constantFrom(null, undefined),
  securityContext: podContext,
  place,
  rest,
  annotations: fc.oneof(fc.constant<(string | null | undefined)[]>([]), fc.array(fc.option(annotationValue, { nil: undefined }), { maxLength: 5 })),
  more: rarely(fc.constantFrom<Record<string, string>>({}, { note: 'x' }), fc.constantFrom<Record<string, string>>(
    { [`${ANNOTATION_PREFIX}nope`]: 'runtime/default' }, { [`${ANNOTATION_PREFIX}C`]: 'x' }, { [ANNOTATION_PREFIX]: '' }, { 'container.apparmor.security.beta.kubernetes.io': 'unconfined' },
    { [`${ANNOTATION_PREFIX}debug`]: 'unconfined' },
  )),
  labels: fc.constantFrom<Record<string, string>>({}, { tool: 'debugger' }, { tool: 'web' }),
  ephemeral: rarely(fc.constant(false), fc.constant(true), 60),
  sameName: rarely(fc.constant(false), fc.constant(true), 40),
}).map(podOf);

/** The same pods for the same seed. */
export function somePods(count: number, seed: number): RandomPod[] {
  return fc.sample(randomPods, { numRuns: count, seed });
}

function present(object: Record<string, JsonValue>): Record<string, JsonValue> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
