import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModuleKind, transpileModule } from 'typescript';
import { parseAllDocuments } from 'yaml';
import { builtPackage, type BuiltPackage, ROOT, run } from '../support/built-package';
import { cacheFolder } from '../support/real/cache';

jest.setTimeout(900_000);

/** How a user of each language installs the package and runs the program; each gives the YAML that the program wrote. */
const LANGUAGES: Record<string, (built: BuiltPackage, project: string) => void> = {
  python: ({ wheel }, project) => {
    run('python3', ['-m', 'venv', 'venv'], project);
    run('venv/bin/pip', ['install', '--quiet', '--disable-pip-version-check', wheel], project);
    run('venv/bin/python', ['main.py', 'out'], project);
  },
  java: ({ java }, project) => {
    const repository = join(cacheFolder(), 'maven');
    mkdirSync(repository, { recursive: true });
    cpSync(java, repository, { recursive: true });
    run('mvn', ['-B', '-q', `-Dmaven.repo.local=${repository}`, 'compile', 'exec:java', '-Doutdir=out'], project);
  },
  go: ({ go }, project) => {
    run('go', ['mod', 'edit', '-replace', `github.com/k8s-apparmor/k8s-apparmor-go/k8sapparmor=${go}`], project);
    run('go', ['mod', 'tidy'], project);
    run('go', ['run', '.', 'out'], project);
  },
};

let built: BuiltPackage;
let typescript: string;

beforeAll(() => {
  built = builtPackage();
  typescript = inProject('typescript', (_, project) => {
    writeFileSync(join(project, 'package.json'), '{}');
    run('npm', ['install', '--no-audit', '--no-fund', '--silent', built.tarball, 'cdk8s@2.68.91', 'constructs@10.5.1'], project);
    const { outputText } = transpileModule(readFileSync(join(project, 'main.ts'), 'utf8'), { compilerOptions: { module: ModuleKind.CommonJS } });
    writeFileSync(join(project, 'main.js'), outputText);
    run(process.execPath, ['main.js', 'out'], project);
  });
});

test('the TypeScript twin gives each workload its profile', () => {
  const profiles = parseAllDocuments(typescript).map((document) => document.toJS()).filter(({ kind }) => kind === 'Deployment').map(({ metadata, spec }) => [
    metadata.name, spec.template.spec.securityContext?.appArmorProfile, spec.template.spec.containers[1].securityContext?.appArmorProfile,
  ]);
  const localhost = (name: string) => ({ type: 'Localhost', localhostProfile: expect.stringMatching(`^k8s-apparmor\\.${name}\\.[0-9a-f]{8}$`) });
  expect(profiles).toEqual([
    ['web', localhost('web'), { type: 'RuntimeDefault' }],
    ['worker', localhost('worker'), undefined],
    ['legacy', undefined, undefined],
    ['blog', { type: 'RuntimeDefault' }, undefined],
  ]);
});

test.each(Object.keys(LANGUAGES))('%s writes the same YAML as TypeScript, to the byte', (language) => {
  expect(inProject(language, LANGUAGES[language])).toBe(typescript);
});

/** The program of an example, in an empty folder of its own. */
function inProject(language: string, work: (package_: BuiltPackage, project: string) => void): string {
  const project = mkdtempSync(join(tmpdir(), `k8s-apparmor-${language}-`));
  const begin = Date.now();
  try {
    cpSync(join(ROOT, 'examples', `${language}-shop`), project, { recursive: true });
    work(built, project);
    return readFileSync(join(project, 'out', 'app.k8s.yaml'), 'utf8');
  } finally {
    rmSync(project, { recursive: true, force: true });
    process.stderr.write(`${language}: ${((Date.now() - begin) / 1000).toFixed(1)} s\n`);
  }
}
