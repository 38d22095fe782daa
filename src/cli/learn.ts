import { createTwoFilesPatch } from 'diff';
import { stringify } from 'yaml';
import { type CliCommand, type CommandIo, EXIT, UserError } from './command';
import { collect, type Learnt } from './learn-input';
import { declareOptions, type LearnOptions, readLearnOptions } from './learn-options';
import { otherKind } from './profile-input';
import { replaceFile } from './replace-file';
import { count } from './tally-text';
import { DiagnosticsError, renderDiagnostic, visible } from '../diagnostics';
import { resolve } from '../language';
import { DISK } from '../language/disk';
import { loadText } from '../language/include-files';
import {
  amend, type AmendedFile, exampleOf, operatorSuggestions, operatorObject, PolicyKnowledge, printProfiles, printTypeScript,
  profilesIn, readForAmending, suggest, type Suggestions, subjectName, writeSummary,
} from '../learn';
import { printRule } from '../rules/registry';

/** `k8s-apparmor learn`: what was denied or observed becomes a profile, or a change to one. */
export const command: CliCommand = { configure: declareOptions, run };

async function run(files: string[], given: Record<string, any>, io: CommandIo): Promise<number> {
  const options = readLearnOptions(given);
  const target = options.amend === undefined ? undefined : readTarget(options.amend);
  const learnt = await collect(files, options, target === undefined ? undefined : onlyProfile(target, options), io);
  if (options.summary) {
    for (const line of writeSummary(learnt.findings)) {
      io.stdout.write(`${line}\n`);
    }
    return EXIT.FINE;
  }
  const suggestions = suggestionsOf(learnt, options, target);
  const { output, unplaced } = render(suggestions, options, target, io);
  if (options.write && target !== undefined) {
    replaceFile(target.fileName, target.text, output);
  } else {
    io.stdout.write(output);
  }
  report(suggestions, unplaced, io);
  const missing = suggestions.some(({ needs, refused, unwritable }) => needs.length > 0 || refused.length > 0 || unwritable.length > 0);
  return options.check && missing ? EXIT.FINDINGS : EXIT.FINE;
}

function readTarget(path: string): AmendedFile {
  if (DISK.kind(path) === 'missing') {
    throw new UserError(`cannot read ${path}, which is to be amended: there is no such file; leave --amend out for a new profile`);
  }
  const { text, fault } = loadText(DISK, path);
  if (fault !== undefined) {
    throw new UserError(`${fault.message}; ${fault.help}`);
  }
  try {
    return readForAmending(path, text);
  } catch (error) {
    if (error instanceof DiagnosticsError) {
      const what = otherKind({ name: path, text }) ?? error.diagnostics.map((diagnostic) => renderDiagnostic(diagnostic)).join('\n');
      throw new UserError(`${error.message}\n${what}`);
    }
    throw error;
  }
}

/** Behaviour without a profile's name is that of the only profile of the file. */
function onlyProfile(target: AmendedFile, { profile }: LearnOptions): string | undefined {
  const names = profilesIn(target);
  if (profile !== undefined && !names.includes(profile)) {
    throw new UserError(`${target.fileName} has no profile '${profile}'; it has ${names.length === 0 ? 'none' : names.join(', ')}`);
  }
  return names.length === 1 ? names[0] : undefined;
}

function suggestionsOf({ findings, imported }: Learnt, options: LearnOptions, target: AmendedFile | undefined): Suggestions[] {
  const known = target === undefined ? undefined : new PolicyKnowledge(resolve(target.tree, {
    base: options.base, includeDirs: options.include, parser: options.parser,
  }), options.parser);
  const { strictness, parser } = options;
  const suggested = [...findings.subjects.values()].map((subject) => suggest(subject, { strictness, fineSockets: parser !== '3.0', known }));
  const fromProfiles = imported.map((profile) => operatorSuggestions(profile, options.profile ?? profile.name));
  return [...suggested, ...fromProfiles].sort((one, other) => (subjectName(one.subject) < subjectName(other.subject) ? -1 : 1));
}

interface Rendered {
  readonly output: string;
  /** Profiles that the amended file does not have. */
  readonly unplaced: readonly string[];
}

