import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { builtPackage, run } from '../support/built-package';

jest.setTimeout(900_000);

const projects: string[] = [];
let tarball: string;

beforeAll(() => { tarball = builtPackage().tarball; });
afterAll(() => projects.forEach((project) => rmSync(project, { recursive: true, force: true })));

/** What a user has after `npx k8s-apparmor init`, with the package from here in place of the published one. */
function startedProject(...options: string[]): string {
  const project = mkdtempSync(join(tmpdir(), 'k8s-apparmor-init-'));
  const tool = mkdtempSync(join(tmpdir(), 'k8s-apparmor-tool-'));
  projects.push(project, tool);
  writeFileSync(join(tool, 'package.json'), '{ "private": true }');
  const install = ['install', '--no-audit', '--no-fund', '--silent', '--prefer-offline', tarball];
  run('npm', [...install, '--legacy-peer-deps'], tool);
  run(join(tool, 'node_modules', '.bin', 'k8s-apparmor'), ['init', ...options, project], tool);
  run('npm', install, project);
  return project;
}

describe('a cdk8s project', () => {
  let project: string;
  beforeAll(() => { project = startedProject(); });

  test('is synthesised and validated by cdk8s-cli, which reports what the profile has to say', () => {
    const said = run('npx', ['cdk8s', 'synth'], project);
    const objects = parseAllDocuments(readFileSync(join(project, 'dist', 'shop.k8s.yaml'), 'utf8')).map((document) => document.toJS());
    expect(objects.map(({ spec }) => spec.template.spec.securityContext.appArmorProfile)).toEqual([
      { type: 'Localhost', localhostProfile: expect.stringMatching(/^k8s-apparmor\.web\.[0-9a-f]{8}$/) },
    ]);
    expect(readdirSync(join(project, 'dist')).sort()).toEqual(['apparmor.k8s.yaml', 'construct-metadata.json', 'shop.k8s.yaml']);
    expect(said).toMatch(/Status\s+│ success/);
    expect(said).toContain('lint-no-enforcement (1 occurrences)');
  });

  test('with a workload that runs unconfined fails in cdk8s-cli, whose report says why', () => {
    const main = readFileSync(join(project, 'main.ts'), 'utf8');
    writeFileSync(join(project, 'main.ts'), main.replace('confine(app)', `new ApiObject(chart, 'legacy', {
  apiVersion: 'v1', kind: 'Pod', metadata: { name: 'legacy' }, spec: { containers: [{ name: 'main', image: 'legacy:1' }] },
});
confine(app).exempt({ name: 'legacy' }, 'a test')`));
    let report = '';
    try {
      run('npx', ['cdk8s', 'synth'], project);
    } catch (error) {
      report = (error as Error).message;
    }
    expect(report).toMatch(/Status\s+│ failure/);
    expect(report).toContain('unconfined');
    expect(report).toContain('Resource Name: Pod/legacy');
  });
});

describe('a Pulumi project', () => {
  test('has right types, and registers a confined Deployment', () => {
    const project = startedProject('--pulumi');
    run('npx', ['tsc', '--outDir', 'out'], project);
    writeFileSync(join(project, 'run.js'), `
      const pulumi = require('@pulumi/pulumi');
      const found = [];
      pulumi.runtime.setMocks({ newResource: ({ name, type, inputs }) => { found.push([type, inputs]); return { id: name, state: inputs }; }, call: () => ({}) })
        .then(() => pulumi.runtime.runInPulumiStack(async () => { require('./out/index.js'); }))
        .then(() => pulumi.runtime.waitForRPCs())
        .then(() => console.log(JSON.stringify(found)));
    `);
    const registered: [string, any][] = JSON.parse(run(process.execPath, ['run.js'], project).trim().split('\n').pop()!);
    const deployments = registered.filter(([type]) => type === 'kubernetes:apps/v1:Deployment').map(([, { spec }]) => spec.template.spec.securityContext);
    expect(deployments).toEqual([{ appArmorProfile: { type: 'Localhost', localhostProfile: expect.stringMatching(/^k8s-apparmor\.web\./) } }]);
  });
});
