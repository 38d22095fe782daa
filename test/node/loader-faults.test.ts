import { synthesised } from './node-program';
import { AppArmorProfile, Rule } from '../../src';
import { say } from '../support/real/cache';
import { loaderCommand, loaderMounts, podFiles } from '../support/real/loader-pod';
import { bootVm, Kernel, VmResult } from '../support/real/vm';

jest.setTimeout(1_800_000);

const profiles = ['guard', 'one', 'two', 'three'].map((name) => new AppArmorProfile({ name, rules: [Rule.file(), Rule.network(), Rule.capability()] }));
const [guard, one, two, three] = profiles.map((profile) => profile.loadedName);
const manifests = synthesised('faults', profiles);
const files = podFiles(manifests);

const SCRIPT = `
${loaderMounts(manifests)}
AA=/sys/kernel/security/apparmor
start() { ${loaderCommand(manifests, 'TICK=1')}
  LOADER=$!; }
# Before it has a process group of its own it is one process.
stop() { kill -9 -$LOADER 2>/dev/null || kill -9 $LOADER; wait $LOADER 2>/dev/null; over; }
# Its children are gone only some time after they were killed.
over() { for i in $(seq 100); do kill -0 -$LOADER 2>/dev/null || return 0; usleep 20000; done; }
pod() { rm -rf /state/*; : > /run/loader.log; }
fresh() { pod; rm -f /etc/apparmor.d/.k8s-apparmor.*.boot; }
await() { for i in $(seq 300); do grep -q "$1" $2 2>/dev/null && return 0; sleep 0.1; done; return 1; }
ready() { for i in $(seq 300); do [ -e /state/ready ] && return 0; sleep 0.1; done; return 1; }
gone() { for name; do printf %s $name > $AA/.remove; done; }
show() { echo "== $1"; echo "alive $(kill -0 $LOADER 2>/dev/null && echo yes || echo no)"; echo "ready $([ -e /state/ready ] && echo yes || echo no)"; cat /state/state.json; }
# Every copy that is there is as the first start wrote it: no draft, nothing cut off.
whole() { md5sum /etc/apparmor.d/k8s-apparmor.* 2>/dev/null | grep -vxFf /run/sums | sed 's/^/not whole: /'; ls -d /etc/apparmor.d/.k8s-apparmor.*.tmp 2>/dev/null; }

start; ready; await '"event":"copied"' /run/loader.log
md5sum /etc/apparmor.d/k8s-apparmor.* > /run/sums
echo "== guard before"
sh -c 'echo "exec ${guard}" > /proc/self/attr/exec; exec sleep 1000' & GUARDED=$!
sleep 0.5; cat /proc/$GUARDED/attr/current
show first
stop

echo "== killed"
for i in $(seq 50); do
  case $((i % 3)) in 0) gone ${one} ${two} ${three};; 1) rm -f /etc/apparmor.d/k8s-apparmor.*; gone ${two};; esac 2>/dev/null
  start; usleep $(( $(od -An -N2 -tu2 /dev/urandom) * 20 )); stop; whole | grep whole
done
echo "kills 50"
gone ${one} 2>/dev/null
start; ready; sleep 3; whole
show 'after the kills'
grep -c ' (enforce)' $AA/profiles; ls -A /etc/apparmor.d | grep k8s-apparmor | grep -v '\.boot$'
echo "== guard after"; cat /proc/$GUARDED/attr/current

echo "== removed by hand"
stop; fresh; start; ready
gone ${one}; await '"event":"removed"' /run/loader.log; await '^${one} ' $AA/profiles; await '^removed.${one}' /etc/apparmor.d/.k8s-apparmor.*.boot; sleep 1
show removed
grep '"event":"removed"' /run/loader.log
stop; gone ${two}; pod; start; ready; await '"event":"removed"' /run/loader.log; await '"times":1' /state/state.json; sleep 1
show 'a new pod'
stop

fresh; mkdir -p /mnt/small /mnt/empty; mount -t tmpfs -o size=6m none /mnt/small; cp -a /etc/apparmor.d/. /mnt/small; rm -f /mnt/small/k8s-apparmor.*
mount --bind /mnt/small /host/etc/apparmor.d
dd if=/dev/zero of=/mnt/small/.fill bs=4k 2>/dev/null; { for i in $(seq 5000); do echo x; done >> /mnt/small/.fill; } 2>/dev/null
start; ready; await '"copy"' /state/state.json
show 'full disk'; ls -A /mnt/small | grep k8s-apparmor
rm /mnt/small/.fill; await '"problems":\[\]' /state/state.json
show 'room again'; ls -A /mnt/small | grep -c '^k8s-apparmor'
stop

fresh; rm -f /mnt/small/k8s-apparmor.*; mount -o remount,bind,ro /host/etc/apparmor.d
start; ready; await '"copy"' /state/state.json
show 'read-only policy folder'
stop; umount /host/etc/apparmor.d

fresh; mount --bind /mnt/empty /host/usr; mv /usr/sbin/apparmor_parser /usr/sbin/.parser; gone ${two}
start; await apparmor_parser /state/state.json
show 'no parser'; cat /run/termination-log
mv /usr/sbin/.parser /usr/sbin/apparmor_parser; umount /host/usr; ready
show 'parser again'
stop

fresh; gone ${three}; printf 'profile ${three} flags=(complain) { /foreign r, }' | apparmor_parser -aK --config-file /dev/null
start; await '"mode"' /state/state.json
show 'foreign profile'; grep '^${three} ' $AA/profiles
stop; gone ${three}

fresh; start; ready; sleep 1; printf 'profile ${two} { /foreign r, }' | apparmor_parser -rK --config-file /dev/null
await '"replaced"' /state/state.json; show 'replaced'; head -1 /etc/apparmor.d/${two}
apparmor_parser -rK --config-file /dev/null /etc/apparmor.d/${two}; await '"problems":\[\]' /state/state.json; show 'taken back'
stop

fresh; gone ${three}; rm /etc/apparmor.d/${three}; printf 'profile ${three} { /foreign r, }' | apparmor_parser -aK --config-file /dev/null
start; await '"replaced"' /state/state.json; show 'foreign in the same mode'
stop; gone ${three}; rm -f /etc/apparmor.d/${three}; fresh; apparmor_parser -aK --config-file /dev/null < /profiles/${three}
start; ready; await '"event":"copied"' /run/loader.log; sleep 1; show 'the same content by hand'
stop

fresh; mkdir -p /etc/apparmor.d/disable /etc/apparmor.d/force-complain
ln -s ../${one} /etc/apparmor.d/disable/${one}; ln -s ../${two} /etc/apparmor.d/force-complain/${two}; gone ${one} ${two}
start; ready; await '"copy"' /state/state.json
show 'links'; ls /etc/apparmor.d/disable/${one} /etc/apparmor.d/force-complain/${two}
stop; rm /etc/apparmor.d/disable/${one} /etc/apparmor.d/force-complain/${two}

fresh; rm /etc/apparmor.d/${one}; printf 'profile ${one} { /mine r, }\\n' > /etc/apparmor.d/${one}
start; ready; await '"copy"' /state/state.json
show 'foreign file'; cat /etc/apparmor.d/${one}
stop; rm /etc/apparmor.d/${one}

fresh; gone ${one} ${two} ${three}; mkdir -p /second
start; FIRST=$LOADER
STATE=/second; ${loaderCommand(manifests, 'TICK=1 STATE=/second')}
SECOND=$!; ready; for i in $(seq 300); do [ -e /second/ready ] && break; sleep 0.1; done; sleep 2
echo "== race"; ls -1 /second/ready /state/ready; grep -c '^k8s-apparmor' $AA/profiles; grep -c '"event":"failed"' /run/loader.log; whole
kill -9 -$SECOND; stop

echo "== old generations"
fresh; for hash in 00000001 00000002 00000003; do printf '%s\\nprofile x {}\\n' "$(head -1 /etc/apparmor.d/${guard})" > /etc/apparmor.d/k8s-apparmor.guard.$hash; sleep 1.1; done
printf 'profile y {}\\n' > /etc/apparmor.d/k8s-apparmor.guard.0000aaaa
start; ready; await '"event":"pruned"' /run/loader.log; sleep 1; ls -1 /etc/apparmor.d | grep apparmor.guard; cat /proc/$GUARDED/attr/current
stop
`;