function render(suggestions: readonly Suggestions[], options: LearnOptions, target: AmendedFile | undefined, io: CommandIo): Rendered {
  const { format, explain } = options;
  const amended = target === undefined ? undefined : amend(target, suggestions, explain);
  const unplaced = amended?.unplaced ?? [];
  switch (format) {
    case 'json':
      return { output: suggestions.map((suggestion) => `${JSON.stringify(jsonOf(suggestion))}\n`).join(''), unplaced };
    case 'typescript':
      return { output: printed(suggestions, (some) => printTypeScript(some, explain)), unplaced };
    case 'operator':
      return { output: operatorText(suggestions, io), unplaced };
    case 'diff':
      return { output: amended!.text === target!.text ? '' : unifiedDiff(target!, amended!.text), unplaced };
    default:
      return { output: amended?.text ?? newProfiles(suggestions, explain), unplaced };
  }
}

/** Objects one behind the other, and on standard error what they do not say. */
function operatorText(suggestions: readonly Suggestions[], io: CommandIo): string {
  return suggestions.filter(({ needs }) => needs.length > 0).map(({ subject, needs }) => {
    const name = subjectName(subject).toLowerCase().replace(/[^a-z0-9.-]+/g, '-').replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
    const { object, lost } = operatorObject(name, 'Enforce', needs.map(({ rule }) => rule));
    lost.forEach((sentence) => io.stderr.write(`${shown(sentence)}\n`));
    return `---\n${stringify(object)}`;
  }).join('');
}

function newProfiles(suggestions: readonly Suggestions[], explain: boolean): string {
  return printed(suggestions, (some) => printProfiles(some, { explain, abi: abiFor(suggestions) }));
}

/** Nothing at all where nothing was learnt: a file with an empty profile in it would be deployed one day. */
function printed(suggestions: readonly Suggestions[], print: (some: readonly Suggestions[]) => string): string {
  const some = suggestions.filter(({ needs }) => needs.length > 0);
  return some.length === 0 ? '' : print(some);
}

/** As `patch -p1` and code hosts take it. */
function unifiedDiff({ fileName, text }: AmendedFile, amended: string): string {
  return createTwoFilesPatch(`a/${fileName}`, `b/${fileName}`, text, amended, '', '').replace(/^=+\n/, '');
}

/** The least feature set that mediates what the rules are about. */
function abiFor(suggestions: readonly Suggestions[]): string {
  const rules = suggestions.flatMap(({ needs }) => needs.map(({ rule }) => rule));
  if (rules.some(({ type }) => type === 'io_uring')) {
    return 'abi/5.0';
  }
  const newer = rules.some((rule) => rule.type === 'userns' || rule.type === 'mqueue'
    || (rule.type === 'network' && (rule.access.length > 0 || Object.keys(rule.local).length > 0 || rule.peer !== undefined)));
  return newer ? 'abi/4.0' : 'abi/3.0';
}

/** One profile's suggestions as data. Times are seconds since 1970. */
function jsonOf({ subject, needs, refused, unwritable, allowed }: Suggestions): object {
  return {
    profile: subjectName(subject),
    suggestions: needs.map(({ rule, evidence, steps }) => ({ rule: printRule(rule), steps, ...evidence })),
    refused: refused.map(({ access, denied, seen }) => ({ access, observations: denied + seen })),
    ...(unwritable.length > 0 && { unwritable: unwritable.map(({ class: kind, evidence }) => ({ class: kind, ...evidence })) }),
    allowed,
  };
}

function report(suggestions: readonly Suggestions[], unplaced: readonly string[], io: CommandIo): void {
  for (const { subject, needs, refused, unwritable, allowed } of suggestions) {
    const steps = new Map<string, number>();
    needs.flatMap((need) => need.steps).forEach((step) => steps.set(step, (steps.get(step) ?? 0) + 1));
    const by = [...steps].map(([step, times]) => `${times} by ${step}`).join(', ');
    io.stderr.write(`${shown(subjectName(subject))}: ${count(needs.length, 'new rule')}${by === '' ? '' : ` (${by})`}, ${count(allowed, 'known access', 'known accesses')}\n`);
    for (const { access, denied, seen } of refused) {
      io.stderr.write(`  denied by a deny rule, and stays so: ${access.class} ${shown(exampleOf(access))} (${count(denied + seen, 'time')})\n`);
    }
    for (const { class: kind, evidence: { examples, observations } } of unwritable) {
      io.stderr.write(`  no rule can say it: ${kind} ${shown(examples[0] ?? '')} (${count(observations, 'time')})\n`);
    }
  }
  for (const name of unplaced) {
    io.stderr.write(`${shown(name)}: the amended file has no such profile, so nothing was added for it\n`);
  }
}

/** Names come from programs: on one line, and without what drives a terminal. */
function shown(name: string): string {
  return visible(name).replace(/[\t\n]/g, (character) => (character === '\n' ? '\\n' : '\\t'));
}
