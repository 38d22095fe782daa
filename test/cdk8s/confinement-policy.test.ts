import { Chart, Testing } from 'cdk8s';
import {
  AppArmorProfile, AppArmorProfileBundle, ConfinementPolicy, ConfinementPolicyProps, KubernetesVersion, PodSecurityLevel, PolicyAction, Rule,
} from '../../src';
import { SCHEMA_RELEASES, validate } from '../support/schemas';

const web = new AppArmorProfile({ name: 'web', rules: [Rule.read('/etc/nginx/**')] });
const REASON = 'Traces other processes';

function synthesised(props: ConfinementPolicyProps, after: (chart: Chart) => void = () => {}): any[] {
  const app = Testing.app();
  const chart = new Chart(app, 'shop', { namespace: 'shop' });
  new ConfinementPolicy(chart, 'policy', props);
  after(chart);
  return Testing.synth(chart);
}

const withBundle = (chart: Chart) => {
  new AppArmorProfileBundle(chart, 'profiles', { profiles: [web], namespace: 'loaders' });
};
const ofKind = (objects: any[], kind: string) => objects.filter((object) => object.kind === kind);
const nameRule = (objects: any[]) => ofKind(objects, 'ValidatingAdmissionPolicy')[0].spec.validations.find((one: any) => one.message.includes('names'));

describe('a ConfinementPolicy', () => {
  it('is four policies and their bindings, in no namespace, each valid', () => {
    const objects = synthesised({ exemptions: [{ podLabels: { a: 'b' }, reason: REASON }] });
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}${metadata.name}`)).toEqual([
      'ValidatingAdmissionPolicy k8s-apparmor-pods', 'ValidatingAdmissionPolicyBinding k8s-apparmor-pods',
      'ValidatingAdmissionPolicy k8s-apparmor-workloads', 'ValidatingAdmissionPolicyBinding k8s-apparmor-workloads',
      'ValidatingAdmissionPolicy k8s-apparmor-cron-jobs', 'ValidatingAdmissionPolicyBinding k8s-apparmor-cron-jobs',
      'ValidatingAdmissionPolicy k8s-apparmor-pod-templates', 'ValidatingAdmissionPolicyBinding k8s-apparmor-pod-templates',
    ]);
    for (const release of SCHEMA_RELEASES) expect(objects.flatMap((object) => validate(object, release))).toEqual([]);
  });

  it('allows every generation of the profiles of a bundle that is added later, and no others', () => {
    const { expression } = nameRule(synthesised({ profiles: [AppArmorProfile.preloaded('node-image')] }, withBundle));
    expect(expression).toContain('["k8s-apparmor.web."]');
    expect(expression).toContain('in ["node-image"]');
  });

  it('allows no Localhost profile at all where there is none', () => {
    expect(nameRule(synthesised({})).expression).toContain('!(false)');
  });

  it('takes any name that a runtime can apply where it is told to', () => {
    expect(nameRule(synthesised({ anyProfile: true }, withBundle)).expression).not.toContain('k8s-apparmor.web.');
  });

  it('leaves the cluster\'s own namespaces and those of loaders alone', () => {
    const binding = ofKind(synthesised({ namespaceLabels: { team: 'shop' } }, withBundle), 'ValidatingAdmissionPolicyBinding')[0];
    expect(binding.spec.matchResources.namespaceSelector).toEqual({
      matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['kube-node-lease', 'kube-public', 'kube-system', 'loaders'] }],
      matchLabels: { team: 'shop' },
    });
  });

  it('says who is exempt and why', () => {
    const [policy] = synthesised({ exemptSystemNamespaces: false, exemptions: [{ podLabels: { a: 'b' }, reason: REASON }] });
    expect(JSON.parse(policy.metadata.annotations['k8s-apparmor.io/exemptions'])).toEqual([{ podLabels: { a: 'b' }, reason: REASON }]);
  });

  it.each([
    ['v1', '1.36'],
    ['v1beta1', '1.34'],
  ])('has a default by the API version %s from Kubernetes %s on', (version, oldest) => {
    const objects = synthesised({ defaultProfile: web, kubernetesVersion: KubernetesVersion.atLeast(oldest) }, withBundle);
    const [policy] = ofKind(objects, 'MutatingAdmissionPolicy');
    expect(policy.apiVersion).toBe(`admissionregistration.k8s.io/${version}`);
    expect(policy.spec.mutations[0].applyConfiguration.expression).toContain(`localhostProfile: "${web.loadedName}"`);
    if (version === 'v1') expect(objects.flatMap((object) => validate(object, '1.37'))).toEqual([]);
  });

  it('fails with a default profile that is in no bundle', () => {
    expect(() => synthesised({ defaultProfile: web, kubernetesVersion: KubernetesVersion.atLeast('1.36') }))
      .toThrow('The profile "web" is in no AppArmorProfileBundle of this app');
  });

  it.each<[string, ConfinementPolicyProps, string]>([
    ['releases without the API', { kubernetesVersion: KubernetesVersion.atLeast('1.28') },
      'The policy "shop/policy" is for Kubernetes releases before 1.30, which have no ValidatingAdmissionPolicy: '
      + 'set kubernetesVersion of the policy to ">=1.30", or leave the policy out for older clusters.'],
    ['a default on releases without that API', { defaultProfile: AppArmorProfile.runtimeDefault() },
      'The policy "shop/policy" has a default profile, which needs MutatingAdmissionPolicy (Kubernetes 1.36, or 1.34 with its beta switched on): '
      + 'set kubernetesVersion of the policy to ">=1.36", or confine by default at synthesis, with Confinement.of(app).byDefault(profile).'],
    ['an exemption without a reason', { exemptions: [{ namespaces: ['x'], reason: ' ' }] },
      'An exemption of the policy "shop/policy" has no reason: say why its workloads run without a profile.'],
    ['an exemption of everything', { exemptions: [{ podLabels: {}, reason: REASON }] },
      `The exemption "${REASON}" of the policy "shop/policy" says of what: give it namespaces, namespaceLabels or podLabels.`],
    ['a profile that is none of a node\'s', { profiles: [AppArmorProfile.runtimeDefault()] },
      'The policy "shop/policy" lists RuntimeDefault among its profiles, which is no profile of a node\'s: '
      + 'leave it out; allowRuntimeDefault says whether the runtime\'s default is enough.'],
    ['denying and warning at once', { actions: [PolicyAction.DENY, PolicyAction.WARN] },
      'The policy "k8s-apparmor" both denies and warns, which the API server refuses, because a denial already says it: leave one of them out.'],
    ['no action', { actions: [] }, 'The policy "k8s-apparmor" has no action: give Deny, Warn or Audit.'],
  ])('refuses %s', (_, props, message) => {
    expect(() => synthesised(props)).toThrow(message);
  });

  it('gives the labels of a namespace that is held to a Pod Security Standard', () => {
    expect(ConfinementPolicy.podSecurityLabels(PodSecurityLevel.BASELINE, 'v1.30')).toEqual({
      'pod-security.kubernetes.io/audit': 'baseline',
      'pod-security.kubernetes.io/audit-version': 'v1.30',
      'pod-security.kubernetes.io/enforce': 'baseline',
      'pod-security.kubernetes.io/enforce-version': 'v1.30',
      'pod-security.kubernetes.io/warn': 'baseline',
      'pod-security.kubernetes.io/warn-version': 'v1.30',
    });
  });
});
