import type { Command } from 'commander';
import { excerpt } from '../diagnostics';
import { type CliCommand, collect, type CommandIo, EXIT, examples, UserError } from './command';
import { otherKind, readProfiles, requireFolders } from './profile-input';
import { version } from './version';
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
      printList(options.format, io);
      return EXIT.FINE;
    }
    if (operands.length === 0) {
      throw new UserError('there is nothing to lint; name a profile, a folder of profiles, or - for standard input');
    }
    const findings: Finding[] = [];
    const reported = new Set<string>();
    for (const operand of operands) {
      for (const { name, text } of await readProfiles(operand, io)) {
        const follow = ownIncludes(name === '-' ? undefined : name, options.include);
        const found = lintText(text, name, { ...lintOptions(options), follow }).filter((finding) => isNew(finding, reported));
        findings.push(...found);
        if (options.format === 'text') {
          found.forEach((finding) => printFinding(finding, io));
        }
        const kind = found.some(({ level }) => level === 'error') ? otherKind({ name, text }) : undefined;
        if (kind !== undefined) {
          io.stderr.write(`k8s-apparmor lint: ${kind}\n`);
        }
      }
    }
    printReport(findings, options, io);
    return findings.some(({ level }) => LEVELS.indexOf(level) <= LEVELS.indexOf(options.failOn)) ? EXIT.FINDINGS : EXIT.FINE;
  },
};

function printList(format: Options['format'], io: CommandIo): void {
  const rows = LINTS.map(({ id, level, preset, summary }) => ({ id, level, preset, summary }));
  io.stdout.write(format === 'text'
    ? rows.map(({ id, level, preset, summary }) => `${id} (${level}, ${preset}): ${summary}\n`).join('')
    : `${JSON.stringify(rows, undefined, 2)}\n`);
}

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
  requireFolders('--include', include);
  return { ...given, include } as unknown as Options;
}

function lintOptions({ preset, kernel }: Options): LintOptions {
  return { preset, ...(kernel === undefined ? {} : { kernel }) };
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
