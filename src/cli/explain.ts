import type { Command } from 'commander';
import { type CliCommand, type CommandIo, EXIT, examples, UserError } from './command';
import { isPipe, otherKind, readProfile, readStandardInput } from './profile-input';
import { CODES, hasErrors, messageText, renderDiagnostic, type Code } from '../diagnostics';
import { isAccessRule, parseProfileText } from '../language';
import { denialLines } from './explanations/denials';
import { profileLines } from './explanations/profiles';
import { ruleSentence } from './explanations/rules';
import { symptomOf } from './explanations/symptoms';
import { DISK } from '../language/disk';
import { decode } from '../language/include-files';
import { LINTS } from '../lint';
import { nearest } from '../profile/nearest';

/** Longest text that is explained, in characters. */
const LONGEST = 1024 * 1024;

/** `k8s-apparmor explain`: a rule, a profile, a lint, an error code, or what a pod says, in plain words. */
export const command: CliCommand = {
  configure(program: Command): void {
    program
      .argument('<what...>', 'a rule, the id of a lint, an error code, a message of a pod, log lines with denials, or the path of a file with one of them or with a profile; - reads standard input')
      .option('--format <format>', 'text or json', 'text');
    examples(program, [
      ['k8s-apparmor explain "/usr/bin/* Pix -> helper,"', 'says what a rule does'],
      ['k8s-apparmor explain web.profile', 'says it for every rule of a profile'],
      ['k8s-apparmor explain write-and-execute', 'says why a lint is there, and what to do'],
      ['k8s-apparmor explain exec-conflict', 'says what an error means'],
      ['dmesg | k8s-apparmor explain -', 'says what was denied, and which rules would allow it'],
      ['kubectl describe pod web | k8s-apparmor explain -', 'says why a pod does not start'],
    ]);
  },

  async run(operands: string[], given: Record<string, any>, io: CommandIo): Promise<number> {
    if (!['text', 'json'].includes(given.format)) {
      throw new UserError(`there is no format '${given.format}'; use text or json`);
    }
    const asked = operands.length === 1 && operands[0] === '-' ? await readAll(io) : operands.join(' ');
    if (asked.length > LONGEST) {
      io.stderr.write(`k8s-apparmor explain: only the first ${LONGEST} characters are looked at; \`k8s-apparmor learn\` reads a whole log\n`);
    }
    const lines = explanationOf(asked.slice(0, LONGEST), operands.length === 1 && operands[0] !== '-');
    io.stdout.write(given.format === 'json' ? `${JSON.stringify({ asked, explanation: lines }, null, 2)}\n` : `${lines.join('\n')}\n`);
    return EXIT.FINE;
  },
};

function explanationOf(asked: string, mayBeFile: boolean): string[] {
  const word = asked.trim();
  if (word === '') {
    throw new UserError('there is nothing to explain; give a rule, a message, or the path of a file');
  }
  const lines = lintLines(word) ?? codeLines(word) ?? messageLines(asked) ?? (mayBeFile ? fileLines(word) : undefined) ?? textLines(asked);
  if (lines !== undefined) {
    return lines;
  }
  if (/^[/@]|[\s,]/.test(word)) {
    const [fault] = parseProfileText(`profile x {\n${word.replace(/,?$/, ',')}\n}\n`).diagnostics;
    throw new UserError(`this is no rule, profile or known message: ${short(word)}: ${fault === undefined ? 'there is nothing in it' : messageText(fault)}`);
  }
  const near = nearest(word, [...LINTS.map(({ id }) => id), ...Object.keys(CODES)]);
  const hint = near === undefined ? 'there is no file of this name, and `k8s-apparmor lint --list` lists the lints' : `did you mean ${near}?`;
  throw new UserError(`this is no rule, profile, lint, error code or known message: ${short(word)}; ${hint}`);
}

function lintLines(id: string): string[] | undefined {
  const lint = LINTS.find((one) => one.id === id);
  return lint && [
    `${lint.id} (lint, ${lint.level})`, lint.summary, '', lint.reason, '', `Better: ${lint.better}.`, `Exceptions: ${lint.exceptions}`, '',
    'Wrong:', ...indented(lint.wrong), 'Right:', ...indented(lint.right),
    'To silence it where it is right, write the reason behind or above the rule:', `  # lint-ignore ${lint.id}: why this is right here`,
  ];
}

function codeLines(code: string): string[] | undefined {
  return Object.hasOwn(CODES, code) ? [`${code} (error of the language)`, CODES[code as Code]] : undefined;
}

/** What was denied, or what a pod says. */
function messageLines(text: string): string[] | undefined {
  return denialLines(text) ?? symptomLines(text.trim());
}

function symptomLines(text: string): string[] | undefined {
  const symptom = symptomOf(text);
  return symptom && [symptom.title, '', `Cause: ${symptom.cause}`, '', `What to do: ${symptom.fix}`];
}

function fileLines(path: string): string[] | undefined {
  if (path.includes('\0') || DISK.kind(path) === 'missing' || (DISK.kind(path) === 'other' && !isPipe(path))) {
    return undefined;
  }
  const text = readProfile(path);
  const { tree, diagnostics } = parseProfileText(text, { fileName: path });
  if (!hasErrors(diagnostics)) {
    return tree.body.items.length === 0 ? [`${path} holds no profile.`] : profileLines(tree);
  }
  const lines = messageLines(text.slice(0, LONGEST));
  if (lines === undefined) {
    const kind = otherKind({ name: path, text });
    throw new UserError(kind ?? `it has errors, which come first:\n${diagnostics.map(renderDiagnostic).join('\n')}`);
  }
  return lines;
}

/** A whole profile, or rules without one; a single rule need not have its comma. */
function textLines(text: string): string[] | undefined {
  const whole = parseProfileText(`${text}\n`);
  if (!hasErrors(whole.diagnostics) && whole.tree.body.items.length > 0) {
    return profileLines(whole.tree);
  }
  for (const body of [text, `${text.trimEnd()},`]) {
    const { tree, diagnostics } = parseProfileText(`profile x {\n${body}\n}\n`);
    const [profile] = tree.body.items;
    if (!hasErrors(diagnostics) && tree.body.items.length === 1 && profile.type === 'profile' && profile.body.items.length > 0) {
      const { items } = profile.body;
      return items.length === 1 && isAccessRule(items[0]) ? [ruleSentence(items[0])] : profileLines({ type: 'file', body: { items: [profile] } }).slice(2);
    }
  }
  return undefined;
}

function indented(text: string): string[] {
  return text.trimEnd().split('\n').map((line) => `  ${line}`.trimEnd());
}

function short(text: string): string {
  const line = JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
  return line;
}

async function readAll(io: CommandIo): Promise<string> {
  const { text, fault } = decode(await readStandardInput(io), '-');
  if (fault !== undefined) {
    throw new UserError(`${fault.message}; ${fault.help}`);
  }
  return text;
}
