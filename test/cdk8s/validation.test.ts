import { ApiObject, Chart, Testing } from 'cdk8s';
import { AppArmorProfile, AppArmorProfileBundle, Confinement, ConfinementValidation, type ConfinementValidationProps, Rule } from '../../src';

const web = new AppArmorProfile({ name: 'web', rules: [Rule.read('/srv/**')] });

interface Report {
  readonly violations: any[];
  readonly status?: string;
}

/** What the CLI would show for the chart's objects, as its `ValidationReport` is filled. */
async function validate(fill: (chart: Chart) => void, props?: ConfinementValidationProps): Promise<Report> {
  const chart = new Chart(Testing.app(), 'shop');
  fill(chart);
  return validateObjects(Testing.synth(chart), props);
}

async function validateObjects(objects: unknown[], props?: ConfinementValidationProps): Promise<Report> {
  const violations: any[] = [];
  let status: string | undefined;
  await new ConfinementValidation(props).validate({
    manifests: ['dist/shop.k8s.yaml'],
    parseManifest: () => objects,
    report: { addViolation: (violation: any) => violations.push(violation), submit: (given: string) => { status = given; } },
  });
  return { violations, status };
}

function deployment(chart: Chart, securityContext?: object): void {
  const containers = [{ name: 'web', image: 'nginx' }, { name: 'side', image: 'busybox' }];
  new ApiObject(chart, 'web', {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { template: { spec: { containers, securityContext } } },
  });
}

test('a confined app passes', async () => {
  expect(await validate((chart) => {
    deployment(chart);
    new AppArmorProfileBundle(chart, 'profiles', { profiles: [web] });
    Confinement.of(chart).byDefault(web);
  })).toEqual({ violations: [], status: 'success' });
});

test('an unconfined workload fails, container by container', async () => {
  expect(await validate((chart) => deployment(chart))).toEqual({
    status: 'failure',
    violations: [{
      ruleName: 'unconfined-workload',
      recommendation: 'Every container should name an AppArmor profile.',
      fix: 'Confine it with Confinement.of(app).byDefault(profile), or list it with a reason under "exempt".',
      violatingResources: [{
        resourceName: 'Deployment/web', manifestPath: 'dist/shop.k8s.yaml', locations: ['containers[0] (web): no profile', 'containers[1] (side): no profile'],
      }],
    }],
  });
});

test('Unconfined is unconfined', async () => {
  const { violations } = await validate((chart) => deployment(chart, { appArmorProfile: { type: 'Unconfined' } }));
  expect(violations[0].violatingResources[0].locations[0]).toBe('containers[0] (web): Unconfined');
});

test.each([[{}, 'failure'], [{ profiles: [web.loadedName] }, 'success']])('a profile that no bundle of the app carries: %j', async (props, status) => {
  const report = await validate((chart) => deployment(chart, { appArmorProfile: { type: 'Localhost', localhostProfile: web.loadedName } }), props);
  expect(report.status).toBe(status);
  expect(report.violations.map(({ ruleName }) => ruleName)).toEqual(status === 'failure' ? ['missing-bundle'] : []);
});

test('a profile that nodes bring is not looked for', async () => {
  const report = await validate((chart) => deployment(chart, { appArmorProfile: { type: 'Localhost', localhostProfile: 'docker-default' } }));
  expect(report.status).toBe('success');
});

test('lints speak of the distributed profiles; only errors fail', async () => {
  const risky = new AppArmorProfile({ name: 'risky', rules: [Rule.capability('sys_module'), Rule.write('/etc/**')] });
  const report = await validate((chart) => { new AppArmorProfileBundle(chart, 'profiles', { profiles: [risky] }); });
  const expected = risky.lint();
  expect(expected.length).toBeGreaterThan(0);
  expect(report.violations.map(({ ruleName }) => ruleName).sort()).toEqual([...new Set(expected.map(({ id }) => `lint-${id}`))].sort());
  expect(report.status).toBe(expected.some(({ level }) => level === 'error') ? 'failure' : 'success');
  expect(report.violations[0].violatingResources[0].locations[0]).toContain(`data["${risky.loadedName}"] line `);
});

test.each([[{ name: 'web' }, true], [{ kind: 'Deployment', namespace: 'other' }, false]])('the exemption %j', async (selector, exempt) => {
  const { status } = await validate((chart) => deployment(chart), { exempt: [{ ...selector, reason: 'goes away' }] });
  expect(status).toBe(exempt ? 'success' : 'failure');
});

test('an exemption needs a reason', () => {
  expect(() => new ConfinementValidation({ exempt: [{ name: 'web', reason: ' ' }] }))
    .toThrow('The exemption of {"name":"web"} in cdk8s.yaml has no reason: say why it runs without a profile.');
});

const KEY = 'container.apparmor.security.beta.kubernetes.io/';

test('what an API server will refuse is told in its words, for Windows pods too', async () => {
  const spec = (more: object) => ({ containers: [{ name: 'web', image: 'nginx' }], ...more });
  const { violations, status } = await validateObjects([
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'old' },
      spec: {
        template: {
          metadata: { annotations: { [`${KEY}web`]: 'runtime/default', [`${KEY}wbe`]: 'docker/default' } }, spec: spec({ securityContext: { appArmorProfile: { type: 'Localhost', localhostProfile: 'x' } } }),
        },
      },
    },
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'win' }, spec: spec({ os: { name: 'windows' }, securityContext: { appArmorProfile: { type: 'RuntimeDefault' } } }) },
  ]);
  expect(status).toBe('failure');
  expect(violations.map(({ ruleName }) => ruleName)).toEqual(['refused-by-the-api-server']);
  expect(violations[0].violatingResources.map(({ resourceName, locations }: any) => [resourceName, ...locations])).toEqual([
    ['Deployment/old', `spec.template.annotations[${KEY}wbe]: Invalid value: "wbe": container not found`,
      `spec.template.annotations[${KEY}wbe]: Invalid value: "docker/default": invalid AppArmor profile name: "docker/default"`,
      'spec.template.spec.containers[0].securityContext.appArmorProfile.type: Forbidden: apparmor type in annotation and field must match'],
    ['Pod/win', 'spec.securityContext.appArmorProfile: Forbidden: cannot be set for a windows pod'],
  ]);
});

test('pods in custom resources are named and do not fail, unless they are confined or exempt', async () => {
  const rollout = (name: string, securityContext?: object) => ({
    apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata: { name }, spec: { template: { spec: { securityContext, containers: [{ name: 'web', image: 'nginx' }] } } },
  });
  const objects = [rollout('open'), rollout('held', { appArmorProfile: { type: 'RuntimeDefault' } }), rollout('old')];
  const { violations, status } = await validateObjects(objects, { exempt: [{ kind: 'Rollout', name: 'old', reason: 'goes away' }] });
  expect(status).toBe('success');
  expect(violations).toEqual([expect.objectContaining({
    ruleName: 'unreached-template',
    violatingResources: [{ resourceName: 'Rollout/open', manifestPath: 'dist/shop.k8s.yaml', locations: ['spec.template.spec.containers[0] (web): no profile'] }],
  })]);
});

test('empty documents and objects of other kinds are no matter', async () => {
  expect(await validateObjects([null, 'text', { kind: 'ConfigMap', data: null }, { apiVersion: 'x/v1', kind: 'Job', spec: { template: { spec: {} } } }]))
    .toEqual({ violations: [], status: 'success' });
});
