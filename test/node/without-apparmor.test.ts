import { isReady, KubeletNode, statusOf } from './kubelet-node';
import { annotation, auditWrite, e2e, localhost, synthesised } from './node-program';
import { NodeVm } from '../support/real/node-vm';
import { staticPod, shellPod } from '../support/real/static-pod';

jest.setTimeout(1_800_000);

const REJECTED = {
  'rejected-annotation': shellPod('rejected-annotation', 'true', { annotations: annotation(`localhost/${auditWrite.loadedName}`) }),
  'rejected-field': shellPod('rejected-field', 'true', { container: localhost(auditWrite) }),
};

describe('a node whose kernel was booted with AppArmor off', () => {
  const loader = staticPod(synthesised('shop', [e2e, auditWrite]), 'loader');
  let node: KubeletNode;

  beforeAll(async () => {
    node = new KubeletNode(await NodeVm.boot({ kernel: '6.1', files: loader.files, appArmor: false }));
    await node.place({ ...REJECTED, loader: loader.pod });
    await node.vm.must('start-node', 600_000);
  });

  afterAll(async () => node?.vm.stop());

  test.each(Object.keys(REJECTED))('when running without AppArmor, should reject a pod with an AppArmor profile: %s', async (name) => {
    const { status } = await node.pod(name, (pod) => pod.status.phase === 'Failed');
    expect(status.reason).toBe('AppArmor');
    expect(status.message).toContain('AppArmor is not enabled on the host');
  });

  test('the loader runs, is not ready, does not restart, and says what the node lacks', async () => {
    const running = (await node.pod('loader', (pod) => statusOf(pod, 'loader')?.state.running !== undefined));
    await node.vm.until('cat /var/log/pods/default_loader-node1_*/loader/*.log', (log) => log.includes('switched off'));
    expect(isReady(running)).toBe(false);
    expect((await node.events('loader')).filter(({ event }) => event === 'node')).toEqual([
      expect.objectContaining({ level: 'error', message: 'AppArmor is switched off: boot the kernel with apparmor=1 security=apparmor' }),
    ]);
    const pod = (await node.pods()).get('loader')!;
    expect(statusOf(pod, 'loader')?.restartCount).toBe(0);
    expect(isReady(pod)).toBe(false);
  });
});
