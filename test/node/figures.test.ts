import { spawnSync } from 'node:child_process';
import { synthesised } from './node-program';
import { AppArmorProfile, Rule } from '../../src';
import { withoutGeneration } from '../../src/manifests/profile-name';
import { say } from '../support/real/cache';
import { daemonSetOf, loaderCommand, loaderMounts, Manifest, podFiles } from '../support/real/loader-pod';
import { bootVm } from '../support/real/vm';

jest.setTimeout(1_800_000);

const COUNT = Number(process.env.FIGURES_PROFILES ?? 1000);
const IDLE_SECONDS = 60;

const profiles = Array.from({ length: COUNT }, (_, index) => new AppArmorProfile({
  name: `app-${index}`,
  rules: [
    Rule.network(), Rule.capability('net_bind_service'),
    ...Array.from({ length: 4 }, (__, rule) => Rule.read(`/srv/app-${index}/part-${rule}/**`)), Rule.write(`/var/lib/app-${index}/**`),
  ],
}));
const manifests = synthesised('figures', profiles);

/** What the first is called when its content has changed. */
const CHANGED = `${withoutGeneration(profiles[0].loadedName)}.00000001`;

/** A fixed piece of work, here and there: how much slower the emulated machine is. */
const WORK = 'i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done';

/** The command of the container that answers the probe, from the synthesised pod. */
function stateCommand(of: readonly Manifest[]): string {
  const { containers } = daemonSetOf(of).spec.template.spec;
  return containers.find(({ name }: { name: string }) => name === 'state').command.join(' ');
}

const SCRIPT = `
now() { cut -d' ' -f1 /proc/uptime; }
mkdir -p /sys/fs/cgroup; mount -t cgroup2 cgroup2 /sys/fs/cgroup
echo '+memory +cpu' > /sys/fs/cgroup/cgroup.subtree_control; mkdir /sys/fs/cgroup/pod
cpu() { sed -n 's/^usage_usec //p' /sys/fs/cgroup/pod/cpu.stat; }
${loaderMounts(manifests)}
echo "work-begin $(now)"; busybox sh -c '${WORK}'; echo "work-end $(now)"

echo "hand-begin $(now)"; apparmor_parser -rK --config-file /dev/null /profiles; echo "hand-end $(now)"
for name in $(cut -f1 /program/wanted); do printf %s $name > /sys/kernel/security/apparmor/.remove; done
echo 3 > /proc/sys/vm/drop_caches

start() { echo "$1-begin $(now)"
  sh -c 'echo $$ > /sys/fs/cgroup/pod/cgroup.procs; ${loaderCommand(manifests).replace(/'/g, '')} echo $! > /run/loader.pid; wait' &
  while [ ! -e /state/ready ]; do sleep 0.05; done; echo "$1-end $(now)"; }
start loader
echo "loaded $(grep -c '^k8s-apparmor' /sys/kernel/security/apparmor/profiles)"
while [ $(ls /etc/apparmor.d | grep -c '^k8s-apparmor') -lt ${COUNT} ]; do sleep 0.5; done; echo "copies-end $(now)"
kill -9 -$(cat /run/loader.pid); sleep 1; rm /state/ready
TRACING=/sys/kernel/tracing; mount -t tracefs tracefs $TRACING; echo 1 > $TRACING/events/sched/sched_process_exec/enable
# The loader starts a parser, and nothing else, by the host's dynamic linker.
runs() { grep -c 'filename=/host/usr/lib.*/ld-linux' $TRACING/trace; echo > $TRACING/trace; }
# The kernel gives each profile that it loads a number that no other has had.
loaded() { ls /sys/kernel/security/apparmor/policy/profiles > /run/loaded.$1; }
loads() { loaded after; grep -cvxFf /run/loaded.before /run/loaded.after; }
loaded before
start again
echo "again-runs $(runs)"; echo "again-loads $(loads)"
kill -9 -$(cat /run/loader.pid); sleep 1; rm -rf /state/*
mv /profiles/${profiles[0].loadedName} /profiles/${CHANGED}; sed -i 's/${profiles[0].loadedName}/${CHANGED}/g' /profiles/${CHANGED} /program/wanted
loaded before
start changed
echo "changed-runs $(runs)"; echo "changed-loads $(loads)"
echo 0 > $TRACING/events/sched/sched_process_exec/enable
sh -c 'echo $$ > /sys/fs/cgroup/pod/cgroup.procs; exec busybox ${stateCommand(manifests)}' &
sleep 20
echo 3 > /proc/sys/vm/drop_caches
echo "cpu-begin $(cpu)"
for i in $(seq ${IDLE_SECONDS / 10}); do sleep 10; busybox wget -qO /dev/null http://127.0.0.1:9871/ready || echo "not ready"; done
echo "cpu-end $(cpu)"
echo "memory $(cat /sys/fs/cgroup/pod/memory.current)"
sed 's/^/memory-/' /sys/fs/cgroup/pod/memory.stat
echo "processes $(wc -l < /sys/fs/cgroup/pod/cgroup.procs)"
`;

