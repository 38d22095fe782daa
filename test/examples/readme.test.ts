import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import * as ts from 'typescript';
import * as api from '../../src';
import { COMMANDS } from '../../src/cli/registry';

const ROOT = join(__dirname, '..', '..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

function blocks(language: string): string[] {
  return [...README.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].filter(([, name]) => name === language).map(([, , body]) => body);
}

interface Manifest {
  readonly scripts: Record<string, string>;
  readonly exports: Record<string, unknown>;
  readonly engines: { readonly node: string };
}
const MANIFEST = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;

/** Compiled as strictly as the tests, in files that exist for the compiler only; the faults of each source. */
function typeErrors(sources: readonly string[]): string[][] {
  const files = new Map(sources.map((source, index) => [join(ROOT, 'test', 'examples', `readme-${index}.ts`), source]));
  const { config } = ts.readConfigFile(join(ROOT, 'test', 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, join(ROOT, 'test'));
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.getSourceFile = (name, ...rest) => (files.has(name) ? ts.createSourceFile(name, files.get(name)!, rest[0]) : getSourceFile(name, ...rest));
  const program = ts.createProgram([...files.keys()], { ...options, noEmit: true, skipLibCheck: true, types: ['node'] }, host);
  return [...files.keys()].map((file) => {
    const own = program.getSourceFile(file)!;
    return [...program.getSyntacticDiagnostics(own), ...program.getSemanticDiagnostics(own)]
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  });
}

/** Run as it is, with the folder of its output. */
function run(source: string): string {
  const outdir = mkdtempSync(join(tmpdir(), 'readme-'));
  const { outputText } = ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 } });
  process.env.CDK8S_OUTDIR = outdir;
  try {
    // The modules that the test's own configuration finds for these names.
    new Function('require', 'exports', outputText)((name: string) => jest.requireActual(name), {});
  } finally {
    delete process.env.CDK8S_OUTDIR;
  }
  return readdirSync(outdir).map((file) => readFileSync(join(outdir, file), 'utf8')).join('---\n');
}

describe('the README', () => {
  test('shows programs that compile', () => {
    expect(blocks('ts')).toHaveLength(2);
    const wrong = "import { Rule } from 'k8s-apparmor'; Rule.read(7);";
    expect(typeErrors([...blocks('ts'), wrong])).toEqual([[], [], [expect.stringContaining("not assignable to parameter of type 'string'")]]);
  });

  test('shows a smallest program that confines its deployment and distributes the profile', () => {
    const [smallest, more] = blocks('ts');
    const yaml = run(smallest);
    const [name] = /k8s-apparmor\.web\.[0-9a-f]{8}/.exec(yaml)!;
    expect(yaml).toContain(`localhostProfile: ${name}`);
    expect(yaml).toContain(`profile ${name} `);
    expect(() => run(more)).not.toThrow();
  });

  test('names npm scripts that exist', () => {
    const scripts = blocks('sh').flatMap((block) => [...block.matchAll(/npm (?:run )?(\w[\w:]*)/g)].map(([, script]) => script));
    expect(scripts).toEqual(['install', 'test', 'demo']);
    for (const script of scripts.filter((one) => one !== 'install')) expect(MANIFEST.scripts).toHaveProperty([script]);
    expect(README).toContain(`Node ${MANIFEST.engines.node.replace(/^>= |\.0$/g, '')} or newer`);
  });

  test('names exports, entry points and commands that exist', () => {
    const table = README.slice(README.indexOf('## What each part is for'), README.indexOf('## What it does not do'));
    for (const [, part] of table.matchAll(/^\| `(\w+)`, `\w+` \||^\| `(\w+)` \|/gm)) if (part) expect(api).toHaveProperty(part);
    for (const [, part] of table.matchAll(/^\| `([A-Z]\w+)` \|/gm)) expect(api).toHaveProperty(part);
    for (const [, entry] of table.matchAll(/k8s-apparmor\/(\w+)/g)) expect(MANIFEST.exports).toHaveProperty([`./${entry}`]);
    for (const command of ['check', 'lint', 'decide', 'events', 'learn']) expect(COMMANDS).toHaveProperty(command);
  });

  test('links to files that exist', () => {
    const links = [...README.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path]) => path);
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) expect([link, existsSync(join(ROOT, link))]).toEqual([link, true]);
  });
});
