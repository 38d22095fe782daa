import { ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { say } from './cache';
import { ADMIN, ClusterUser, kubeconfig, makeCertificates, writeTokens } from './cluster-credentials';
import { etcdProgram, kubernetesProgram, NEWEST_KUBERNETES } from './kubernetes';

export interface ClusterProps {
  /** Such as `1.37.2`. */
  readonly version: string;
  /** @default false */
  readonly scheduler?: boolean;
  /** The controller manager's controllers, such as `['*']`; it does not run without any. @default - none */
  readonly controllers?: readonly string[];
  /** Users beside `admin`. @default - none */
  readonly users?: readonly ClusterUser[];
  /** More flags of the API server. @default - none */
  readonly flags?: readonly string[];
}

export interface KubectlOptions {
  /** A user of the props, or a token. @default 'admin' */
  readonly as?: string;
  /** @default - nothing */
  readonly input?: string;
  /** @default 60000 */
  readonly timeoutMs?: number;
}

export interface KubectlRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: any;
  /** The texts of the `Warning` headers. */
  readonly warnings: readonly string[];
}

export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  readonly contentType?: string;
  /** A user of the props, or a token. @default 'admin' */
  readonly as?: string;
}

/** A real control plane on loopback, with RBAC and the Node authorizer on. */
export interface Cluster {
  readonly version: string;
  readonly port: number;
  /** Holds `ca.crt`, logs and the kubeconfig files. */
  readonly folder: string;
  /** The certificate of the authority that the server's own comes from. */
  readonly authority: Buffer;
  /** The program, the newest for every version of the server. */
  readonly kubectlProgram: string;
  /** The path of a kubeconfig of a user. */
  kubeconfig(user?: string): string;
  token(user: string): string;
  kubectl(args: readonly string[], options?: KubectlOptions): KubectlRun;
  /** One request without a client's additions. */
  api(path: string, options?: ApiRequest): Promise<ApiAnswer>;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 120_000;

/** Starts etcd, the API server and what else is asked for; all of it ends with `stop`, or with this process. */
export async function startCluster(props: ClusterProps): Promise<Cluster> {
  const begin = Date.now();
  const programs = { etcd: etcdProgram(), server: kubernetesProgram(props.version, 'kube-apiserver') };
  const folder = mkdtempSync(join(tmpdir(), 'k8s-apparmor-cluster-'));
  makeCertificates(folder);
  const users = [ADMIN, { name: 'system:kube-scheduler', groups: [] }, ...props.users ?? []];
  const tokens = writeTokens(folder, users);
  const keeper = new Keeper(folder);
  try {
    const [client, peer, port] = await freePorts(3);
    keeper.start('etcd', programs.etcd, etcdFlags(folder, client, peer));
    keeper.start('kube-apiserver', programs.server, [...serverFlags(folder, client, port), ...props.flags ?? []]);
    const cluster = new LoopbackCluster(props.version, port, folder, tokens, keeper);
    await cluster.ready();
    startControllers(props, cluster, keeper);
    say(`Kubernetes ${props.version} API server ready: ${((Date.now() - begin) / 1000).toFixed(1)} s`);
    return cluster;
  } catch (error) {
    await keeper.end();
    throw error;
  }
}

function startControllers(props: ClusterProps, cluster: Cluster, keeper: Keeper): void {
  if (props.scheduler) {
    keeper.start('kube-scheduler', kubernetesProgram(props.version, 'kube-scheduler'), [
      `--kubeconfig=${cluster.kubeconfig('system:kube-scheduler')}`, '--leader-elect=false', '--secure-port=0',
      `--authentication-kubeconfig=${cluster.kubeconfig()}`, `--authorization-kubeconfig=${cluster.kubeconfig()}`,
    ]);
  }
  if (!props.controllers?.length) return;
  keeper.start('kube-controller-manager', kubernetesProgram(props.version, 'kube-controller-manager'), [
    `--kubeconfig=${cluster.kubeconfig()}`, '--leader-elect=false', '--secure-port=0', `--controllers=${props.controllers.join(',')}`,
    `--service-account-private-key-file=${join(cluster.folder, 'sa.key')}`, `--root-ca-file=${join(cluster.folder, 'ca.crt')}`,
    `--authentication-kubeconfig=${cluster.kubeconfig()}`, `--authorization-kubeconfig=${cluster.kubeconfig()}`,
  ]);
}

function etcdFlags(folder: string, client: number, peer: number): string[] {
  const [clientUrl, peerUrl] = [client, peer].map((port) => `http://127.0.0.1:${port}`);
  return [
    '--data-dir', join(folder, 'etcd'), '--listen-client-urls', clientUrl, '--advertise-client-urls', clientUrl,
    '--listen-peer-urls', peerUrl, '--initial-advertise-peer-urls', peerUrl, '--initial-cluster', `default=${peerUrl}`, '--unsafe-no-fsync',
  ];
}

function serverFlags(folder: string, etcd: number, port: number): string[] {
  const file = (name: string) => join(folder, name);
  return [
    `--etcd-servers=http://127.0.0.1:${etcd}`, '--bind-address=127.0.0.1', '--advertise-address=127.0.0.1', `--secure-port=${port}`,
    `--tls-cert-file=${file('srv.crt')}`, `--tls-private-key-file=${file('srv.key')}`, `--client-ca-file=${file('ca.crt')}`,
    `--token-auth-file=${file('tokens.csv')}`, `--service-account-key-file=${file('sa.pub')}`,
    `--service-account-signing-key-file=${file('sa.key')}`, '--service-account-issuer=https://kubernetes.default.svc',
    '--service-cluster-ip-range=10.96.0.0/16', '--authorization-mode=Node,RBAC', '--allow-privileged=true',
    '--enable-admission-plugins=NodeRestriction', '--endpoint-reconciler-type=none',
  ];
}

/** Ports that nobody listens on now, all held at once so that they differ. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(servers.map(async (server) => new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  })));
  await Promise.all(servers.map(async (server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** The process that ends the others when this one is gone. */
class Keeper {
  private readonly process: ChildProcess;
  private readonly ended = new Map<string, unknown>();

