import { denialLogScript } from '../../src/manifests/denial-log';
import { bootVm, type VmResult } from '../support/real/vm';
import { runCommand } from '../support/run-command';

jest.setTimeout(900_000);

const CONTAINER_ID = '0123456789abcdef'.repeat(4);
const SAME = 50;
const OTHERS = 12;
const LINES_PER_WINDOW = 5;
const PROFILE = 'k8s-apparmor.web.0a1b2c3d';

/**
 * A node's journal with its audit transport, a container's process that is denied things, and the denial log as its pod runs it:
 * in a root of its own with the host's folders read-only, as UID 0 without any capability.
 */
const SCRIPT = `
# The journal asks for its own cgroup before anything else, and ends without a word where there is none.
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir -p /run/systemd/journal /run/log/journal /var/log/containers /srv /container/bin /container/program /container/proc /container/dev /container/host/usr /container/host/journal/volatile /container/host/containers
echo ${'0123456789abcdef'.repeat(2)} > /etc/machine-id
/usr/lib/systemd/systemd-journald 2> /run/journald &
for n in $(seq 30); do [ -n "$(ls -A /run/log/journal)" ] && break; sleep 1; done
: > /var/log/containers/web-1_shop_web-${CONTAINER_ID}.log
for name in secret $(seq ${OTHERS} | sed s/^/other/); do echo x > /srv/$name; done
apparmor_parser -aK --config-file /dev/null /profile
cp /usr/bin/busybox /container/bin/busybox
for name in sh awk ls sleep; do ln -s busybox /container/bin/$name; done
cp /denial-log.sh /container/program/denial-log.sh
mount -t proc proc /container/proc
mount --bind /dev /container/dev
for pair in /usr:usr /run/log/journal:journal/volatile /var/log/containers:containers; do
  mount --bind \${pair%%:*} /container/host/\${pair#*:}; mount -o remount,bind,ro /container/host/\${pair#*:}
done
libraries=$(echo /usr/lib/*-linux-gnu); libraries=/host$libraries
NODE_NAME=n1 WINDOW=5 TICK=1 LIMIT=${LINES_PER_WINDOW} chroot /container $libraries/\${LINKER:-ld-linux-x86-64.so.2} --library-path $libraries /host/usr/bin/setpriv \\
  --bounding-set=-all --inh-caps=-all --no-new-privs /bin/sh -c '
    while read key value; do [ "$key" = CapEff: ] && echo "capabilities $value"; done < /proc/self/status; exec /bin/sh /program/denial-log.sh' > /run/lines 2>&1 &
for n in $(seq 20); do grep -q transport /run/lines && break; sleep 1; done
sleep 3
mkdir -p /sys/fs/cgroup/kubepods/pod1/${CONTAINER_ID}
busybox sh -c '
echo $$ > /sys/fs/cgroup/kubepods/pod1/${CONTAINER_ID}/cgroup.procs
echo "exec ${PROFILE}" > /proc/self/attr/exec
exec busybox sh -c "
for n in \\$(seq ${SAME}); do read line < /srv/secret; done 2> /dev/null
for n in \\$(seq ${OTHERS}); do read line < /srv/other\\$n; done 2> /dev/null
sleep 20"' 2> /dev/null
echo "== journald"; cat /run/journald; ls -laR /run/log/journal
echo "== lines"; cat /run/lines
echo "== kernel log"; dmesg | grep -c 'apparmor="DENIED"'
`;

describe('a denial log with the journal of a real kernel', () => {
  let run: VmResult;
  let lines: Record<string, any>[];

  beforeAll(async () => {
    run = await bootVm({
      kernel: '6.1',
      packages: ['systemd', 'util-linux'],
      files: {
        '/denial-log.sh': denialLogScript(),
        '/profile': `abi <abi/3.0>,\nprofile ${PROFILE} {\n  file,\n  audit deny /srv/** r,\n}\n`,
      },
      script: SCRIPT,
      timeoutMs: 300_000,
    });
    lines = run.output.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  });

  const total = (found: Record<string, any>[], key: string) => found.reduce((sum, line) => sum + (line[key] ?? 0), 0);

  test('it reads the audit transport without any capability', () => {
    expect(run.output).toContain('capabilities 0000000000000000\n');
    expect(lines).toContainEqual({ kind: 'denial-log', node: 'n1', message: 'reads the audit transport of the journal' });
  });

  test('equal records are one line a window, with their number and where they came from', () => {
    const secrets = lines.filter(({ name }) => name === '/srv/secret');
    expect(secrets[0]).toMatchObject({
      kind: 'apparmor',
      node: 'n1',
      event: 'DENIED',
      profile: PROFILE,
      operation: 'open',
      denied: 'r',
      namespace: 'shop',
      pod: 'web-1',
      container: 'web',
      containerId: CONTAINER_ID,
    });
    expect(total(secrets, 'count')).toBe(SAME);
    expect(secrets.length).toBeLessThan(SAME / 5);
  });

  test('above the limit records are counted, and none is lost', () => {
    const others = lines.filter(({ name }) => String(name).startsWith('/srv/other'));
    expect(others.length).toBeGreaterThan(0);
    expect(total(lines, 'suppressed')).toBeGreaterThan(0);
    expect(total(others, 'count') + total(lines, 'suppressed')).toBe(OTHERS);
  });

  test('learn takes its lines, with what was lost', async () => {
    const { out, err } = await runCommand(['learn', '--format', 'json', '-'], lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const learnt = JSON.parse(out.split('\n')[0]!);
    expect(learnt.profile).toBe('web');
    expect(learnt.suggestions.find(({ rule }: any) => rule.includes('/srv/secret'))).toMatchObject({ observations: SAME, denied: SAME });
    expect(err).toContain('were lost before it was written');
  });
});
