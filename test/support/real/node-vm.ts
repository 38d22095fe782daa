import { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must } from './debian';
import { nodeDisk, nodeInitramfs } from './node-image';
import { startOwned } from './processes';
import { Kernel, kernelImage, placeFile, VmFile } from './vm';

export interface NodeVmProps {
  readonly kernel: Kernel;
  /** Files of this run, put on the disk at the first boot. @default - none */
  readonly files?: Readonly<Record<string, VmFile>>;
  /** @default true */
  readonly appArmor?: boolean;
  /** TCP ports of the node that are the same ports of this machine's loopback. @default - none */
  readonly ports?: readonly number[];
}

export interface NodeAnswer {
  readonly code: number;
  /** Standard output and standard error. */
  readonly output: string;
}

/**
 * A node: real kernel, containerd, runc and kubelet of one Debian suite, in a virtual machine that takes orders one by one over
 * a serial port. What it writes to its disk is gone when it stops, and stays over its reboots.
 */
export class NodeVm {
  /** Power-on to the first order: some 15 s without KVM. */
  static async boot(props: NodeVmProps): Promise<NodeVm> {
    const folder = mkdtempSync(join(tmpdir(), 'k8s-apparmor-node-'));
    const node = new NodeVm(folder, startMachine(folder, props));
    try {
      await node.connected();
      await node.hello(300_000);
      return node;
    } catch (error) {
      await node.stop();
      throw error;
    }
  }

  private socket?: Socket;
  private text = '';
  private orders = 0;
  private wake?: () => void;

  private constructor(private readonly folder: string, private readonly machine: ChildProcess) {}

  /** Runs a bash script as root on the node, outside of any container. */
  async run(script: string, timeoutMs = 300_000): Promise<NodeAnswer> {
    const id = `order-${++this.orders}`;
    this.socket!.write(`${id} ${Buffer.from(`${script}\n`).toString('base64')}\n`);
    const [, code, body] = (await this.line(id, timeoutMs, script)).split(' ');
    return { code: Number(code), output: Buffer.from(body ?? '', 'base64').toString() };
  }

  /** Runs a script that must succeed; gives its output without white space around. */
  async must(script: string, timeoutMs?: number): Promise<string> {
    const { code, output } = await this.run(script, timeoutMs);
    if (code !== 0) throw new Error(`on the node: exit code ${code} of\n${script}\n${output.slice(-3000)}`);
    return output.trim();
  }

  /** Runs a script again and again until its output is as wanted; gives that output. */
  async until(script: string, wanted: (output: string) => boolean, timeoutMs = 300_000): Promise<string> {
    const end = Date.now() + timeoutMs;
    for (;;) {
      const { output } = await this.run(script);
      if (wanted(output)) return output;
      if (Date.now() > end) throw new Error(`on the node: after ${timeoutMs / 1000} s still not as wanted:\n${script}\n${output.slice(-3000)}`);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }

  /** Resets the machine as a power cut would, after a sync; gives the seconds from reset to the first order. */
  async reboot(): Promise<number> {
    await this.run('sync');
    const begin = Date.now();
    this.socket!.write(`reboot ${Buffer.from('echo b > /proc/sysrq-trigger').toString('base64')}\n`);
    await this.hello(300_000);
    return (Date.now() - begin) / 1000;
  }

  async stop(): Promise<void> {
    this.socket?.destroy();
    const gone = new Promise((resolve) => this.machine.exitCode === null && this.machine.signalCode === null ? this.machine.once('close', resolve) : resolve(0));
    this.machine.kill('SIGKILL');
    await gone;
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What the kernel and the first process said, for a test that failed. */
  console(): string {
    return readFileSync(join(this.folder, 'console'), 'utf8').slice(-4000);
  }

  private async connected(): Promise<void> {
    const path = join(this.folder, 'orders');
    for (let attempt = 0; ; attempt++) {
      try {
        this.socket = await opened(path);
        break;
      } catch (error) {
        if (attempt > 50) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    this.socket.setEncoding('utf8');
    this.socket.on('error', () => undefined);
    this.socket.on('data', (chunk) => {
      this.text += chunk;
      this.wake?.();
    });
  }

  private async hello(timeoutMs: number): Promise<void> {
    await this.line('hello', timeoutMs, 'boot');
  }

  /** The next line that begins with a word; lines before it are dropped (a reset leaves half of one). */
  private async line(word: string, timeoutMs: number, what: string): Promise<string> {
    const end = Date.now() + timeoutMs;
    for (;;) {
      const lines = this.text.split('\n');
      const found = lines.findIndex((line, index) => index < lines.length - 1 && new RegExp(`(^|[^a-z-])${word} `).test(line));
      if (found >= 0) {
        this.text = lines.slice(found + 1).join('\n');
        return lines[found].slice(lines[found].indexOf(`${word} `)).trim();
      }
      const left = end - Date.now();
      if (left <= 0) throw new Error(`the node did not answer within ${timeoutMs / 1000} s: ${what.slice(0, 300)}\n${this.console()}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(left, 1000));
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

async function opened(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => resolve(socket));
    socket.once('error', reject);
  });
}

function startMachine(folder: string, props: NodeVmProps): ChildProcess {
  const root = join(folder, 'root');
  for (const [path, file] of Object.entries(props.files ?? {})) placeFile(join(root, 'payload', path), file);
  placeFile(join(root, 'payload', '.run'), '');
  const archive = join(folder, 'payload.cpio');
  must('sh', ['-c', 'cd "$1" && find . -mindepth 1 -print0 | cpio --null --quiet -o -H newc -F "$2"', 'cpio', root, archive]);
  writeFileSync(join(folder, 'initrd'), Buffer.concat([readFileSync(nodeInitramfs(props.kernel)), readFileSync(archive)]));
  const security = props.appArmor ?? true ? 'apparmor=1 security=apparmor' : 'apparmor=0';
  return startOwned('qemu-system-x86_64', [
    '-accel', 'tcg,thread=multi', '-cpu', 'max', '-m', '2048', '-smp', '2', '-display', 'none', '-monitor', 'none',
    '-kernel', kernelImage(props.kernel), '-initrd', join(folder, 'initrd'),
    '-append', `console=ttyS0 panic=1 no_timer_check log_buf_len=16M audit_backlog_limit=8192 ${security}`,
    '-drive', `file=${nodeDisk(props.kernel)},if=virtio,format=raw,cache=unsafe,snapshot=on`,
    '-netdev', ['user,id=n0,restrict=off', ...(props.ports ?? []).map((port) => `hostfwd=tcp:127.0.0.1:${port}-:${port}`)].join(','), '-device', 'virtio-net-pci,netdev=n0',
    '-serial', `file:${join(folder, 'console')}`, '-serial', `unix:${join(folder, 'orders')},server=on,wait=off`,
  ], { stdio: ['ignore', 'ignore', 'ignore'] });
}
