import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { AppArmorProfile, AppArmorProfileBundle, ConfinementPolicy, DenialLog, Rule } from '../../src/pulumi';
import { one, type Registered, refusalOf, runProgram } from '../support/pulumi-program';

const web = new AppArmorProfile({ name: 'web', rules: [Rule.read('/srv/**')] });
const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';
const POLICY = 'kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy';

const names = (registered: readonly Registered[]) => registered
  .filter(({ type }) => type.startsWith(POLICY)).map(({ inputs }) => inputs.metadata.name).sort();

test('terms that are unknown at preview leave the policies and their names known', async () => {
  let policy: ConfinementPolicy | undefined;
  const registered = await runProgram(() => {
    const namespace = new k8s.core.v1.Namespace('legacy').id;
    policy = new ConfinementPolicy('policy', { exemptions: [{ reason: 'goes away', namespaces: [namespace] }] });
  }, { preview: true });
  expect(policy!.policyNames.slice().sort()).toEqual(names(registered).filter((_, index) => index % 2 === 0));
  expect(one(registered, POLICY, 'policy-pods').inputs).toMatchObject({ kind: 'ValidatingAdmissionPolicy', metadata: { name: 'k8s-apparmor-pods' }, spec: UNKNOWN });
});

test('the namespace of a bundle is exempt, also where it is an Output', async () => {
  const registered = await runProgram(() => {
    new AppArmorProfileBundle('profiles', { profiles: [web], namespace: pulumi.output('security') });
    new ConfinementPolicy('policy');
  });
  const { spec } = one(registered, `${POLICY}Binding`, 'policy-pods-binding').inputs;
  expect(spec.matchResources.namespaceSelector.matchExpressions[0].values).toEqual(['kube-node-lease', 'kube-public', 'kube-system', 'security']);
});

test('each binding follows its policy', async () => {
  const registered = await runProgram(() => { new ConfinementPolicy('policy'); });
  const bindings = registered.filter(({ type }) => type === `${POLICY}Binding`);
  expect(bindings.map(({ dependsOn }) => dependsOn)).toEqual(bindings.map(({ name }) => [one(registered, POLICY, name.replace(/-binding$/, '')).urn]));
  expect(bindings.length).toBeGreaterThan(1);
});

test.each<[string, () => unknown, string]>([
  ['an exemption without a reason', () => new ConfinementPolicy('p', { exemptions: [{ reason: ' ', namespaces: ['a'] }] }),
    'An exemption of ConfinementPolicy "p" has no reason: say why its workloads run without a profile.'],
  ['an exemption of everything', () => new ConfinementPolicy('p', { exemptions: [{ reason: 'all' }] }),
    'The exemption "all" of ConfinementPolicy "p" says of what: give it namespaces, namespaceLabels or podLabels.'],
  ['releases without the API', () => new ConfinementPolicy('p', { kubernetesVersion: '1.29' }),
    'ConfinementPolicy "p" is for Kubernetes releases before 1.30, which have no ValidatingAdmissionPolicy: set "kubernetesVersion" to ">=1.30", or leave the policy out for older clusters.'],
  ['a profile of no node', () => new ConfinementPolicy('p', { profiles: [AppArmorProfile.runtimeDefault()] }),
    'ConfinementPolicy "p" lists RuntimeDefault among its profiles, which is no profile of a node\'s: leave it out; "allowRuntimeDefault" says whether the runtime\'s default is enough.'],
  ['a default for releases that cannot have it', () => new ConfinementPolicy('p', { defaultProfile: AppArmorProfile.runtimeDefault() }),
    'ConfinementPolicy "p" has a default profile, which needs MutatingAdmissionPolicy (Kubernetes 1.36, or 1.34 with its beta switched on): set "kubernetesVersion" to ">=1.36", or confine the program\'s own workloads with confineByDefault({ profile }).'],
  ['a default in no bundle', () => new ConfinementPolicy('p', { defaultProfile: web, kubernetesVersion: '>=1.36' }),
    'ConfinementPolicy "p": the profile "web" is in no AppArmorProfileBundle made before it, so no node would load it'],
  ['a denial log\'s number', () => new DenialLog('log', { windowSeconds: 0.5 }), 'DenialLog "log" has windowSeconds 0.5: give a whole number from 1.'],
  ['a denial log\'s namespace', () => new DenialLog('log', { namespace: 'Audit' }),
    'DenialLog "log" is for the namespace "Audit", which no cluster can have: give at most 63 lower-case letters, digits and "-", with a letter or digit at both ends.'],
])('refuses %s', async (_, make, message) => {
  const said = await refusalOf(make);
  expect(pulumi.RunError.isInstance(said) && said.message).toContain(message);
});
