import { AppArmorProfile, AppArmorProfileBundle, Rule } from '../../src/pulumi';
import { confinementPolicies, type ConfinementPoliciesArgs } from '../../src/pulumi/policy-pack';
import { runProgram } from '../support/pulumi-program';

const web = new AppArmorProfile({ name: 'web', rules: [Rule.read('/srv/**')] });
const old = web.loadedName.replace(/[0-9a-f]{8}$/, '00000000');
const localhost = (localhostProfile: string) => ({ appArmorProfile: { type: 'Localhost', localhostProfile } });

/** Every violation of one resource, as `POLICY: message`. */
function violations(type: string, props: object, args: ConfinementPoliciesArgs = {}, name = 'w'): string[] {
  const found: string[] = [];
  for (const policy of confinementPolicies(args)) {
    if (!('validateResource' in policy) || typeof policy.validateResource !== 'function') throw new Error(`${policy.name} validates nothing`);
    void policy.validateResource({ type, name, props } as never, (message: any) => { found.push(`${policy.name}: ${message}`); });
  }
  return found;
}

const deployment = (pod: object, metadata: object = {}) => ['kubernetes:apps/v1:Deployment', { spec: { template: { metadata, spec: pod } } }] as const;
const containers = [{ name: 'web' }];
const CHOICE = 'type RuntimeDefault, or Localhost with one of your profiles';

test.each<[string, object, ConfinementPoliciesArgs, string[]]>([
  ['no profile', { containers }, {},
    [`apparmor-profile: no AppArmor profile for container web: set securityContext.appArmorProfile of the pod or the container (${CHOICE})`]],
  ['a profile for some containers', { containers: [{ name: 'a', securityContext: localhost('x') }, { name: 'b' }], initContainers: [{ name: 'c' }] }, {},
    [`apparmor-profile: no AppArmor profile for container b, c: set securityContext.appArmorProfile of the pod or the container (${CHOICE})`]],
  ['the pod\'s profile', { containers, securityContext: { appArmorProfile: { type: 'RuntimeDefault' } } }, {}, []],
  ['Unconfined', { containers, securityContext: { appArmorProfile: { type: 'Unconfined' } } }, {},
    [`apparmor-unconfined: AppArmor type Unconfined for container web: use ${CHOICE}, or have the workload exempted`]],
  ['RuntimeDefault where it is not enough', { containers, securityContext: { appArmorProfile: { type: 'RuntimeDefault' } } }, { allowRuntimeDefault: false },
    ['apparmor-runtime-default: AppArmor type RuntimeDefault for container web: use type Localhost with one of your profiles']],
  ['a profile that may be used', { containers, securityContext: localhost(web.loadedName) }, { profiles: [web] }, []],
  ['an older generation of it', { containers, securityContext: localhost(old) }, { profiles: [web] }, []],
  ['another profile', { containers, securityContext: localhost('other') }, { profiles: [web, AppArmorProfile.preloaded('own')] },
    ['apparmor-name: AppArmor profile that is none of this cluster\'s for container web (localhost/other): '
      + 'the profiles that may be used are k8s-apparmor.web.<hash>, own']],
  ['a name that no runtime applies', { containers, securityContext: localhost('unconfined') }, {},
    [expect.stringMatching(/^apparmor-name: AppArmor profile of an impossible name for container web \(localhost\/unconfined\): /)]],
  ['a privileged container', { containers: [{ name: 'web', securityContext: { privileged: true, ...localhost('x') } }] }, {},
    [expect.stringMatching(/^apparmor-privileged: privileged container web: /)]],
  ['a Windows pod', { containers, os: { name: 'windows' } }, {}, []],
  ['an exempt pod', { containers }, { exemptions: [{ reason: 'debugging', podLabels: { debug: 'yes' } }] }, []],
  ['a pod of an exemption that does not hold', { containers }, { exemptions: [{ reason: 'debugging', podLabels: { debug: 'no' } }] },
    [expect.stringMatching(/^apparmor-profile: /)]],
])('%s', (_, pod, args, expected) => {
  expect(violations(...deployment(pod, { labels: { debug: 'yes' } }), args)).toEqual(expected);
});

test('an annotation in a template counts', () => {
  const annotations = { 'container.apparmor.security.beta.kubernetes.io/web': 'runtime/default' };
  expect(violations(...deployment({ containers }, { annotations }))).toEqual([]);
});

test.each([
  ['kubernetes:core/v1:Pod', { spec: { containers } }],
  ['kubernetes:batch/v1:CronJob', { spec: { jobTemplate: { spec: { template: { spec: { containers } } } } } }],
  ['kubernetes:apps/v1:DeploymentList', { items: [{ spec: { template: { spec: { containers } } } }] }],
])('%s is judged', (type, props) => {
  expect(violations(type, props)).toEqual([expect.stringMatching(/^apparmor-profile: /)]);
});

test.each([
  ['kubernetes:core/v1:ConfigMap', {}],
  ['kubernetes:apps/v1:DeploymentPatch', { spec: { template: { spec: { containers } } } }],
  ['aws:s3/bucket:Bucket', {}],
])('%s is none of our business', (type, props) => {
  expect(violations(type, props)).toEqual([]);
});

test('exempts by namespace and by the resource\'s name', () => {
  const props = { metadata: { namespace: 'old' }, spec: { containers } };
  expect(violations('kubernetes:core/v1:Pod', props, { exemptions: [{ reason: 'goes away', namespaces: ['old'] }] })).toEqual([]);
  expect(violations('kubernetes:core/v1:Pod', props, { exemptions: [{ reason: 'goes away', resources: ['w'] }] })).toEqual([]);
  expect(violations('kubernetes:core/v1:Pod', props, { exemptions: [{ reason: 'goes away', resources: ['w'], namespaces: ['new'] }] })).toHaveLength(1);
});

test('leaves the loader alone', async () => {
  const registered = await runProgram(() => { new AppArmorProfileBundle('profiles', { profiles: [web] }); });
  expect(registered.flatMap(({ type, inputs, name }) => violations(type, inputs, {}, name))).toEqual([]);
});

test('says of a helm.v3.Release that it cannot see inside', () => {
  expect(violations('kubernetes:helm.sh/v3:Release', { chart: 'db' })).toEqual([
    'apparmor-helm-release: the pods of the helm.v3.Release "w" cannot be judged before Helm makes them: use helm.v4.Chart, or have the release exempted',
  ]);
  expect(violations('kubernetes:helm.sh/v3:Release', { chart: 'db' }, { exemptions: [{ reason: 'by its values', resources: ['w'] }] })).toEqual([]);
});

test.each([
  [{ reason: '', namespaces: ['a'] }, 'An exemption of confinementPolicies() has no reason: say why its workloads run without a profile.'],
  [{ reason: 'all' }, 'The exemption "all" of confinementPolicies() says of what: give it namespaces, podLabels or resources.'],
])('refuses the exemption %j', (exemption, message) => {
  expect(() => confinementPolicies({ exemptions: [exemption] })).toThrow(message);
});

test('the level is the user\'s to choose', () => {
  expect(confinementPolicies().every((policy) => policy.enforcementLevel === 'mandatory')).toBe(true);
  expect(confinementPolicies({ enforcementLevel: 'advisory' }).every((policy) => policy.enforcementLevel === 'advisory')).toBe(true);
});