const WITHOUT = `
${loaderMounts(manifests)}
${loaderCommand(manifests, 'TICK=1')}
LOADER=$!
for i in $(seq 100); do [ -s /state/state.json ] && break; sleep 0.1; done; sleep 3
echo "alive $(kill -0 $LOADER && echo yes)"; ls /state/ready; cat /state/state.json; grep -vc '"event":"state"' /run/loader.log; cat /run/termination-log
`;

interface Seen { readonly lines: string[]; readonly state?: any }

function sections(run: VmResult): Record<string, Seen> {
  const parts = run.output.split(/^== /m).slice(1).map((part) => part.split('\n'));
  return Object.fromEntries(parts.map(([head, ...lines]) => {
    const json = lines.find((line) => line.startsWith('{"bundle"'));
    return [head, { lines: lines.filter((line) => line !== '' && line !== json), state: json && JSON.parse(json) }];
  }));
}

function problem(kind: string, profile: string, message: RegExp): unknown {
  return expect.objectContaining({ kind, profile, message: expect.stringMatching(message) });
}

const OLDEST_AND_NEWEST: readonly Kernel[] = ['6.1', '7.2'];

let machines: Map<Kernel, Promise<VmResult>> | undefined;

/** Both machines start when the first is asked for: each waits most of its time. */
async function runOn(kernel: Kernel): Promise<VmResult> {
  machines ??= new Map(OLDEST_AND_NEWEST.map((each) => [
    each, bootVm({ kernel: each, files, script: SCRIPT, packages: ['util-linux'], timeoutMs: 1_700_000 }),
  ]));
  return machines.get(kernel)!;
}