  constructor(private readonly folder: string) {
    this.process = spawn(process.execPath, [join(__dirname, 'keeper.js')], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.order({ folder });
    createInterface({ input: this.process.stdout! }).on('line', (line) => {
      const message = JSON.parse(line);
      if (message.ended) this.ended.set(message.ended, message.code);
    });
  }

  start(name: string, program: string, args: readonly string[]): void {
    this.order({ name, program, args, log: join(this.folder, `${name}.log`) });
  }

  /** @throws if a program has ended by itself, with the end of its log */
  check(): void {
    for (const [name, code] of this.ended) {
      const log = readFileSync(join(this.folder, `${name}.log`), 'utf8');
      throw new Error(`${name} ended with ${String(code)}:\n${log.slice(-3000)}`);
    }
  }

  async end(): Promise<void> {
    if (this.process.exitCode !== null) return;
    const done = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.stdin!.end();
    await done;
  }

  private order(line: unknown): void {
    this.process.stdin!.write(`${JSON.stringify(line)}\n`);
  }
}

class LoopbackCluster implements Cluster {
  readonly kubectlProgram = kubernetesProgram(NEWEST_KUBERNETES, 'kubectl');
  readonly authority: Buffer;

  constructor(
    readonly version: string,
    readonly port: number,
    readonly folder: string,
    private readonly tokens: ReadonlyMap<string, string>,
    private readonly keeper: Keeper,
  ) {
    this.authority = readFileSync(join(folder, 'ca.crt'));
    mkdirSync(join(folder, 'home'));
  }

  token(user: string): string {
    return this.tokens.get(user) ?? user;
  }

  kubeconfig(user: string = ADMIN.name): string {
    const token = this.token(user);
    const path = join(this.folder, `kubeconfig-${token.slice(-16).replace(/[^A-Za-z0-9_-]/g, '_')}`);
    writeFileSync(path, kubeconfig(this.folder, `https://127.0.0.1:${this.port}`, token), { mode: 0o600 });
    return path;
  }

  kubectl(args: readonly string[], options: KubectlOptions = {}): KubectlRun {
    const env = { PATH: process.env.PATH, HOME: join(this.folder, 'home'), KUBECONFIG: this.kubeconfig(options.as) };
    const run = spawnSync(this.kubectlProgram, [...args], {
      env, input: options.input ?? '', encoding: 'utf8', timeout: options.timeoutMs ?? 60_000, maxBuffer: 256 * 1024 * 1024,
    });
    if (run.error && (run.error as NodeJS.ErrnoException).code !== 'EPIPE') throw run.error;
    return { code: run.status, stdout: run.stdout, stderr: run.stderr };
  }

  async api(path: string, options: ApiRequest = {}): Promise<ApiAnswer> {
    const body = options.body === undefined ? undefined : JSON.stringify(options.body);
    return new Promise((resolve, reject) => {
      const sent = request({
        host: '127.0.0.1',
        port: this.port,
        path,
        method: options.method ?? 'GET',
        ca: this.authority,
        headers: {
          Authorization: `Bearer ${this.token(options.as ?? ADMIN.name)}`,
          Accept: 'application/json',
          ...body !== undefined && { 'Content-Type': options.contentType ?? 'application/json', 'Content-Length': Buffer.byteLength(body) },
        },
      }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject).on('end', () => resolve({
          status: answer.statusCode ?? 0, body: parsed(Buffer.concat(chunks).toString()), warnings: warningsOf(answer.rawHeaders),
        }));
      });
      sent.once('error', reject);
      sent.end(body);
    });
  }

  async ready(): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS;
    for (const path of ['/readyz', '/api/v1/namespaces/default']) {
      while (!await this.answers(path)) {
        this.keeper.check();
        if (Date.now() > deadline) throw new Error(`The API server ${this.version} did not answer ${path} within ${START_TIMEOUT_MS / 1000} s.`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  async stop(): Promise<void> {
    await this.keeper.end();
  }

  private async answers(path: string): Promise<boolean> {
    return this.api(path).then(({ status }) => status === 200, () => false);
  }
}

function parsed(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A header is `299 - "TEXT"`, with quotes inside escaped. */
function warningsOf(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1].toLowerCase() === 'warning')
    .map((value) => value.replace(/^\d+ \S+ "(.*)"$/s, '$1').replace(/\\(.)/gs, '$1'));
}

/** Waits until `ask` gives something else than undefined or false. */
export async function until<T>(what: string, ask: () => Promise<T | undefined | false> | T | undefined | false, timeoutMs = 60_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) throw new Error(`Waited ${timeoutMs / 1000} s in vain: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
