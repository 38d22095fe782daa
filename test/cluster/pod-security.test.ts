import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { entryOf, JsonObject, objectAt, objectOf } from '../../src/manifests/json';
import { podTemplates } from '../../src/manifests/pod-template';
import { everything } from '../support/every-object';
import { exampleObjects } from '../support/example';
import { builtOnce, cacheFolder } from '../support/real/cache';
import { NEWEST_KUBERNETES } from '../support/real/kubernetes';

jest.setTimeout(1_800_000);

interface Verdict { readonly baseline: string[] | null; readonly restricted: string[] | null }

/** The library of the newest API server, as a program. */
function judge(pods: readonly unknown[]): Verdict[] {
  const version = `0.${NEWEST_KUBERNETES.slice('1.'.length)}`;
  const program = builtOnce(join('kubernetes', `v${NEWEST_KUBERNETES}`, 'pod-security'), (path) => {
    const folder = join(cacheFolder(), 'mods', `pod-security-${version}`);
    mkdirSync(folder, { recursive: true });
    if (!existsSync(join(folder, 'go.mod'))) {
      writeFileSync(join(folder, 'go.mod'), `module local.build/pod-security\n\ngo 1.26.0\n\nrequire k8s.io/pod-security-admission v${version}\n`);
    }
    copyFileSync(join(__dirname, 'pod-security', 'main.go'), join(folder, 'main.go'));
    const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod -buildvcs=false' };
    const run = spawnSync('go', ['build', '-trimpath', '-o', path, '.'], { cwd: folder, env, encoding: 'utf8', timeout: 1_200_000 });
    if (run.status !== 0) throw new Error(`the Pod Security library does not build:\n${run.stderr.slice(-2000)}`);
  });
  const run = spawnSync(program, [], { input: pods.map((pod) => `${JSON.stringify(pod)}\n`).join(''), encoding: 'utf8', timeout: 60_000 });
  if (run.status !== 0) throw new Error(`the Pod Security library ended with ${run.status}: ${run.stderr}`);
  return run.stdout.trim().split('\n').map((line) => JSON.parse(line) as Verdict);
}

const pod = (securityContext: object, metadata: object = {}): object => ({ metadata, spec: { containers: [{ name: 'c', image: 'i', securityContext }] } });
const forbids = (verdict: Verdict) => [...verdict.baseline ?? [], ...verdict.restricted ?? []].filter((reason) => /apparmor/i.test(reason));

const SOURCES: ReadonlyArray<[string, () => JsonObject[]]> = [
  ...['web-shop', 'existing-manifests', 'complain-first'].map((name): [string, () => JsonObject[]] => [name, () => exampleObjects(name)]),
  ['everything that the constructs can make, for 1.30', () => everything('>=1.30')],
  ['everything that the constructs can make, for 1.36', () => everything('>=1.36')],
];

describe.each(SOURCES)('the Pod Security library on %s', (_, objectsOf) => {
  const templates = objectsOf().flatMap((object) => podTemplates(object));
  const verdicts = new Map(judge(templates.map(({ template }) => ({ metadata: entryOf(template, 'metadata') ?? {}, spec: entryOf(template, 'spec') })))
    .map((verdict, index) => [templates[index], verdict]));
  const isOurs = (labels: unknown) => /^k8s-apparmor-/.test(String(entryOf(objectOf(labels), 'app.kubernetes.io/name')));

  test('finds no fault with how a pod is confined, but with what says itself that it is not', () => {
    const faulty = [...verdicts].filter(([{ workload }, verdict]) => !isOurs(workload.podLabels) && forbids(verdict).length > 0);
    expect(faulty.map(([{ workload }]) => workload.name).filter((name) => name !== 'node-agent')).toEqual([]);
  });

  test('finds our own pods to need the level that their namespace has, for what their security page says', () => {
    const ours = [...verdicts].filter(([{ workload }]) => isOurs(workload.podLabels));
    expect(ours.length).toBeGreaterThan(0);
    for (const [{ template }, { baseline }] of ours) {
      const loader = JSON.stringify(objectAt(template, ['spec'])).includes('MAC_ADMIN');
      const all = ['forbidden AppArmor profile', 'non-default capabilities', 'hostPath volumes'];
      expect(baseline).toEqual(loader ? all : expect.arrayContaining(['hostPath volumes']));
    }
  });
});

test.each([
  ['no word', pod({}), 0],
  ['the runtime\'s default', pod({ appArmorProfile: { type: 'RuntimeDefault' } }), 0],
  ['a profile', pod({ appArmorProfile: { type: 'Localhost', localhostProfile: 'x' } }), 0],
  ['a profile by annotation', pod({}, { annotations: { 'container.apparmor.security.beta.kubernetes.io/c': 'localhost/x' } }), 0],
  ['Unconfined', pod({ appArmorProfile: { type: 'Unconfined' } }), 1],
  ['Unconfined by annotation', pod({}, { annotations: { 'container.apparmor.security.beta.kubernetes.io/c': 'unconfined' } }), 1],
])('the library tells right from wrong: %s', (_, one, faults) => {
  expect((judge([one])[0].baseline ?? []).filter((reason) => /AppArmor/.test(reason))).toHaveLength(faults);
});
