import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type Diagnostic, excerpt, hasErrors, messageText, placeText, printable } from '../diagnostics';
import { type CliCommand, collect, type CommandIo, EXIT, examples, UserError } from './command';
import { filesOf, isPipe, otherKind, readStandardInput, requireFolders } from './profile-input';
import { version } from './version';
import { checkFile, checkText } from '../language/check';
import type { ParserGeneration } from '../language/cursor';
import { DISK } from '../language/disk';
import { includeFiles, type ResolveOptions } from '../language/resolve';

const GENERATIONS: readonly ParserGeneration[] = ['3.0', '4.1', '5.0'];
const FORMATS = ['text', 'json', 'sarif'] as const;
const DEFAULT_BASE = '/etc/apparmor.d';

interface Options {
  readonly base: string;
  readonly include: readonly string[];
  readonly abi?: string;
  readonly parser: string;
  readonly format: typeof FORMATS[number];
  readonly strict: boolean;
}

/** What was found in one operand. */
interface Checked {
  readonly file: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** `k8s-apparmor check`: says what the real parser would refuse, and where a rule confines nothing. */
export const command: CliCommand = {
  configure(program: Command): void {
    program
      .argument('<file...>', 'profiles, folders of profiles, or - for standard input')
      .option('--base <dir>', 'folder of abstractions, tunables and abi', DEFAULT_BASE)
      .option('-I, --include <dir>', 'search this folder before the base; can be repeated', collect)
      .option('--abi <name>', 'warn of rules that these features do not enforce: a file, or a name below abi/ in the base')
      .option('--parser <generation>', `judge as this generation of apparmor_parser does: ${GENERATIONS.join(', ')}`, '5.0')
      .option('--format <format>', `one of ${FORMATS.join(', ')}`, 'text')
      .option('--strict', 'warnings count as findings', false);
    examples(program, [
      ['k8s-apparmor check profiles/', 'checks every profile of a folder'],
      ['k8s-apparmor check --abi 4.0 web.profile', 'also warns of what kernels with the features of abi/4.0 would not enforce'],
      ['cat web.profile | k8s-apparmor check -', 'checks standard input'],
    ]);
  },

  async run(operands: string[], given: Record<string, any>, io: CommandIo): Promise<number> {
    const options = readOptions(given);
    const shared = resolveOptions(options);
    const results: Checked[] = [];
    for (const operand of operands) {
      const checked = operand === '-' ? [checkBytes('-', await readStandardInput(io), shared)] : checkOperand(operand, shared);
      results.push(...checked);
      if (options.format === 'text') {
        checked.forEach((one) => printText(one, io));
      }
    }
    if (options.format !== 'text') {
      const report = options.format === 'json' ? results.map(jsonOf) : sarifOf(results);
      io.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    }
    return exitCode(results, options.strict);
  },
};

/** A file that cannot be read is wrong use: nothing was found out about it. */
function exitCode(results: readonly Checked[], strict: boolean): number {
  if (results.some(isUnread)) {
    return EXIT.WRONG_USE;
  }
  return results.some(({ diagnostics }) => hasErrors(diagnostics) || (strict && diagnostics.length > 0)) ? EXIT.FINDINGS : EXIT.FINE;
}

/** Whether the operand itself is none that can be read, other than a file that it includes. */
function isUnread({ diagnostics }: Checked): boolean {
  return diagnostics.some(({ code, includedFrom = [] }) => code === 'unreadable-file' && includedFrom.length === 0);
}

function readOptions(given: Record<string, any>): Options {
  if (!GENERATIONS.includes(given.parser)) {
    throw new UserError(`there is no parser generation '${given.parser}'; use one of ${GENERATIONS.join(', ')}`);
  }
  if (!FORMATS.includes(given.format)) {
    throw new UserError(`there is no format '${given.format}'; use one of ${FORMATS.join(', ')}`);
  }
  const include: readonly string[] = given.include ?? [];
  requireFolders('--base', given.base === DEFAULT_BASE ? [] : [given.base]);
  requireFolders('--include', include);
  return { ...given, include } as unknown as Options;
}

function resolveOptions({ base, include, abi, parser }: Options): ResolveOptions {
  const options: ResolveOptions = {
    base, includeDirs: include, parser: parser as ParserGeneration, ...(abi === undefined ? {} : { features: readFeatures(abi, [...include, base]) }),
  };
  return { ...options, includes: includeFiles(options) };
}

/** The text of a features file, by path or by its name below `abi/`. */
function readFeatures(name: string, folders: readonly string[]): string {
  const candidates = [...folders.flatMap((folder) => [join(folder, 'abi', name), join(folder, name)]), name];
  const path = candidates.find((candidate) => DISK.kind(candidate) === 'file');
  if (path === undefined) {
    throw new UserError(`there are no features '${name}': neither a file of this path nor ${join('abi', name)} in ${folders.join(', ')}`);
  }
  return readFileSync(path, 'utf8');
}

function checkOperand(operand: string, options: ResolveOptions): Checked[] {
  if (isPipe(operand)) {
    return [checkBytes(operand, DISK.read(operand), options)];
  }
  return filesOf(operand).map((file) => ({ file, diagnostics: checkFile(file, options) }));
}

function checkBytes(name: string, bytes: Uint8Array, options: ResolveOptions): Checked {
  return { file: name, diagnostics: checkText(bytes, { ...options, fileName: name }) };
}

/** Verdicts on standard output, one line each; excerpts and warnings on standard error. */
function printText({ file, diagnostics }: Checked, io: CommandIo): void {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  for (const diagnostic of diagnostics) {
    const stream = diagnostic.severity === 'error' ? io.stdout : io.stderr;
    stream.write(`${lineOf(file, diagnostic)}\n`);
    if (diagnostic.source.text !== '') {
      io.stderr.write(`${excerpt(diagnostic)}\n`);
    }
  }
  const kind = errors.length === 0 ? undefined : otherKind({ name: file, text: errors[0]!.source.text });
  if (kind !== undefined) {
    io.stderr.write(`k8s-apparmor check: ${kind}\n`);
  }
  if (errors.length === 0) {
    io.stdout.write(`${printable(file.replace(/[\r\n\t]+/g, ' '))}: ok\n`);
  }
}

/** `FILE:LINE:COL: error CODE message`. FILE is the operand: of a fault in an included file the line is that of the include. */
function lineOf(file: string, diagnostic: Diagnostic): string {
  const { severity, code, includedFrom = [] } = diagnostic;
  const outer = includedFrom[includedFrom.length - 1];
  const { line, column } = outer === undefined
    ? diagnostic.source.position(diagnostic.range.start)
    : outer.source.position(outer.range.start);
  const where = outer === undefined ? '' : ` (${placeText(diagnostic)}, included here)`;
  return printable(`${file}:${line}:${column}: ${severity} ${code} ${messageText(diagnostic)}${where}`.replace(/[\r\n\t]+/g, ' '));
}

/** A finding as plain data: positions count from 1, the end is behind the last character. */
function findingOf(diagnostic: Diagnostic) {
  const { code, severity, message, help, source, range, includedFrom = [] } = diagnostic;
  return {
    code,
    severity,
    message,
    ...(help === undefined ? {} : { help }),
    file: source.name,
    ...spanOf(source.position(range.start), source.position(range.end)),
    ...(includedFrom.length === 0 ? {} : { includedFrom: includedFrom.map(placeText) }),
  };
}

function spanOf(start: { line: number; column: number }, end: { line: number; column: number }) {
  return { line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
}

function jsonOf({ file, diagnostics }: Checked) {
  return { file, ok: !hasErrors(diagnostics), findings: diagnostics.map(findingOf) };
}

/** As code hosts show it in pull requests. The lints' own writer, loaded only here: most checks end without it. */
function sarifOf(results: readonly Checked[]): object {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- see above
  const { sarifLog } = require('../lint/sarif') as typeof import('../lint/sarif');
  const findings = results.flatMap(({ diagnostics }) => diagnostics.map(({ code, severity, message, help = '', source, range }) => ({
    id: code, level: severity, message, help, source, range,
  })));
  return sarifLog(findings, version(), process.cwd(), []);
}
