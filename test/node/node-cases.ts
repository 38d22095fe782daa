import { isOver, isReady, KubeletNode, statusOf, waitsFor } from './kubelet-node';
import { annotation, audited, auditWrite, denialLog, denyWrite, e2e, EVERYTHING, extra, localhost, synthesised } from './node-program';
import { AppArmorProfile, Rule } from '../../src';
import { say } from '../support/real/cache';
import { NodeVm } from '../support/real/node-vm';
import { staticPod, shellPod } from '../support/real/static-pod';
import { Kernel } from '../support/real/vm';

const E2E = 'touch /expect_permission_denied && exit 1; touch /expect_allowed_write || exit 2; cat /proc/self/attr/current';
const E2E_NODE = 'touch /tmp/file || exit 1; cat /proc/self/attr/current';
const STAYS = 'while sleep 1; do :; done';
const NOPE = 'k8s-apparmor.nope.00000000';

/** Kubernetes' own cases: `test/e2e/node/apparmor.go` and `test/e2e_node/apparmor_test.go`, by their names there. */
const UPSTREAM: Record<string, { pod: object; phase: string; says?: string }> = {
  'should enforce an AppArmor profile specified on the pod':
    { pod: shellPod('e2e-pod', E2E, { pod: localhost(e2e) }), phase: 'Succeeded', says: `${e2e.loadedName} (enforce)` },
  'should enforce an AppArmor profile specified on the container':
    { pod: shellPod('e2e-container', E2E, { container: localhost(e2e) }), phase: 'Succeeded', says: `${e2e.loadedName} (enforce)` },
  'should enforce an AppArmor profile specified in annotations':
    { pod: shellPod('e2e-annotation', E2E, { annotations: annotation(`localhost/${e2e.loadedName}`) }), phase: 'Succeeded', says: `${e2e.loadedName} (enforce)` },
  'can disable an AppArmor profile, using unconfined': {
    pod: shellPod('e2e-unconfined', "cat /proc/sysrq-trigger 2>&1 | grep 'Input/output error' || exit 1; cat /proc/self/attr/current", {
      pod: localhost(e2e), container: { type: 'Unconfined' },
    }),
    phase: 'Succeeded',
    says: 'unconfined',
  },
  'when running with AppArmor, should enforce a profile blocking writes, in annotations':
    { pod: shellPod('deny-annotation', E2E_NODE, { annotations: annotation(`localhost/${denyWrite.loadedName}`) }), phase: 'Failed', says: 'Permission denied' },
  'when running with AppArmor, should enforce a profile blocking writes, in fields':
    { pod: shellPod('deny-field', E2E_NODE, { container: localhost(denyWrite) }), phase: 'Failed', says: 'Permission denied' },
  'when running with AppArmor, should enforce a permissive profile, in annotations':
    { pod: shellPod('audit-annotation', E2E_NODE, { annotations: annotation(`localhost/${auditWrite.loadedName}`) }), phase: 'Succeeded', says: `${auditWrite.loadedName} (enforce)` },
  'when running with AppArmor, should enforce a permissive profile, in fields':
    { pod: shellPod('audit-field', E2E_NODE, { container: localhost(auditWrite) }), phase: 'Succeeded', says: `${auditWrite.loadedName} (enforce)` },
};

const REJECTED = {
  'unloaded-annotation': shellPod('unloaded-annotation', E2E_NODE, { annotations: annotation(`localhost/${NOPE}`) }),
  'unloaded-field': shellPod('unloaded-field', E2E_NODE, { container: { type: 'Localhost', localhostProfile: NOPE } }),
};

/** More denials of one kind, and more kinds of denial, than the log writes. */
const SAME = 50;
const OTHERS = 12;
const LINES_PER_WINDOW = 5;
/** The first are of a process that lives on, the others of one that ends with them. */
const DENIED = [
  `for n in $(seq ${SAME}); do true > /tmp/secret; done 2> /dev/null`,
  `(for n in $(seq ${OTHERS}); do true > /tmp/other$n; done) 2> /dev/null`,
  'exec sleep 1000000',
].join('; ');

