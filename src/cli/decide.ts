import { createReadStream } from 'node:fs';
import type { Command } from 'commander';
import { boundedLines, LONGEST_LINE } from './bounded-lines';
import { type CliCommand, type CommandIo, EXIT, examples, UserError } from './command';
import { otherKind, readProfile, requireFolders, sayThatInputIsAwaited } from './profile-input';
import { type Answered, verdictText } from './verdict-text';
import { LimitError, PatternError } from '../automaton';
import { AccessError, allProfiles, decidablePolicy, type DecidablePolicy, type Decider, readAccess } from '../decide';
import { diagnosticLine, hasErrors, visible } from '../diagnostics';
import type { FlatProfile, ParserGeneration } from '../language';
import { DISK } from '../language/disk';

const GENERATIONS: readonly ParserGeneration[] = ['3.0', '4.1', '5.0'];

const DEFAULT_BASE = '/etc/apparmor.d';
const FORMATS = ['json', 'text'] as const;

interface Options {
  readonly profile: string;
  readonly name?: string;
  readonly base: string;
  readonly features?: string;
  readonly parser: ParserGeneration;
  readonly access: string;
  readonly format: typeof FORMATS[number];
}

/** `k8s-apparmor decide`: answers whether a profile allows accesses, and by which rules. */
export const command: CliCommand = {
  configure(program: Command): void {
    program
      .requiredOption('--profile <file>', 'the profile')
      .option('--name <profile>', 'which one, where the file has several: its name, PARENT//CHILD for a child')
      .option('--base <dir>', 'folder of abstractions, tunables and abi', DEFAULT_BASE)
      .option('--features <file>', 'what the kernel mediates, in the format of features files (default: mainline kernel 6.1)')
      .option('--parser <generation>', `the parser that compiles the profile: ${GENERATIONS.join(', ')}`, '5.0')
      .option('--access <file>', 'accesses, one JSON object a line; - for standard input', '-')
      .option('--format <format>', `one of ${FORMATS.join(', ')}`, 'json');
    program.addHelpText('after', HELP);
    examples(program, [
      ['echo \'{"class":"file","path":"/etc/passwd","mask":"r"}\' | k8s-apparmor decide --profile web.profile', 'may it read that file, and by which rule?'],
      ['k8s-apparmor decide --profile web.profile --access accesses.jsonl --format text', 'the answers in words'],
      ['k8s-apparmor decide --profile all.profiles --name web --access accesses.jsonl', 'many accesses of one profile among several'],
    ]);
  },

  async run(_operands: string[], given: Record<string, any>, io: CommandIo): Promise<number> {
    const options = readOptions(given);
    const policy = readPolicy(options);
    if (hasErrors(policy.diagnostics)) {
      sayErrors(policy, options.profile, io);
      return EXIT.WRONG_USE;
    }
    await answerAll(deciderFor(policy, options), options, io);
    return EXIT.FINE;
  },
};

function readOptions(given: Record<string, any>): Options {
  if (!GENERATIONS.includes(given.parser)) {
    throw new UserError(`there is no parser generation '${given.parser}'; use one of ${GENERATIONS.join(', ')}`);
  }
  if (!FORMATS.includes(given.format)) {
    throw new UserError(`there is no format '${given.format}'; use one of ${FORMATS.join(', ')}`);
  }
  requireFolders('--base', given.base === DEFAULT_BASE ? [] : [given.base]);
  return given as Options;
}

function sayErrors({ diagnostics }: DecidablePolicy, profile: string, io: CommandIo): void {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  errors.forEach((diagnostic) => io.stderr.write(`${diagnosticLine(diagnostic)}\n`));
  const kind = otherKind({ name: profile, text: errors[0]!.source.text });
  if (kind !== undefined) {
    io.stderr.write(`k8s-apparmor decide: ${kind}\n`);
  }
}

const HELP = `
Prints one JSON verdict for each access: {"verdict":"allowed"|"denied"|"unmediated","audited":…,"rules":[…]}, for an
execution that is allowed with its "transition". unmediated: the kernel's features or the profile's abi leave such
accesses alone, so nothing holds the process back. All three are answers: the exit code is 0. It is 2 where the profile
or an access is wrong. An absent peer is "unconfined".
Classes: file exec link capability network unix mount signal ptrace dbus userns change_profile mqueue io_uring rlimit.`;

function readPolicy({ profile, base, features, parser }: Options): DecidablePolicy {
  const kernel = features === undefined ? undefined : readProfile(features);
  if (kernel !== undefined && (!/\S\s*\{/.test(kernel) || /^[ \t]*(?:abi|include|profile)\b/m.test(kernel))) {
    throw new UserError(`${features} is no features file; it would hold groups such as \`mount {mask {mount umount}}\``);
  }
  return decidablePolicy(readProfile(profile), { fileName: profile, base, parser, ...(kernel === undefined ? {} : { features: kernel }) });
}

function deciderFor(policy: DecidablePolicy, { profile: file, name }: Options): Decider {
  const named = (profile: FlatProfile) => profile.fullName === name || `:${profile.namespace}:${profile.fullName}` === name;
  const profiles = name === undefined ? policy.profiles : allProfiles(policy.profiles).filter(named);
  if (profiles.length !== 1) {
    const names = allProfiles(policy.profiles).map(({ fullName }) => fullName).join(', ');
    throw new UserError(names === '' ? `${file} holds no profile`
      : name === undefined ? `${file} holds several profiles; choose one by --name: ${names}`
        : `${file} holds ${profiles.length === 0 ? 'no' : 'more than one'} profile '${name}'; it holds ${names}`);
  }
  try {
    return policy.decider(profiles[0]);
  } catch (error) {
    throw faultOf(error, file);
  }
}

async function answerAll(decider: Decider, { access, format }: Options, io: CommandIo): Promise<void> {
  const name = access === '-' ? 'standard input' : access;
  if (access === '-') {
    sayThatInputIsAwaited(io);
  }
  let number = 0;
  for await (const line of boundedLines((access === '-' ? io.stdin : openAccesses(access)) as AsyncIterable<Buffer | string>)) {
    number++;
    if (line === undefined) {
      throw new UserError(`${name}:${number}: the line is longer than ${LONGEST_LINE} bytes, which is the most of an access`);
    }
    if (line.trim() !== '') {
      const answered = answer(decider, line, `${name}:${number}`);
      io.stdout.write(format === 'json' ? `${visible(JSON.stringify(answered.verdict))}\n` : verdictText(answered));
    }
  }
}

function openAccesses(path: string): NodeJS.ReadableStream {
  if (DISK.kind(path) === 'missing' || DISK.kind(path) === 'directory') {
    throw new UserError(`there is no file ${path}; --access names one with a JSON access a line, or - for standard input`);
  }
  return createReadStream(path);
}

function answer(decider: Decider, line: string, place: string): Answered {
  try {
    const access = readAccess(JSON.parse(line));
    return { access, verdict: decider.decide(access) };
  } catch (error) {
    throw faultOf(error, place);
  }
}

function faultOf(error: unknown, place: string): unknown {
  if (error instanceof SyntaxError) {
    return new UserError(`${place}: this is no JSON: ${error.message}`);
  }
  const known = error instanceof AccessError || error instanceof PatternError || error instanceof LimitError;
  return known ? new UserError(`${place}: ${error.message}`) : error;
}
