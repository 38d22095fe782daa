import { ChildProcess, spawn, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loaderScript } from '../../src/manifests/loader-program';

/** The shells that the loader must run under: those of this machine. */
export const SHELLS: ReadonlyArray<readonly [name: string, command: readonly string[]]> = ([
  ['dash', ['dash']],
  ['busybox ash', ['busybox', 'ash']],
] as const).filter(([, [program, ...args]]) => spawnSync(program, [...args, '-c', 'true']).status === 0);

/**
 * Stands for `apparmor_parser`: a text's first line is `# NAME MODE [WORDS OF THE PARSER]`. It adds to the list of a pretended
 * kernel, answers with the real one's exit codes, and writes down how it was called. With `-QS` it prints a compiled text.
 */
const PARSER = `#!/bin/sh
[ "$1" = --version ] && exit 0
echo "$@" >> "$FAKE/calls"
check= blob= files= code=0
while [ $# -gt 0 ]; do
  case $1 in -Q) check=1 ;; -QS) blob=1 ;; --base | --config-file) shift ;; -*) ;; *) files="$files $1" ;; esac
  shift
done
one() {
  read -r _ name mode words
  case $words in
    '') ;;
    warn*) echo "$words" >&2 ;;
    batch*) [ -z "$files" ] || echo "$words" >&2 ;;
    *) echo "AppArmor parser error, in line 1: $words" >&2; code=1; return ;;
  esac
  [ -n "$blob" ] && echo "compiled $name" && echo "its children" && return
  [ -n "$check" ] && return
  if grep -qxF -e "$name (enforce)" -e "$name (complain)" "$FAKE/kernel/profiles"; then echo "Unable to add \\"$name\\".  Profile already exists" >&2; code=239; return; fi
  echo "$name ($mode)" >> "$FAKE/kernel/profiles"
}
if [ -z "$files" ]; then one; else for file in $files; do one < "$file"; done; fi
exit $code
`;

export interface FakeProfile {
  readonly name: string;
  readonly mode?: string;
  /** What the parser says; words that begin with `warn` do not keep it from loading, nor do those with `batch`, said of files only. */
  readonly words?: string;
  /** Names that the kernel must list too. */
  readonly children?: readonly string[];
}

/** What the head of the script says that it needs. */
const NEEDED = ['awk', 'cat', 'cp', 'date', 'grep', 'head', 'ls', 'mkdir', 'mv', 'rm', 'sha1sum', 'sha256sum', 'sleep', 'sync', 'tr', 'wc'];

function which(program: string): string {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program], { encoding: 'utf8' }).stdout.trim();
}

/** A node made of folders: a kernel's files, a host, a parser that pretends. */
export class FakeNode {
  readonly root = mkdtempSync(join(tmpdir(), 'k8s-apparmor-loader-'));
  private readonly running: ChildProcess[] = [];
  private output = '';

  constructor(profiles: readonly FakeProfile[], readonly shell: readonly string[]) {
    for (const folder of ['kernel', 'profiles', 'state', 'host/usr/sbin', 'host/etc/apparmor.d']) mkdirSync(this.path(folder), { recursive: true });
    this.write('kernel/profiles', '');
    this.write('kernel/revision', '1\n');
    this.write('calls', '');
    this.write('load-profiles.sh', loaderScript());
    writeFileSync(this.path('host/usr/sbin/apparmor_parser'), PARSER, { mode: 0o755 });
    this.want(profiles);
  }

  /** What is wanted from the next start on. */
  want(profiles: readonly FakeProfile[]): void {
    const lines = profiles.flatMap(({ name, mode = 'enforce', words = '', children = [] }) => {
      this.write(`profiles/${name}`, `# ${name} ${mode} ${words}\nprofile ${name} {\n}\n`);
      return [`${name}\t${mode}\t${name}`, ...children.map((child) => `${name}\t*\t${child}`)];
    });
    this.write('wanted', lines.map((line) => `${line}\n`).join(''));
  }

