import { one, type Registered, runProgram } from '../support/pulumi-program';

const profileOf = (registered: readonly Registered[], name: string) =>
  one(registered, 'kubernetes:apps/v1:Deployment', name).inputs.spec.template.spec.securityContext?.appArmorProfile;

test('the Pulumi example confines its own pods and everything else, but for what is exempt', async () => {
  const registered = await runProgram(() => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    require('../../examples/pulumi-typescript/index');
  });
  expect(profileOf(registered, 'web')).toEqual({ type: 'Localhost', localhostProfile: expect.stringMatching(/^k8s-apparmor\.web\.[0-9a-f]{8}$/) });
  expect(profileOf(registered, 'worker')).toEqual({ type: 'RuntimeDefault' });
  expect(profileOf(registered, 'legacy')).toBeUndefined();
  expect(one(registered, 'kubernetes:apps/v1:Deployment', 'web').dependsOn).toEqual([one(registered, 'kubernetes:apps/v1:DaemonSet').urn]);
  expect(one(registered, 'kubernetes:apps/v1:Deployment', 'web').inputs.spec.template.spec.affinity).toBeDefined();
});
