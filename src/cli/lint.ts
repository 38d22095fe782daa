import { join } from 'node:path';
import type { Command } from 'commander';
import { excerpt } from '../diagnostics';
import { type CliCommand, collect, type CommandIo, EXIT, examples, UserError } from './command';
import { version } from './version';
import { DISK } from '../language/disk';
import { decode, isSkipped, loadText, type Loaded } from '../language/include-files';
import { findingJson, findingLine, LEVELS, LINTS, lintText, ownIncludes, sarifLog, type Finding, type Level, type LintOptions, type Preset } from '../lint';

const FORMATS = ['text', 'json', 'sarif'] as const;
const PRESETS: readonly Preset[] = ['recommended', 'strict'];

interface Options {
  readonly format: typeof FORMATS[number];
  readonly preset: Preset;
  readonly kernel?: string;
  readonly failOn: Level;
  readonly list: boolean;
  readonly include: readonly string[];
}

/** `k8s-apparmor lint`: says what no compiler refuses and reviewers want to know. */
export const command: CliCommand = {
  configure(program: Command): void {
    program
      .argument('[file...]', 'profiles, folders of profiles, or - for standard input')
      .option('--format <format>', `one of ${FORMATS.join(', ')}`, 'text')
      .option('--preset <preset>', `one of ${PRESETS.join(', ')}; strict has more to say`, 'recommended')
      .option('--kernel <version>', 'also say what this kernel does not enforce, as in 6.1')
      .option('--fail-on <level>', `the least level that makes the exit code 1: ${LEVELS.join(', ')}`, 'note')
      .option('-I, --include <dir>', 'also look at the rules that includes bring from this folder; can be repeated', collect)
      .option('--list', 'name every lint instead', false);
    examples(program, [
      ['k8s-apparmor lint profiles/', 'lints every profile of a folder'],
      ['k8s-apparmor lint --fail-on error web.profile', 'lets warnings and notes pass'],
      ['k8s-apparmor lint --format sarif profiles/ > lint.sarif', 'writes what code hosts show beside the lines of a pull request'],
      ['k8s-apparmor explain write-and-execute', 'says why a lint is there and what to do'],
    ]);
    program.addHelpText('after', '\nA comment above a rule or behind it silences a lint: # lint-ignore ID: why this is right here');
  },

  async run(operands: string[], given: Record<string, any>, io: CommandIo): Promise<number> {
    const options = readOptions(given);
    if (options.list) {
      LINTS.forEach(({ id, level, preset, summary }) => io.stdout.write(`${id} (${level}, ${preset}): ${summary}\n`));
      return EXIT.FINE;
    }
    if (operands.length === 0) {
      throw new UserError('there is nothing to lint; name a profile, a folder of profiles, or - for standard input');
    }
    const findings: Finding[] = [];
    const reported = new Set<string>();
    for (const operand of operands) {
      for (const { name, text } of await textsOf(operand, io)) {
        const follow = ownIncludes(name === '-' ? undefined : name, options.include);
        const found = lintText(text, name, { ...lintOptions(options), follow }).filter((finding) => isNew(finding, reported));
        findings.push(...found);
        if (options.format === 'text') {
          found.forEach((finding) => printFinding(finding, io));
        }
      }
    }
    printReport(findings, options, io);
    return findings.some(({ level }) => LEVELS.indexOf(level) <= LEVELS.indexOf(options.failOn)) ? EXIT.FINDINGS : EXIT.FINE;
  },
};

/** A file that several profiles include is reported once. */
function isNew({ id, source, range, message }: Finding, reported: Set<string>): boolean {
  const key = JSON.stringify([source.name, range.start, id, message]);
  const isFirst = !reported.has(key);
  reported.add(key);
  return isFirst;
}

function readOptions(given: Record<string, any>): Options {
  const choice = (name: string, value: string, known: readonly string[]) => {
    if (!known.includes(value)) {
      throw new UserError(`there is no ${name} '${value}'; use one of ${known.join(', ')}`);
    }
  };
  choice('format', given.format, FORMATS);
  choice('preset', given.preset, PRESETS);
  choice('level', given.failOn, LEVELS);
  if (given.kernel !== undefined && !/^\d{1,3}\.\d{1,3}$/.test(given.kernel)) {
    throw new UserError(`'${given.kernel}' is no kernel version; write two numbers, as in 6.1`);
  }
  const include: readonly string[] = given.include ?? [];
  const missing = include.find((dir) => DISK.kind(dir) !== 'directory');
  if (missing !== undefined) {
    throw new UserError(`'${missing}' is no folder; --include takes folders that exist`);
  }
  return { ...given, include } as unknown as Options;
}

function lintOptions({ preset, kernel }: Options): LintOptions {
  return { preset, ...(kernel === undefined ? {} : { kernel }) };
}

interface Text {
  readonly name: string;
  readonly text: string;
}

/** The texts of an operand: of a folder those that the real parser would take from it. */
async function textsOf(operand: string, io: CommandIo): Promise<Text[]> {
  if (operand === '-') {
    return [textOf('-', decode(await readAll(io.stdin), '-'))];
  }
  if (DISK.kind(operand) !== 'directory') {
    return [textOf(operand, loadText(DISK, operand))];
  }
  return [...DISK.list(operand)].filter((name) => !isSkipped(name)).sort().map((name) => join(operand, name))
    .filter((file) => DISK.kind(file) === 'file').map((file) => textOf(file, loadText(DISK, file)));
}

function textOf(name: string, { text, fault }: Loaded): Text {
  if (fault !== undefined) {
    throw new UserError(`${fault.message}; ${fault.help}`);
  }
  return { name, text };
}

async function readAll(stream: NodeJS.ReadableStream): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) {
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks);
}

/** The finding on standard output, the line it is about on standard error. */
function printFinding(finding: Finding, io: CommandIo): void {
  io.stdout.write(`${findingLine(finding)}\n`);
  if (io.stderr.isTTY) {
    io.stderr.write(`${excerpt(finding)}\n`);
  }
}

function printReport(findings: readonly Finding[], { format }: Options, io: CommandIo): void {
  if (format === 'text') {
    const count = (level: Level) => findings.filter((one) => one.level === level).length;
    io.stderr.write(findings.length === 0 ? 'nothing found\n' : `${LEVELS.map((level) => `${level}: ${count(level)}`).join(', ')}\n`);
    return;
  }
  const report = format === 'json' ? findings.map(findingJson) : sarifLog(findings, version(), process.cwd());
  io.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
}
