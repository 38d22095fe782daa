import { spawnSync } from 'node:child_process';
import { synthesised } from './node-program';
import { AppArmorProfile, Rule } from '../../src';
import { say } from '../support/real/cache';
import { loaderCommand, loaderDaemonSetOf, loaderFiles, loaderMounts, Manifest } from '../support/real/loader-pod';
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

/** A fixed piece of work, here and there: how much slower the emulated machine is. */
const WORK = 'i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done';

/** The command of the container that answers the probe, from the synthesised pod. */
function stateCommand(of: readonly Manifest[]): string {
  const { containers } = loaderDaemonSetOf(of).spec.template.spec;
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
start again
sh -c 'echo $$ > /sys/fs/cgroup/pod/cgroup.procs; exec busybox ${stateCommand(manifests)}' &
sleep 20
echo 3 > /proc/sys/vm/drop_caches
echo "cpu-begin $(cpu)"
for i in $(seq ${IDLE_SECONDS / 10}); do sleep 10; busybox wget -qO /dev/null http://127.0.0.1:9871/ready || echo "not ready"; done
echo "cpu-end $(cpu)"
echo "memory $(cat /sys/fs/cgroup/pod/memory.current)"
echo "anonymous $(sed -n 's/^anon //p' /sys/fs/cgroup/pod/memory.stat)"
echo "processes $(wc -l < /sys/fs/cgroup/pod/cgroup.procs)"
`;

test('figures: a thousand profiles against the parser by hand, a second start, memory and processor time at rest', async () => {
  const begin = Date.now();
  spawnSync('busybox', ['sh', '-c', WORK]);
  const here = (Date.now() - begin) / 1000;
  const run = await bootVm({ kernel: '6.1', files: loaderFiles(manifests), script: SCRIPT, packages: ['util-linux'], timeoutMs: 1_700_000, memoryMb: 2048 });
  const seen = Object.fromEntries(run.output.split('\n').map((line) => line.split(' ')).map(([name, value]) => [name, Number(value)]));
  const span = (name: string) => seen[`${name}-end`] - seen[`${name}-begin`];
  if (run.code !== 0) throw new Error(run.output.slice(-4000));
  const slower = span('work') / here;
  say(`the emulated machine is ${slower.toFixed(1)} times slower than this one`);
  say(`${COUNT} profiles: apparmor_parser -r by hand ${span('hand').toFixed(1)} s, loader to ready ${span('loader').toFixed(1)} s: ratio ${(span('loader') / span('hand')).toFixed(2)}`);
  say(`${COUNT} profiles: copies for the next boot ${(seen['copies-end'] - seen['loader-end']).toFixed(1)} s after ready; a second start to ready ${span('again').toFixed(1)} s`);
  const share = span('cpu') / 1e6 / IDLE_SECONDS;
  say(`at rest, with a probe every 10 s: ${(share * 100).toFixed(3)} % of an emulated core, about ${(share * 100 / slower).toFixed(4)} % of this machine's`);
  say(`at rest: ${(seen.memory / 2 ** 20).toFixed(1)} MiB with caches, ${(seen.anonymous / 2 ** 20).toFixed(2)} MiB of its own, ${seen.processes} processes`);
  expect(seen.loaded).toBe(COUNT);
  expect(seen.memory).toBeLessThan(10 * 2 ** 20);
  expect(run.output).not.toContain('not ready');
});
