import type { Command } from 'commander';
import { type CliCommand, type CommandIo, EXIT, examples, UserError } from './command';
import { CODES, hasErrors, messageText, renderDiagnostic, type Code } from '../diagnostics';
import { isAccessRule, parseProfileText } from '../language';
import { denialLines } from './explanations/denials';
import { profileLines } from './explanations/profiles';
import { ruleSentence } from './explanations/rules';
import { symptomOf } from './explanations/symptoms';
import { DISK } from '../language/disk';
import { decode, loadText } from '../language/include-files';
import { LINTS } from '../lint';
import { nearest } from '../profile/nearest';

/** Longest text that is explained, in characters. */
const LONGEST = 1024 * 1024;

/** `k8s-apparmor explain`: a rule, a profile, a lint, an error code, or what a pod says, in plain words. */
export const command: CliCommand = {
  configure(program: Command): void {
    program
      .argument('<what...>', 'a rule, the path of a profile, the id of a lint, an error code, a message of a pod, or log lines with denials; - reads standard input')
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
    const asked = operands.length === 1 && operands[0] === '-' ? await readAll(io.stdin) : operands.join(' ');
    const lines = explanationOf(asked.slice(0, LONGEST), operands.length === 1 && operands[0] !== '-');
    io.stdout.write(given.format === 'json' ? `${JSON.stringify({ asked, explanation: lines }, null, 2)}\n` : `${lines.join('\n')}\n`);
    return EXIT.FINE;
  },
};

function explanationOf(asked: string, mayBeFile: boolean): string[] {
  const word = asked.trim();
  const lines = lintLines(word) ?? codeLines(word) ?? denialLines(asked) ?? symptomLines(word)
    ?? (mayBeFile ? fileLines(word) : undefined) ?? textLines(asked);
  if (lines !== undefined) {
    return lines;
  }
  if (/^[/@]|[\s,]/.test(word)) {
    const [fault] = parseProfileText(`profile x {\n${word.replace(/,?$/, ',')}\n}\n`).diagnostics;
    throw new UserError(`this is no rule, profile or known message: ${short(word)}: ${fault === undefined ? 'there is nothing in it' : messageText(fault)}`);
  }
  const near = nearest(word, [...LINTS.map(({ id }) => id), ...Object.keys(CODES)]);
  throw new UserError(`this is no rule, profile, lint, error code or known message: ${short(word)}${near === undefined ? '' : `; did you mean ${near}?`}`);
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

function symptomLines(text: string): string[] | undefined {
  const symptom = symptomOf(text);
  return symptom && [symptom.title, '', `Cause: ${symptom.cause}`, '', `What to do: ${symptom.fix}`];
}

function fileLines(path: string): string[] | undefined {
  if (path.includes('\0') || DISK.kind(path) !== 'file') {
    return undefined;
  }
  const { text, fault } = loadText(DISK, path);
  if (fault !== undefined) {
    throw new UserError(`${fault.message}; ${fault.help}`);
  }
  const { tree, diagnostics } = parseProfileText(text, { fileName: path });
  if (hasErrors(diagnostics)) {
    throw new UserError(`it has errors, which come first:\n${diagnostics.map(renderDiagnostic).join('\n')}`);
  }
  return profileLines(tree);
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

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) {
    chunks.push(Buffer.from(chunk));
  }
  const { text, fault } = decode(Buffer.concat(chunks), '-');
  if (fault !== undefined) {
    throw new UserError(`${fault.message}; ${fault.help}`);
  }
  return text;
}
