import { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { builtOnce } from './cache';
import { debianRoot, must, Suite } from './debian';
import { Generation } from './parsers';
import { startOwned } from './processes';

/** The kernels whose answers are compared: what Debian's bookworm, trixie and sid ship, each with its own parser. */
export type Kernel = '6.1' | '6.12' | '7.2';

export const KERNELS: readonly Kernel[] = ['6.1', '6.12', '7.2'];

export const SUITE_OF: Record<Kernel, Suite> = { 6.1: 'bookworm', 6.12: 'trixie', 7.2: 'sid' };

export const GENERATION_OF: Record<Kernel, Generation> = { 6.1: '3.0', 6.12: '4.1', 7.2: '5.0' };

/** A file to put into the machine: its content, or a file or folder of this machine to copy. */
export type VmFile = string | Buffer | { readonly from: string } | { readonly content: string | Buffer; readonly mode: number };

export interface VmProps {
  readonly kernel: Kernel;
  /** Absolute path in the machine → what is there. Scripts that begin with `#!` become executable. @default - none */
  readonly files?: Readonly<Record<string, VmFile>>;
  /**
   * What runs as root, by `/bin/sh -u`, with securityfs mounted, AppArmor on and nothing else running. The parser and its
   * `/etc/apparmor.d` are there; busybox's applets come last in `PATH`.
   */
  readonly script: string;
  /** Power-on to power-off. @default 60000 */
  readonly timeoutMs?: number;
  /** Debian packages, unpacked beside the parser; not configured. @default - none */
  readonly packages?: readonly string[];
  /** @default 1024, and 2048 with packages */
  readonly memoryMb?: number;
  /** @default true */
  readonly appArmor?: boolean;
}

export interface VmResult {
  /** What the script wrote to standard output and standard error. */
  readonly output: string;
  readonly dmesg: string;
  /** The script's exit code; null where the machine ended before it did (time, panic). */
  readonly code: number | null;
  readonly seconds: number;
}

/** A kernel and its initramfs without any payload, made once. */
interface VmImage {
  readonly kernel: string;
  readonly base: string;
}

/**
 * Boots a real AppArmor kernel (QEMU without KVM: some 3 s to the script), runs a script and powers off.
 *
 * @returns what the script printed; a machine that did not end in time, or paniced, gives `code: null` and what there was
 */
export async function bootVm(props: VmProps): Promise<VmResult> {
  const image = vmImage(props.kernel, props.packages ?? []);
  const folder = mkdtempSync(join(tmpdir(), 'k8s-apparmor-vm-'));
  const begin = Date.now();
  try {
    const initrd = join(folder, 'initrd');
    writeFileSync(initrd, Buffer.concat([readFileSync(image.base), payload(folder, props)]));
    const machine = startOwned('qemu-system-x86_64', qemuArgs(props, image.kernel, folder), { stdio: ['ignore', 'ignore', 'pipe'] });
    const words = await ended(machine, props.timeoutMs ?? 60_000);
    return result(folder, words, (Date.now() - begin) / 1000);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Makes what a machine needs, without booting it. */
export function vmImage(kernel: Kernel, packages: readonly string[] = []): VmImage {
  const suite = SUITE_OF[kernel];
  const name = packages.length === 0 ? 'base' : createHash('sha256').update([...packages].sort().join(' ')).digest('hex').slice(0, 12);
  const base = builtOnce(join('vm', `${suite}-${name}.cpio`), (path) => {
    const root = debianRoot(suite, ['apparmor', 'busybox-static', ...packages]);
    must('sh', ['-c', 'cd "$1" && find . -print0 | cpio --null --quiet -o -H newc -F "$2"', 'cpio', root, path]);
  });
  return { kernel: kernelImage(kernel), base };
}

/** The kernel itself, for a machine of one's own. */
export function kernelImage(kernel: Kernel): string {
  return kernelFile(debianRoot(SUITE_OF[kernel], ['linux-image-cloud-amd64']));
}

function kernelFile(root: string): string {
  const boot = join(root, 'boot');
  const name = existsSync(boot) ? readdirSync(boot).find((entry) => entry.startsWith('vmlinuz-')) : undefined;
  return name ? join(boot, name) : join(modulesFolder(root), 'vmlinuz');
}

function modulesFolder(root: string): string {
  const modules = join(root, 'usr', 'lib', 'modules');
  return join(modules, readdirSync(modules)[0]);
}

/** The folder of a kernel's modules, named by the release as `uname -r` says it. */
export function kernelModules(kernel: Kernel): string {
  return modulesFolder(debianRoot(SUITE_OF[kernel], ['linux-image-cloud-amd64']));
}

const INIT = `#!/usr/bin/busybox sh
/usr/bin/busybox mkdir -p /busybox /proc /sys /dev /run /tmp /etc /root
/usr/bin/busybox --install -s /busybox
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/busybox HOME=/root
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev 2>/dev/null
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs shm /dev/shm
mount -t tmpfs run /run
mount -t tmpfs tmp /tmp
mount -t securityfs securityfs /sys/kernel/security
ln -s /proc/self/fd /dev/fd
[ -e /bin/sh ] || ln -s /usr/bin/busybox /bin/sh
[ -e /etc/passwd ] || echo root:x:0:0:root:/root:/bin/sh > /etc/passwd
[ -e /etc/group ] || echo root:x:0: > /etc/group
echo 0 > /proc/sys/kernel/dmesg_restrict
echo 0 > /proc/sys/kernel/printk_ratelimit
ip link set lo up
for port in 1 2 3; do stty -F /dev/ttyS$port raw -echo; done
cd /root
/bin/sh -u /vm/script < /dev/null > /dev/ttyS1 2>&1
code=$?
dmesg > /dev/ttyS2
echo "$code" > /dev/ttyS3
sync
echo o > /proc/sysrq-trigger
sleep 60
`;

/** A second archive behind the first: the kernel unpacks both, later files win. */
function payload(folder: string, props: VmProps): Buffer {
  const root = join(folder, 'root');
  const files: Record<string, VmFile> = { ...props.files, '/init': INIT, '/vm/script': props.script };
  for (const [path, file] of Object.entries(files)) placeFile(join(root, path), file);
  const archive = join(folder, 'payload.cpio');
  must('sh', ['-c', 'cd "$1" && find . -mindepth 1 -print0 | cpio --null --quiet -o -H newc -F "$2"', 'cpio', root, archive]);
  return readFileSync(archive);
}

/** Puts one file of a machine below its root folder. */
export function placeFile(path: string, file: VmFile): void {
  mkdirSync(dirname(path), { recursive: true });
  if (typeof file === 'object' && 'from' in file) {
    must('cp', ['-aL', file.from, path]);
    return;
  }
  const { content, mode } = typeof file === 'object' && 'content' in file ? file : { content: file, mode: undefined };
  writeFileSync(path, content, { mode: mode ?? (content.slice(0, 2).toString() === '#!' ? 0o755 : 0o644) });
}

function qemuArgs(props: VmProps, kernel: string, folder: string): string[] {
  return [
    '-accel', 'tcg,thread=multi', '-cpu', 'max', '-m', String(props.memoryMb ?? (props.packages?.length ? 2048 : 1024)), '-smp', '2',
    '-display', 'none', '-monitor', 'none', '-no-reboot', '-nic', 'none', '-kernel', kernel, '-initrd', join(folder, 'initrd'),
    '-append', `console=ttyS0 quiet panic=-1 no_timer_check log_buf_len=16M audit_backlog_limit=8192 ${props.appArmor ?? true ? 'apparmor=1 security=apparmor' : 'apparmor=0'} 8250.nr_uarts=4`,
    ...['console', 'output', 'dmesg', 'code'].flatMap((port) => ['-serial', `file:${join(folder, port)}`]),
  ];
}

/** Waits for the end; what the emulator itself had to say. */
export async function ended(machine: ChildProcess, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let words = '';
    machine.stderr?.on('data', (chunk) => { words += chunk; });
    const timer = setTimeout(() => machine.kill('SIGKILL'), timeoutMs);
    machine.once('error', (error) => reject(new Error(`qemu-system-x86_64 did not start (${error.message}): install qemu-system-x86`)));
    machine.once('close', () => {
      clearTimeout(timer);
      resolve(words);
    });
  });
}

function result(folder: string, words: string, seconds: number): VmResult {
  const port = (name: string) => {
    try {
      return readFileSync(join(folder, name), 'utf8');
    } catch {
      return '';
    }
  };
  const code = port('code').trim();
  const unfinished = code === '' ? `\n[the machine ended early] ${words}${port('console').slice(-2000)}` : '';
  return { output: port('output') + unfinished, dmesg: port('dmesg'), code: code === '' ? null : Number(code), seconds };
}
