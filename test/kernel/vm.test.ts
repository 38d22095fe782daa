import { say } from '../support/real/cache';
import { bootVm, Kernel, KERNELS } from '../support/real/vm';

jest.setTimeout(300_000);

const SCRIPT = `
uname -r
cat /sys/module/apparmor/parameters/enabled
printf 'profile probe { /** rmix, audit deny /etc/secret r, }\\n' | apparmor_parser -aK --config-file /dev/null
cat /sys/kernel/security/apparmor/profiles
echo 'hidden' > /etc/secret
sh -c 'echo "exec probe" > /proc/self/attr/exec; exec cat /etc/secret'
exit 7
`;

test.each(KERNELS)('kernel %s boots, confines and hands back output, kernel log and exit code', async (kernel: Kernel) => {
  const run = await bootVm({ kernel, script: SCRIPT });
  say(`kernel ${kernel}: ${run.seconds.toFixed(1)} s`);
  expect(run.output).toMatch(new RegExp(`^${kernel.replace('.', '\\.')}\\..*\nY\nprobe \\(enforce\\)\n`));
  expect(run.output).toMatch(/secret.*Permission denied/);
  expect(run.output).not.toMatch(/hidden/);
  expect(run.dmesg).toMatch(/apparmor="DENIED" operation="open".* profile="probe" name="\/etc\/secret"/);
  expect(run.code).toBe(7);
});
