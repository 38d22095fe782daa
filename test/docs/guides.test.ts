import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCompilerHost, createProgram, flattenDiagnosticMessageText, getPreEmitDiagnostics, ModuleKind, parseJsonConfigFileContent, readConfigFile, ScriptTarget, sys, transpile } from 'typescript';
import { COMMANDS } from '../../src/cli/registry';
import { runProgram } from '../support/pulumi-program';
import { runCommand } from '../support/run-command';

const ROOT = join(__dirname, '..', '..');
const GUIDES = readdirSync(join(ROOT, 'docs')).filter((file) => file.endsWith('.md') && file !== 'errors.md');

interface Block {
  readonly name: string;
  readonly language: string;
  readonly text: string;
}

const blocks: Block[] = [...GUIDES.map((file) => join('docs', file)), 'CONTRIBUTING.md'].flatMap((file) =>
  [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .map(([, language, text], index) => ({ name: `${file} ${index + 1}`, language, text })));

test('every TypeScript block of the guides has right types', () => {
  const { config } = readConfigFile(join(ROOT, 'test', 'tsconfig.json'), sys.readFile);
  const { options } = parseJsonConfigFileContent(config, sys, join(ROOT, 'test'));
  const sources = new Map(blocks.filter(({ language }) => language === 'ts').map(({ name, text }) => [join(ROOT, 'test', 'docs', `${name.replace(/\W/g, '-')}.ts`), text]));
  expect(sources.size).toBeGreaterThan(4);
  const compilerHost = createCompilerHost(options);
  const { fileExists, readFile } = compilerHost;
  compilerHost.fileExists = (file) => sources.has(file) || fileExists(file);
  compilerHost.readFile = (file) => sources.get(file) ?? readFile(file);
  const program = createProgram([...sources.keys()], { ...options, noEmit: true, noUnusedLocals: false, skipLibCheck: true }, compilerHost);
  const faults = [...sources.keys()].flatMap((file) => getPreEmitDiagnostics(program, program.getSourceFile(file))
    .map((diagnostic) => `${file}: ${flattenDiagnosticMessageText(diagnostic.messageText, '\n')}`));
  expect(faults).toEqual([]);
});

test('every command that the guides name is one', () => {
  const named = blocks.filter(({ language }) => language === 'sh').flatMap(({ text }) => [...text.matchAll(/^(?:npx )?k8s-apparmor (\S+)/gm)].map(([, name]) => name));
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((name) => !Object.hasOwn(COMMANDS, name))).toEqual([]);
});

test('every script that the guides name is one', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const text = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
  const named = [...text.matchAll(/`(?:npm run )?(test:\w+)`/g)].map(([, name]) => name);
  expect(named).toHaveLength(5);
  expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
});

test('the error that the tutorial shows is that of its program with the slip', () => {
  const tutorial = blocks.filter(({ name }) => name.startsWith('docs/tutorial.md'));
  const [{ text: program }, { text: error }] = ['ts', 'text'].map((language) => tutorial.find((block) => block.language === language)!);
  const code = transpile(program.replace('net_bind_service', 'net_bind_servce'), { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 });
  expect(() => new Function('require', 'exports', code)(require, {})).toThrow(error.trim().replace('ProfileError: ', ''));
});

describe('every TypeScript block runs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'k8s-apparmor-guides-'));
  // As on somebody's own machine, where a history file may be made: with CI set a new one would be an error.
  beforeAll(() => { Object.assign(process.env, { CDK8S_OUTDIR: folder, K8S_APPARMOR_HISTORY: 'write' }); });
  afterAll(() => {
    for (const name of ['CDK8S_OUTDIR', 'K8S_APPARMOR_HISTORY']) delete process.env[name];
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(blocks.filter(({ language }) => language === 'ts').map(({ name, text }) => [name, text]))('%s', async (_, text) => {
    const printed: unknown[] = [];
    const code = transpile(text, { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 });
    const execute = () => { new Function('require', 'exports', 'console', code)(require, {}, { log: (value: unknown) => printed.push(value) }); };
    if (text.includes('k8s-apparmor/pulumi\'')) expect((await runProgram(execute)).length).toBeGreaterThan(1);
    else expect(execute).not.toThrow();
    if (text.includes('console.log(answer.verdict)')) expect(printed).toEqual(['denied']);
    const next = blocks[blocks.findIndex((block) => block.text === text) + 1];
    if (next?.language === 'yaml' && next.name.startsWith('docs/tutorial.md')) expect(readFileSync(join(folder, 'shop.k8s.yaml'), 'utf8')).toContain(next.text);
  });
});

describe('every command that the guides show with its output prints that', () => {
  const folder = mkdtempSync(join(tmpdir(), 'k8s-apparmor-shown-'));
  const before = process.cwd();
  beforeAll(() => process.chdir(folder));
  afterAll(() => {
    process.chdir(before);
    rmSync(folder, { recursive: true, force: true });
  });

  const shown = blocks.filter(({ language }) => language === 'console');
  /** The last text of a language before a block, in the same page. */
  const textBefore = (language: string, at: number) => blocks.slice(0, at)
    .filter((block) => block.language === language && pageOf(block) === pageOf(blocks[at])).pop()?.text;
  const pageOf = ({ name }: Block) => name.split(' ')[0];

  test.each(shown.map((block) => [block.name, block] as const))('%s', async (_, block) => {
    writeFileSync('node.log', textBefore('log', blocks.indexOf(block)) ?? '');
    writeFileSync('web.profile', textBefore('apparmor', blocks.indexOf(block)) ?? '');
    const [, commandLine, input, output] = /^\$ k8s-apparmor (.*)\n((?:> .*\n)*)([\s\S]*)$/.exec(block.text)!;
    const argv = [...commandLine.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain);
    expect((await runCommand(argv, input.replace(/^> /gm, ''))).out).toBe(output);
  });

  test('there are some', () => {
    expect(shown.length).toBeGreaterThan(4);
  });
});
