import type { Command } from 'commander';
import { examples, UserError } from './command';
import { sourceOption } from './log-input';
import { requireFolders } from './profile-input';
import type { ParserGeneration } from '../language';
import { SOURCE_NAMES, SOURCES, type SourceName, STEPS, STRICTNESSES, type Strictness } from '../learn';

export const LEARN_FORMATS = ['text', 'typescript', 'diff', 'json', 'operator'] as const;
const DEFAULT_BASE = '/etc/apparmor.d';
const GENERATIONS: readonly ParserGeneration[] = ['3.0', '4.1', '5.0'];

/** What a user asked for, checked. */
export interface LearnOptions {
  readonly source?: SourceName;
  readonly profile?: string;
  readonly amend?: string;
  readonly write: boolean;
  readonly format: typeof LEARN_FORMATS[number];
  readonly strictness: Strictness;
  readonly explain: boolean;
  readonly check: boolean;
  readonly summary: boolean;
  readonly merge: boolean;
  readonly follow: boolean;
  readonly parser: ParserGeneration;
  readonly base: string;
  readonly include: readonly string[];
}

export function declareOptions(program: Command): void {
  program
    .argument('[file...]', 'logs, gzip too; - or none for standard input')
    .option('--source <name>', `read only this kind of line: ${SOURCE_NAMES.join(', ')} (default: told by the content)`)
    .option('--profile <name>', 'learn this profile only; also the name of a profile that no record names')
    .option('--amend <file>', 'add to the profiles of this file what they lack; comments and order stay')
    .option('--write', 'with --amend: change the file instead of printing it', false)
    .option('--format <format>', `one of ${LEARN_FORMATS.join(', ')}; diff needs --amend, operator writes AppArmorProfile objects`, 'text')
    .option('--strictness <level>', `how far patterns go beyond what was seen: ${STRICTNESSES.join(', ')}`, 'balanced')
    .option('--explain', 'a comment behind every new rule: its steps, how much was seen, an example', false)
    .option('--check', 'fail where a profile does not cover what was seen', false)
    .option('--summary', 'print the distinct accesses, to be merged elsewhere, instead of a profile', false)
    .option('--merge', 'the files are summaries', false)
    .option('--follow', 'wait for more lines of the last file until interrupted', false)
    .option('--parser <generation>', `write what this generation of apparmor_parser takes: ${GENERATIONS.join(', ')}`, '5.0')
    .option('--base <dir>', 'with --amend: folder of abstractions, tunables and abi', DEFAULT_BASE)
    .option('-I, --include <dir>', 'with --amend: search this folder before the base; can be repeated', (dir: string, dirs: string[]) => [...dirs, dir], []);
  examples(program, EXAMPLES);
  program.addHelpText('after', `\nSources:\n${rows(Object.entries(SOURCES).map(([name, { summary }]) => [name, summary]))}`);
  program.addHelpText('after', `\nSteps, in this order:\n${rows(STEPS.map(({ name, summary, from }) => [name, from === 'balanced' ? summary : `${summary} (${from})`]))}`);
}

const EXAMPLES: ReadonlyArray<readonly [string, string]> = [
  ['k8s-apparmor learn /var/log/audit/audit.log', 'all profiles of a log, each with what it needs'],
  ['journalctl -o json _TRANSPORT=audit | k8s-apparmor learn --source journald --profile web', 'one profile from the journal'],
  ['k8s-apparmor learn --amend web.profile --write audit.log', 'add to a file what it lacks'],
  ['k8s-apparmor learn --amend web.profile --format diff audit.log.gz', 'the same as a change to review'],
  ['k8s-apparmor learn --amend web.profile --check --explain audit.log', 'in CI: exit 1 where the profile does not cover what was seen'],
  ['k8s-apparmor learn --format typescript --profile web tetragon.log', 'rules for a program: Rule.read(…), …'],
  ['k8s-apparmor learn --format operator audit.log', 'objects for the Security Profiles Operator, and what they cannot say'],
  ['k8s-apparmor learn --strictness exact --format json audit.log', 'no patterns; every rule with its evidence'],
  ['k8s-apparmor learn --summary audit.log > node1.summary', 'on each node: what was seen, without the log'],
  ['k8s-apparmor learn --merge --profile web *.summary', 'and all nodes together, in any order'],
  ['k8s-apparmor learn --follow --profile web /var/log/kern.log', 'until Ctrl-C, then the profile'],
  ['k8s-apparmor learn --parser 3.0 audit.log', 'for nodes with an old parser: no addresses and ports'],
  ['k8s-apparmor learn --amend web.profile --base ./apparmor.d -I ./local audit.log', 'with abstractions from other folders'],
];

function rows(entries: ReadonlyArray<readonly [string, string]>): string {
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`).join('\n');
}

/** @throws UserError for values and combinations that mean nothing */
export function readLearnOptions(given: Record<string, any>): LearnOptions {
  const options = { ...given, source: sourceOption(given.source) } as LearnOptions;
  oneOf('format', options.format, LEARN_FORMATS);
  oneOf('strictness', options.strictness, STRICTNESSES);
  oneOf('parser generation', options.parser, GENERATIONS);
  const needs: ReadonlyArray<readonly [boolean, string]> = [
    [options.write && options.amend === undefined, '--write changes a file in place; name it by --amend FILE'],
    [options.format === 'diff' && options.amend === undefined, '--format diff compares with a file; name it by --amend FILE'],
    [options.write && options.format !== 'text', '--write takes no --format but text'],
    [options.summary && options.amend !== undefined, '--summary prints what was seen, not what a profile lacks; leave --amend out'],
    [options.merge && options.follow, '--follow waits for log lines, and --merge reads summaries; leave one of them out'],
  ];
  const fault = needs.find(([wrong]) => wrong);
  if (fault !== undefined) {
    throw new UserError(fault[1]);
  }
  requireFolders('--base', options.base === DEFAULT_BASE ? [] : [options.base]);
  requireFolders('--include', options.include);
  return options;
}

function oneOf(what: string, value: string, known: readonly string[]): void {
  if (!known.includes(value)) {
    throw new UserError(`there is no ${what} '${value}'; use one of ${known.join(', ')}`);
  }
}
