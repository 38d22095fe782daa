/** Writes the pages that are made from the code: `npm run docs`. A test fails where they are stale. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { ERROR_EXAMPLES, type ErrorExample } from './error-examples';
import { COMMANDS } from '../src/cli/registry';
import { CODES, type Code } from '../src/diagnostics';
import { LINTS, type Lint } from '../src/lint';

const MADE = '<!-- Made by scripts/docs.ts from the code. -->';
const ROOT = join(__dirname, '..', 'docs');

/** Every page by its path below docs/. */
export function pages(): ReadonlyMap<string, string> {
  return new Map([
    ['commands.md', commandsPage()],
    ['errors.md', errorsPage()],
    ['lints/README.md', lintsPage()],
    ...LINTS.map((lint): [string, string] => [`lints/${lint.id}.md`, lintPage(lint)]),
  ]);
}

function lintPage(lint: Lint): string {
  const { id, level, preset, summary, reason, better, exceptions, wrong, right } = lint;
  return [
    `# ${id}`, MADE, summary, `Level **${level}**, preset **${preset}**.`,
    '## Why', reason,
    '## Better', `${better[0].toUpperCase()}${better.slice(1)}.`,
    '## Wrong', fenced(wrong), '## Right', fenced(right),
    '## When it is right all the same', exceptions, 'Say so above the rule, or behind it:',
    fenced(`# lint-ignore ${id}: why this is right here\n`),
  ].join('\n\n').concat('\n');
}

function lintsPage(): string {
  const rows = LINTS.map(({ id, level, preset, summary }) => `| [${id}](${id}.md) | ${level} | ${preset} | ${summary} |`);
  return [
    '# Lints', MADE,
    '`k8s-apparmor lint FILE…`, and `profile.lint()` in a program, say what no compiler refuses and reviewers want to know. ' +
    'Lints of the preset *recommended* always run, those of *strict* with `--preset strict`. The rules of ' +
    'included files count, too, where the files are yours: named by their own path, beside the profile, or in a folder that `-I` names.',
    ['| Lint | Level | Preset | It finds |', '|---|---|---|---|', ...rows].join('\n'),
    '## Silencing a lint',
    'A comment on the line of the rule, or on a line above it, with the reason; for a whole file `lint-ignore-file`:',
    fenced('# lint-ignore write-to-etc: the entry point renders this one file\n/etc/nginx/nginx.conf w,\n'),
    'A comment without a reason does not count, and is a finding itself (`suppression`); so is one that names no lint that exists, ' +
    'and one that has nothing to silence.',
  ].join('\n\n').concat('\n');
}

function errorsPage(): string {
  const sections = (Object.keys(CODES) as Code[]).map((code) => {
    const example = ERROR_EXAMPLES[code];
    return [`## ${code}`, CODES[code], ...(example === undefined ? [] : exampleParts(example))].join('\n\n');
  });
  return [
    '# Errors of the language', MADE,
    'What `k8s-apparmor check`, `AppArmorProfile.fromText` and `Rule.raw` find in a text, by its code. Codes are never renamed. ' +
    '`k8s-apparmor explain CODE` says the same.',
    ...sections,
  ].join('\n\n').concat('\n');
}

/** Of a help text, so that the page does not depend on the terminal of whoever writes it. */
const HELP_COLUMNS = 110;

function commandsPage(): string {
  const names = Object.keys(COMMANDS).sort();
  return [
    '# Commands', MADE,
    'Results go to standard output and talk to standard error. Exit codes: 0 fine, 1 findings, 2 wrong use. ' +
    '`k8s-apparmor COMMAND --help` says what stands here.',
    ['| Command | What it does |', '|---|---|', ...names.map((name) => `| [${name}](#${name}) | ${COMMANDS[name].summary} |`)].join('\n'),
    ...names.map((name) => `## ${name}\n\n${fenced(helpOf(name))}`),
  ].join('\n\n').concat('\n');
}

function helpOf(name: string): string {
  const { summary, load } = COMMANDS[name];
  let text = '';
  const command = new Command(`k8s-apparmor ${name}`).description(summary)
    .configureOutput({ writeOut: (part) => { text += part; }, getOutHelpWidth: () => HELP_COLUMNS, getOutHasColors: () => false });
  load().configure(command);
  command.outputHelp();
  return text.replace(/[ \t]+$/gm, '');
}

function exampleParts({ wrong, right }: ErrorExample): string[] {
  return ['Wrong:', fenced(wrong), 'Right:', fenced(right)];
}

function fenced(text: string): string {
  return `\`\`\`\n${text.endsWith('\n') ? text : `${text}\n`}\`\`\``;
}

if (require.main === module) {
  const all = pages();
  for (const [path, text] of all) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), text);
  }
  readdirSync(join(ROOT, 'lints')).filter((file) => !all.has(`lints/${file}`)).forEach((file) => rmSync(join(ROOT, 'lints', file)));
}