const sleep = async (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const nameOf = (pod: any): string => pod.metadata.name;

/** What must hold on a node with this kernel, and with the container runtime and the parser that belong to it: tests, for a `describe`. */
export function nodeCases(kernel: Kernel): void {
  const first = staticPod(synthesised('shop', [e2e, denyWrite, auditWrite, audited]), 'loader');
  // Of the same bundle: a new pod after nothing changed, and one after one profile did.
  const again = { ...first.pod, metadata: { ...first.pod.metadata, name: 'loader-again' } };
  const changed = new AppArmorProfile({ name: 'deny-write', rules: [...EVERYTHING, Rule.write('/tmp/*').deny()] });
  const next = staticPod(synthesised('shop', [e2e, changed, auditWrite, audited]), 'loader-next');
  const log = staticPod(denialLog({ windowSeconds: 5, linesPerWindow: LINES_PER_WINDOW }), 'denial-log');
  const second = staticPod(synthesised('other', [denyWrite, extra]), 'other-loader');
  let node: KubeletNode;
  const begin = Date.now();

  const listed = async () => node.vm.must('cat /sys/kernel/security/apparmor/profiles');
  const lap = (what: string, since: number) => say(`kernel ${kernel}: ${what}: ${((Date.now() - since) / 1000).toFixed(1)} s`);

  beforeAll(async () => {
    // In the other bundle one profile is broken on its way: cut off in the middle.
    const broken = Object.keys(second.files).find((path) => path.endsWith(extra.loadedName))!;
    second.files[broken] = String(second.files[broken]).replace(/\}\s*$/, '  /etc/passwd q,\n}\n');
    node = new KubeletNode(await NodeVm.boot({ kernel, files: { ...first.files, ...next.files, ...log.files, ...second.files } }));
    await node.place({ 'early': shellPod('early', STAYS, { pod: localhost(e2e), restartPolicy: 'Always' }), ...REJECTED, 'denial-log': log.pod });
    await node.vm.must('start-node', 600_000);
    lap('power-on to kubelet', begin);
  });

  afterAll(async () => {
    await node?.vm.stop();
    lap('all cases', begin);
  });

  test.each(Object.keys(REJECTED))('when running with AppArmor, should reject an unloaded profile: %s', async (name) => {
    const pod = await node.pod(name, (seen) => waitsFor(seen)?.reason === 'CreateContainerError');
    expect(waitsFor(pod)?.message).toContain('apparmor');
    expect(waitsFor(pod)?.message).toContain(NOPE);
  });

  test('a workload that came before its profile waits, and starts by itself once the loader is there', async () => {
    await node.pod('early', (seen) => waitsFor(seen)?.reason === 'CreateContainerError');
    expect(await listed()).not.toContain(e2e.loadedName);
    const since = Date.now();
    await node.place({ loader: first.pod });
    await node.pod('loader', isReady);
    lap('loader placed to ready', since);
    await node.pod('early', (seen) => statusOf(seen, 'test')?.state.running !== undefined);
    lap('loader placed to the waiting workload running', since);
    const [process] = await node.processes('early', 'test');
    expect(await node.vm.must(`cat /proc/${process}/attr/current`)).toBe(`${e2e.loadedName} (enforce)`);
  });

  test('the loader has one capability, no new privileges, a system call filter, and cannot write where it must not', async () => {
    const [process] = await node.processes('loader', 'loader');
    const status = await node.vm.must(`grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/${process}/status`);
    expect(status.split('\n').map((line) => line.split(/\s+/))).toEqual([
      ['CapEff:', '0000000200000000'], ['CapBnd:', '0000000200000000'], ['NoNewPrivs:', '1'], ['Seccomp:', '2'],
    ]);
    const writes = await node.vm.must(`for path in /host/usr/x /program/x /profiles/x /x /host/etc/apparmor.d/x; do
      nsenter -t ${process} -m busybox touch $path 2>/dev/null && echo "$path written" || echo "$path refused"; done; rm -f /etc/apparmor.d/x`);
    expect(writes.split('\n')).toEqual(['/host/usr/x refused', '/program/x refused', '/profiles/x refused', '/x refused', '/host/etc/apparmor.d/x written']);
  });

  describe('the denial log beside the loader', () => {
    let lines: any[];
    const sum = (found: any[], key: string) => found.reduce((total, line) => total + (line[key] ?? 0), 0);
    const written = async () => (await node.log('denial-log', 'denial-log')).split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));

    beforeAll(async () => {
      await node.pod('denial-log', isReady);
      for (let i = 0; i < 120 && !(await written()).some(({ message }) => message?.includes('transport')); i++) await sleep(500);
      const since = Date.now();
      await node.place({ denied: shellPod('denied', DENIED, { container: localhost(audited), restartPolicy: 'Always' }) });
      await node.pod('denied', (seen) => statusOf(seen, 'test')?.state.running !== undefined);
      const ours = (line: any) => line.profile === audited.loadedName || line.suppressed !== undefined;
      for (let i = 0; i < 120; i++) {
        lines = (await written()).filter(ours);
        if (sum(lines, 'count') + sum(lines, 'suppressed') >= SAME + OTHERS) break;
        await sleep(500);
      }
      say(`kernel ${kernel}: ${SAME + OTHERS} denials: ${lines.length} lines of the denial log, ${sum(lines, 'suppressed')} records only counted`);
      lap('a pod placed to all its denials told', since);
    });

    test('it runs without a capability, under the runtime\'s own profile, and writes nothing on the node', async () => {
      const [process] = await node.processes('denial-log', 'denial-log');
      const status = await node.vm.must(`grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/${process}/status; cat /proc/${process}/attr/current`);
      expect(status.split('\n').map((line) => line.split(/\s+/))).toEqual([
        ['CapEff:', '0000000000000000'], ['CapBnd:', '0000000000000000'], ['NoNewPrivs:', '1'], ['Seccomp:', '2'],
        ['cri-containerd.apparmor.d', '(enforce)'],
      ]);
      const writes = await node.vm.must(`nsenter -t ${process} -m busybox sh -c 'for path in / /program /host/usr /host/containers /host/journal/volatile; do
        busybox touch $path/x 2> /dev/null && echo "$path written"; done; true'`);
      expect(writes).toBe('');
    });

    test('it reads the audit transport of the node\'s journal', async () => {
      expect(await written()).toContainEqual({ kind: 'denial-log', node: 'node1', message: 'reads the audit transport of the journal' });
    });

    test('equal denials are one line with their number', () => {
      const secrets = lines.filter(({ name }) => name === '/tmp/secret');
      expect(secrets[0]).toMatchObject({ kind: 'apparmor', node: 'node1', event: 'DENIED', profile: audited.loadedName });
      expect(secrets[0].containerId).toMatch(/^[0-9a-f]{64}$/);
      expect(sum(secrets, 'count')).toBe(SAME);
      expect(secrets.length).toBeLessThan(SAME / 5);
    });

    test('each line has pod, namespace and container, also of a process that has ended', () => {
      const told = lines.filter(({ kind }) => kind === 'apparmor');
      expect(told.map(({ namespace, pod, container }) => [namespace, pod, container].join('/'))).toEqual(told.map(() => 'default/denied-node1/test'));
      say(`kernel ${kernel}: ${told.filter(({ attributedBy }) => attributedBy).length} of ${told.length} lines have their pod by the profile`);
    });

    test('above its limit records are counted, and none is lost', () => {
      const others = lines.filter(({ name }) => name?.startsWith('/tmp/other'));
      expect(others.length).toBeGreaterThan(0);
      expect(sum(lines, 'suppressed')).toBeGreaterThan(0);
      expect(sum(others, 'count') + sum(lines, 'suppressed')).toBe(OTHERS);
    });
  });

  describe("Kubernetes' own cases", () => {
    beforeAll(async () => {
      const since = Date.now();
      await node.place(Object.fromEntries(Object.values(UPSTREAM).map(({ pod }) => [nameOf(pod), pod])));
      for (const { pod } of Object.values(UPSTREAM)) await node.pod(nameOf(pod), isOver, 600_000);
      lap("Kubernetes' own cases", since);
    });

    test.each(Object.entries(UPSTREAM))('%s', async (_, { pod, phase, says }) => {
      const name = nameOf(pod);
      const seen = { phase: (await node.pods()).get(name)?.status.phase, log: await node.log(name) };
      expect(seen).toEqual({ phase, log: expect.stringContaining(says!) });
    });
  });

  test('aa-remove-unknown leaves the profiles and what runs under them alone, because of the copies', async () => {
    await node.vm.until(`ls /etc/apparmor.d/${e2e.loadedName}`, (output) => !output.includes('cannot'));
    const { output } = await node.vm.run('aa-remove-unknown');
    say(`kernel ${kernel}: aa-remove-unknown: ${output.trim().split('\n').join(' | ')}`);
    expect(output).not.toContain('k8s-apparmor');
    expect(await listed()).toContain(`${e2e.loadedName} (enforce)`);
    const [process] = await node.processes('early', 'test');
    expect(await node.vm.must(`cat /proc/${process}/attr/current`)).toBe(`${e2e.loadedName} (enforce)`);
  });

  test('a profile removed by hand is back in seconds, and the loader says that what ran under it is unconfined', async () => {
    const [process] = await node.processes('early', 'test');
    const seconds = await node.vm.must(`
      profiles=/sys/kernel/security/apparmor/profiles; begin=$(date +%s%N)
      printf %s ${e2e.loadedName} > /sys/kernel/security/apparmor/.remove
      for i in $(seq 2000); do grep -q '^${e2e.loadedName} ' $profiles && break; done
      grep -q '^${e2e.loadedName} ' $profiles && echo $(( ($(date +%s%N) - begin) / 1000000 ))`);
    say(`kernel ${kernel}: removed by hand: back after ${seconds} ms (emulated)`);
    expect(Number(seconds)).toBeLessThan(60_000);
    expect(await node.vm.must(`cat /proc/${process}/attr/current`)).toBe('unconfined');
    await node.pod('loader', isReady);
    const removed = (await node.events('loader')).filter(({ event }) => event === 'removed');
    const message = expect.stringContaining('restart the pods');
    expect(removed).toEqual([expect.objectContaining({ level: 'error', profile: e2e.loadedName, message })]);
    const state = JSON.parse(await node.vm.must(`busybox wget -qO- http://$(nsenter -t ${(await node.processes('loader', 'state'))[0]} -n hostname -I 2>/dev/null | cut -d' ' -f1):9871/state.json`));
    expect(state).toMatchObject({ ready: true, removed: [{ profile: e2e.loadedName, times: 1 }] });
    await node.vm.must(`kill -9 ${process}`);
    await node.vm.until('pid=$(pgrep -f \'while sleep 1\' | head -1); cat /proc/$pid/attr/current', (output) => output.includes(e2e.loadedName));
  });

  test('a broken profile in a second bundle: its good one is loaded, it stays unready, says why, does not restart; the first bundle goes on', async () => {
    await node.place({ 'other-loader': second.pod });
    const events = async () => (await node.events('other-loader')).filter(({ event }) => event === 'failed');
    await node.pod('other-loader', (pod) => statusOf(pod, 'loader')?.state.running !== undefined);
    for (let i = 0; i < 60 && (await events()).length === 0; i++) await sleep(500);
    const message = expect.stringMatching(/refused it \(exit code 1\).*AppArmor parser error/s);
    expect(await events()).toEqual([expect.objectContaining({ profile: extra.loadedName, message })]);
    const pods = await node.pods();
    expect(isReady(pods.get('other-loader')!)).toBe(false);
    expect(statusOf(pods.get('other-loader')!, 'loader')?.restartCount).toBe(0);
    expect(isReady(pods.get('loader')!)).toBe(true);
    expect(await listed()).not.toContain(extra.loadedName);
    // The profile that both want has both marks in its copy.
    await node.vm.until(`grep -c '^# k8s-apparmor: copy for bundle ' /etc/apparmor.d/${denyWrite.loadedName}`, (output) => output.trim() === '2');
    expect(await node.vm.must('ls -A /etc/apparmor.d | grep -c "^.k8s-apparmor.*tmp" || true')).toBe('0');
    await node.remove('other-loader');
  });

  test('a new pod of the loader compiles nothing that did not change, and writes no copy anew', async () => {
    const copies = async () => node.vm.must('stat -c "%n %i %Y" /etc/apparmor.d/k8s-apparmor.*');
    const before = await copies();
    const seen = await node.compiledDuring(async () => {
      await node.remove('loader');
      await node.place({ 'loader-again': again });
      await node.pod('loader-again', isReady);
      await node.vm.until('cat /var/log/pods/default_loader-again-node1_*/loader/*.log', (text) => text.includes('"event":"state"'));
    });
    say(`kernel ${kernel}: the loader's pod replaced, nothing changed: the parser ran ${seen.parserRuns} times, ${seen.loaded.length} profiles loaded`);
    expect(seen).toEqual({ parserRuns: 0, loaded: [] });
    expect(await copies()).toBe(before);
  });

  test('where one of its profiles changed it compiles that one', async () => {
    const seen = await node.compiledDuring(async () => {
      await node.remove('loader-again');
      await node.place({ 'loader-next': next.pod });
      await node.pod('loader-next', isReady);
    });
    say(`kernel ${kernel}: the loader's pod replaced, one profile changed: the parser ran ${seen.parserRuns} times (first for its version), loaded: ${seen.loaded.join(', ')}`);
    expect(seen).toEqual({ parserRuns: 2, loaded: [changed.loadedName] });
  });

  test('after a reboot without the loader the profiles are there before the kubelet, and the workload runs confined', async () => {
    await node.remove('loader-next');
    const seconds = await node.vm.reboot();
    const before = await listed();
    expect(before).toContain(`${e2e.loadedName} (enforce)`);
    expect(before).toContain(`${auditWrite.loadedName} (enforce)`);
    await node.vm.must('start-node', 600_000);
    const times = await node.vm.must('cat /run/apparmor-loaded /run/kubelet-started');
    say(`kernel ${kernel}: reboot ${seconds.toFixed(1)} s; profiles loaded and kubelet started at ${times.split('\n').join(' and ')} s of uptime`);
    const [loaded, kubelet] = times.split('\n').map(Number);
    expect(loaded).toBeLessThan(kubelet);
    await node.pod('early', (seen) => statusOf(seen, 'test')?.state.running !== undefined, 600_000);
    const [process] = await node.processes('early', 'test');
    expect(await node.vm.must(`cat /proc/${process}/attr/current`)).toBe(`${e2e.loadedName} (enforce)`);
  });
}