describe.each(OLDEST_AND_NEWEST)('the loader under faults, kernel %s', (kernel) => {
  let seen: Record<string, Seen>;
  let output = '';

  beforeAll(async () => {
    const run = await runOn(kernel);
    output = run.output;
    seen = sections(run);
    say(`kernel ${kernel}: faults: ${run.seconds.toFixed(1)} s`);
  });

  const section = (name: string): Seen => {
    if (!seen[name]) throw new Error(`no section '${name}' in:\n${output.slice(-6000)}`);
    return seen[name];
  };

  test('kill -9 at 50 random moments: every copy is whole at each, nothing is left over, the next start repairs everything', () => {
    expect(section('killed').lines).toEqual(['kills 50']);
    const { lines, state } = section('after the kills');
    expect(state).toMatchObject({ ready: true, problems: [] });
    expect(lines.slice(2).filter((line) => line.startsWith('k8s-apparmor')).sort()).toEqual([guard, one, two, three].sort());
    expect(lines.some((line) => line.includes('not whole') || line.startsWith('.k8s'))).toBe(false);
  });

  test('what runs stays as confined as it was, through all of it', () => {
    expect(section('guard before').lines).toEqual([`${guard} (enforce)`]);
    expect(section('guard after').lines).toEqual([`${guard} (enforce)`]);
    expect(section('old generations').lines.at(-1)).toBe(`${guard} (enforce)`);
  });

  test('a profile removed by hand is loaded again, and named as one whose processes are unconfined', () => {
    expect(section('removed').state).toMatchObject({ ready: true, removed: [{ profile: one, times: 1 }] });
    expect(section('removed').lines.at(-1)).toContain('restart the pods');
  });

  test('a full disk: profiles are loaded and the node ready; the missing copies are told, and made when there is room', () => {
    const full = section('full disk');
    expect(full.state.ready).toBe(true);
    const missing = [guard, one, two, three].map((name) => problem('copy', name, /No space left|disk full/));
    expect(full.state.problems).toEqual(expect.arrayContaining(missing));
    expect(full.lines).toEqual(['alive yes', 'ready yes']);
    expect(section('room again').state.problems).toEqual([]);
    expect(section('room again').lines.at(-1)).toBe('4');
  });

  test('a read-only policy folder: profiles are loaded and the node ready; that a reboot will not find them is told', () => {
    const { state } = section('read-only policy folder');
    expect(state.ready).toBe(true);
    expect(state.problems).toContainEqual(problem('copy', guard, /a reboot will not find it: .*Read-only file system/));
  });

  test('a node without a parser: the loader lives, is unready and says what is missing; it repairs once there is one', () => {
    expect(section('no parser')).toMatchObject({ state: { ready: false, problems: [problem('missing', two, /no apparmor_parser/)] } });
    const words = expect.stringContaining(`${two}: is not loaded and the node has no apparmor_parser`);
    expect(section('no parser').lines).toEqual(expect.arrayContaining(['alive yes', 'ready no', words]));
    expect(section('parser again').state).toMatchObject({ ready: true, problems: [] });
  });

  test('a foreign profile of the same name in another mode: left as it is, told, never ready', () => {
    const { state, lines } = section('foreign profile');
    expect(state).toMatchObject({ ready: false, problems: [problem('mode', three, /loaded in mode complain, not enforce/)] });
    expect(lines.at(-1)).toBe(`${three} (complain)`);
  });

  test('other content under a wanted name: left as it is and told, until somebody takes it back', () => {
    expect(section('replaced').state).toMatchObject({ ready: true, problems: [problem('replaced', two, /other content under this name/)] });
    expect(section('replaced').lines.at(-1)).toMatch(/^# k8s-apparmor: copy for bundle /);
    expect(section('taken back').state).toMatchObject({ ready: true, problems: [] });
    expect(section('foreign in the same mode').state.problems).toContainEqual(problem('replaced', three, /other content under this name/));
    expect(section('the same content by hand').state).toMatchObject({ ready: true, problems: [] });
  });

  test('a new pod of the loader knows what was removed before it and while none ran', () => {
    const { removed } = section('a new pod').state;
    expect(removed.map(({ profile, times }: any) => [profile, times]).sort()).toEqual([[one, 1], [two, 1]].sort());
  });

  test("an administrator's links: both profiles are loaded as wanted, the links stay and are told", () => {
    const { state, lines } = section('links');
    expect(state.ready).toBe(true);
    expect(state.problems).toEqual(expect.arrayContaining([problem('copy', one, /apparmor\.d\/disable/), problem('copy', two, /apparmor\.d\/force-complain/)]));
    expect(lines.filter((line) => line.startsWith('/etc/apparmor.d/'))).toHaveLength(2);
  });

  test('a file of the same name that no loader wrote stays as it is, and is told', () => {
    const { state, lines } = section('foreign file');
    expect(state).toMatchObject({ ready: true, problems: [problem('copy', one, /no loader wrote/)] });
    expect(lines.at(-1)).toBe(`profile ${one} { /mine r, }`);
  });

  test('two loaders at once: both get ready, every profile is there once, no failure', () => {
    expect(section('race').lines).toEqual(['/second/ready', '/state/ready', '4', '0']);
  });

  test('of old generations the newest stay, files that no loader wrote too', () => {
    expect(section('old generations').lines.slice(0, -1)).toEqual([
      'k8s-apparmor.guard.00000002', 'k8s-apparmor.guard.00000003', 'k8s-apparmor.guard.0000aaaa', guard,
    ].sort());
  });
});

test('a kernel with AppArmor switched off: the loader lives, is never ready and says so once', async () => {
  const run = await bootVm({ kernel: '6.1', files, script: WITHOUT, packages: ['util-linux'], appArmor: false, timeoutMs: 300_000 });
  expect(run.output).toContain('alive yes');
  expect(run.output).not.toMatch(/^\/state\/ready$/m);
  expect(run.output).toContain('"problems":[{"kind":"node","profile":"","message":"AppArmor is switched off: boot the kernel with apparmor=1 security=apparmor"}]');
  expect(run.output).toMatch(/^2$/m);
});