const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(2);

test('figures: a thousand profiles against the parser by hand, a second start, memory and processor time at rest', async () => {
  const begin = Date.now();
  spawnSync('busybox', ['sh', '-c', WORK]);
  const here = (Date.now() - begin) / 1000;
  const run = await bootVm({ kernel: '6.1', files: podFiles(manifests), script: SCRIPT, packages: ['util-linux'], timeoutMs: 1_700_000, memoryMb: 2048 });
  const seen = Object.fromEntries(run.output.split('\n').map((line) => line.split(' ')).map(([name, value]) => [name, Number(value)]));
  const span = (name: string) => seen[`${name}-end`] - seen[`${name}-begin`];
  if (run.code !== 0) throw new Error(run.output.slice(-4000));
  const slower = span('work') / here;
  say(`the emulated machine is ${slower.toFixed(1)} times slower than this one`);
  say(`${COUNT} profiles: apparmor_parser -r by hand ${span('hand').toFixed(1)} s, loader to ready ${span('loader').toFixed(1)} s: ratio ${(span('loader') / span('hand')).toFixed(2)}`);
  say(`${COUNT} profiles: copies for the next boot ${(seen['copies-end'] - seen['loader-end']).toFixed(1)} s after ready; a second start to ready ${span('again').toFixed(1)} s`);
  say(`${COUNT} profiles: a second start ran the parser ${seen['again-runs']} times for ${seen['again-loads']} profiles; a new pod with one of them changed, to ready in ${span('changed').toFixed(1)} s, ${seen['changed-runs']} times (first for its version) for ${seen['changed-loads']}`);
  const share = span('cpu') / 1e6 / IDLE_SECONDS;
  say(`at rest, with a probe every 10 s: ${(share * 100).toFixed(3)} % of an emulated core, about ${(share * 100 / slower).toFixed(4)} % of this machine's`);
  const own = seen.memory - seen['memory-shmem'] - seen['memory-slab_reclaimable'];
  say(`at rest: ${mebibytes(own)} MiB, of which ${mebibytes(seen['memory-anon'])} are its ${seen.processes} processes' own`);
  say(`beside it, by profile: ${mebibytes(seen['memory-shmem'])} MiB of copies, as this machine's disk is in memory, and ${mebibytes(seen['memory-slab_reclaimable'])} MiB of `
    + "the kernel's tables of files and profiles");
  expect(seen.loaded).toBe(COUNT);
  expect([seen['again-runs'], seen['again-loads']]).toEqual([0, 0]);
  expect([seen['changed-runs'], seen['changed-loads']]).toEqual([2, 1]);
  expect(own).toBeLessThan(10 * 2 ** 20);
  expect(run.output).not.toContain('not ready');
});