  /** Starts the loader; `STATE` and others may be set. */
  start(env: Record<string, string> = {}): void {
    const at = {
      FAKE: this.root,
      WANTED: this.path('wanted'),
      PROFILES: this.path('profiles'),
      STATE: this.path('state'),
      HOST: this.path('host'),
      KERNEL: this.path('kernel'),
      ENABLED: this.path('enabled'),
      TERMINATION_LOG: this.path('termination-log'),
      BUNDLE: 'shop',
      NODE_NAME: 'node1',
      TICK: '0.3',
    };
    const [program, ...args] = this.shell;
    const child = spawn(which(program), [...args, this.path('load-profiles.sh')], {
      env: { PATH: this.programs(), ...at, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true,
    });
    child.stdout.on('data', (chunk) => { this.output += chunk; });
    child.stderr.on('data', (chunk) => { this.output += chunk; });
    this.running.push(child);
  }

  /** A folder with busybox' programs, as in the loader's image, or with those that the loader says it needs; no others. */
  private programs(): string {
    const folder = this.path('bin');
    if (!existsSync(folder)) {
      mkdirSync(folder);
      if (this.shell[0] === 'busybox') spawnSync('busybox', ['--install', '-s', folder]);
      else NEEDED.forEach((name) => symlinkSync(which(name), join(folder, name)));
    }
    return folder;
  }

  /** Kills every process of the loader, as the kernel would. */
  stop(): void {
    for (const child of this.running.splice(0)) {
      try {
        process.kill(-child.pid!, 'SIGKILL');
      } catch { /* It has ended. */ }
    }
  }

  end(): void {
    this.stop();
    rmSync(this.root, { recursive: true, force: true });
  }

  path(name: string): string {
    return join(this.root, name);
  }

  write(name: string, text: string): void {
    writeFileSync(this.path(name), text);
  }

  read(name: string): string {
    return existsSync(this.path(name)) ? readFileSync(this.path(name), 'utf8') : '';
  }

  /** What the kernel keeps of a loaded profile's content. */
  holds(name: string, sum: string): void {
    mkdirSync(this.path(`kernel/policy/profiles/${name}.1`), { recursive: true });
    this.write(`kernel/policy/profiles/${name}.1/raw_sha1`, `${sum}\n`);
    // Its children are not in it.
    this.write(`kernel/policy/profiles/${name}.1/raw_data`, `compiled ${name}\n`);
  }

  /** A new pod of the same loader: its volumes of state are empty. */
  replacePod(env: Record<string, string> = {}): void {
    this.stop();
    rmSync(this.path('state'), { recursive: true });
    mkdirSync(this.path('state'));
    this.output = '';
    this.start(env);
  }

  /** Tells the loader, as the kernel does, that the policy has changed. */
  changeKernel(profiles: string): void {
    this.write('kernel/profiles', profiles);
    appendFileSync(this.path('kernel/revision'), '');
  }

  /** The copies for the next boot; names with a dot in front are drafts, which a boot does not look at. */
  get copies(): string[] {
    return readdirSync(this.path('host/etc/apparmor.d')).filter((name) => !name.startsWith('.')).sort();
  }

  get isReady(): boolean {
    return existsSync(this.path('state/ready'));
  }

  get state(): any {
    return JSON.parse(this.read('state/state.json') || '{}');
  }

  /** Calls of the parser that load or check, without those that ask its version. */
  get calls(): string[] {
    return this.read('calls').split('\n').filter((line) => line !== '');
  }

  /** Its log, each line parsed: whatever a parser says, a line is JSON. */
  get events(): Array<Record<string, string>> {
    return this.output.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line));
  }

  eventsOf(kind: string): Array<Record<string, string>> {
    return this.events.filter(({ event }) => event === kind);
  }

  /** Waits for something to become true; what is said when it does not is the log. */
  async until(wanted: () => boolean): Promise<void> {
    for (let waited = 0; waited < 10_000; waited += 20) {
      if (wanted()) return;
      await new Promise((done) => setTimeout(done, 20));
    }
    throw new Error(`not as wanted after 10 s; the loader said:\n${this.output}`);
  }
}
