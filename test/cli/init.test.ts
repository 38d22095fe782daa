import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { parseAllDocuments } from 'yaml';
import { main } from '../../src/cli/main';
import { one, runProgram } from '../support/pulumi-program';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'k8s-apparmor-init-'));
  folders.push(folder);
  return folder;
}

async function init(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const said = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => new Writable({ write: (chunk, _, done) => { said[name] += chunk; done(); } });
  const code = await main(['init', ...args], { stdin: Readable.from([]), stdout: stream('stdout'), stderr: stream('stderr'), env: {} });
  return { code, ...said };
}

/** Runs a template's program as it lies in the package. */
function load(program: string): void {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  require(`../../templates/${program}`);
}

test.each([
  ['cdk8s', [], ['.gitignore', 'cdk8s.yaml', 'confinement.ts', 'main.ts', 'package.json', 'tsconfig.json']],
  ['pulumi', ['--pulumi'], ['.gitignore', 'Pulumi.yaml', 'confinement.ts', 'index.ts', 'package.json', 'tsconfig.json']],
])('an empty folder gets a whole %s project, and every file is told of', async (_, options, files) => {
  const folder = emptyFolder();
  const { code, stdout } = await init(...options, folder);
  expect(code).toBe(0);
  expect(readdirSync(folder).sort()).toEqual(files);
  expect(stdout.split('\n').filter(Boolean).map((line) => /^wrote (\S+): ./.exec(line)?.[1]).sort()).toEqual(files);
  expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).dependencies['k8s-apparmor']).toMatch(/^\^\d+\.\d+\.\d+$/);
});

test.each([['cdk8s.yaml', 'confine(app)'], ['Pulumi.yaml', 'confine()']])('a project with %s gets one file, and is told how to call it', async (mark, call) => {
  const folder = emptyFolder();
  writeFileSync(join(folder, mark), 'mine');
  writeFileSync(join(folder, 'package.json'), '{}');
  const { stdout, stderr } = await init(folder);
  expect(readdirSync(folder).sort()).toEqual([mark, 'confinement.ts', 'package.json'].sort());
  expect(readFileSync(join(folder, mark), 'utf8')).toBe('mine');
  expect(stdout).toMatch(/^wrote confinement.ts: /);
  expect(stderr).toContain(call);
});

test.each<[string, (folder: string) => string, object | undefined, string]>([
  ['its package', (folder) => folder, { name: '@shop/Web_Front' }, 'web-front-profiles'],
  ['its folder', (folder) => join(folder, 'Shop 2'), undefined, 'shop-2-profiles'],
  ['its folder, where the package has none', (folder) => join(folder, 'shop'), {}, 'shop-profiles'],
  ['its package, at most 40 characters of it', (folder) => folder, { name: `${'a'.repeat(30)}.${'b'.repeat(30)}` }, `${'a'.repeat(30)}-profiles`],
  ['the template, where the project has no name', (folder) => folder, { name: '世界' }, 'apparmor-profiles'],
])('the bundle is called after %s, so that two projects do not share a loader', async (_, place, manifest, name) => {
  for (const option of ['--cdk8s', '--pulumi']) {
    const folder = place(emptyFolder());
    mkdirSync(folder, { recursive: true });
    if (manifest) writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    expect((await init(option, folder)).code).toBe(0);
    expect(readFileSync(join(folder, 'confinement.ts'), 'utf8')).toContain(`const BUNDLE = '${name}';`);
  }
});

test('a second run changes nothing and says so', async () => {
  const folder = emptyFolder();
  await init(folder);
  writeFileSync(join(folder, 'confinement.ts'), '// mine');
  expect((await init(folder)).stdout).toMatch(/^kept confinement.ts: /);
  expect(readFileSync(join(folder, 'confinement.ts'), 'utf8')).toBe('// mine');
});

test('what is applied is the objects, not what cdk8s-cli writes beside them', async () => {
  expect((await init(emptyFolder())).stderr).toContain('\n  npx cdk8s synth\n  kubectl apply -f \'dist/*.yaml\'\n');
});

test('--dry-run writes nothing', async () => {
  const folder = emptyFolder();
  const { stdout } = await init('--dry-run', join(folder, 'new'));
  expect(stdout).toContain('would write main.ts: an app with one Deployment');
  expect(existsSync(join(folder, 'new'))).toBe(false);
});

test('a link is not written through', async () => {
  const folder = emptyFolder();
  symlinkSync(join(folder, 'elsewhere'), join(folder, 'confinement.ts'));
  expect((await init(folder)).stdout).toContain('kept confinement.ts');
  expect(existsSync(join(folder, 'elsewhere'))).toBe(false);
});

test.each<[string, (folder: string) => string[], string]>([
  ['both frameworks', (folder) => ['--cdk8s', '--pulumi', folder], '--cdk8s and --pulumi are given together; give one of them'],
  ['a project of both', (folder) => {
    ['cdk8s.yaml', 'Pulumi.yaml'].forEach((mark) => writeFileSync(join(folder, mark), ''));
    return [folder];
  }, 'holds cdk8s.yaml and Pulumi.yaml; give --cdk8s or --pulumi'],
  ['a file', (folder) => {
    writeFileSync(join(folder, 'file'), '');
    return [join(folder, 'file')];
  }, 'is a file; name a folder'],
])('refuses %s', async (_, args, message) => {
  const { code, stderr } = await init(...args(emptyFolder()));
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

test('the cdk8s template synthesises a confined Deployment', async () => {
  const folder = emptyFolder();
  process.env.CDK8S_OUTDIR = folder;
  try {
    load('cdk8s/main');
  } finally {
    delete process.env.CDK8S_OUTDIR;
  }
  const objects = readdirSync(folder).flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map((document) => document.toJS()));
  expect(objects.map(({ kind }) => kind).sort()).toEqual(['ConfigMap', 'ConfigMap', 'DaemonSet', 'Deployment', 'Namespace', 'ServiceAccount']);
  expect(objects.find(({ kind }) => kind === 'Deployment').spec.template.spec.securityContext.appArmorProfile.localhostProfile)
    .toMatch(/^k8s-apparmor\.web\.[0-9a-f]{8}$/);
});

test('the Pulumi template registers a confined Deployment', async () => {
  const registered = await runProgram(() => load('pulumi/index'));
  const deployment = one(registered, 'kubernetes:apps/v1:Deployment', 'web');
  expect(deployment.inputs.spec.template.spec.securityContext.appArmorProfile.localhostProfile).toMatch(/^k8s-apparmor\.web\.[0-9a-f]{8}$/);
  expect(deployment.dependsOn).toEqual([one(registered, 'kubernetes:apps/v1:DaemonSet').urn]);
});
