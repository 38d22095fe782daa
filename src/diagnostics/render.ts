import type { Diagnostic, Place } from './diagnostic';
import { printable } from './printable';

/** Columns of an excerpt; longer lines are cut around the fault. */
const EXCERPT_WIDTH = 100;

/** `FILE:LINE:COL`, as editors and code hosts read it. */
export function placeText({ source, range }: Place): string {
  const { line, column } = source.position(range.start);
  return `${source.name}:${line}:${column}`;
}

/** One line: `FILE:LINE:COL: error CODE message`, with what to write instead at its end. */
export function diagnosticLine(diagnostic: Diagnostic): string {
  const { severity, code } = diagnostic;
  return oneLine(`${placeText(diagnostic)}: ${severity} ${code} ${messageText(diagnostic)}`);
}

/** The message and the help as one sentence each; blanks that are none to a parser, as copies from web pages bring them, as `\\u00a0`. */
export function messageText({ message, help }: Diagnostic): string {
  return (help === undefined ? message : `${message}; ${help}`)
    .replace(/[^\S \t\r\n]/g, (blank) => `\\u${blank.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * The whole of a diagnostic: its line, the excerpt with carets below the fault, and the chain of includes.
 *
 * ```
 * web.profile:7:18: error unknown-permission "q" is not a file permission; use some of r w a l k m and one exec mode
 *   7 |   /etc/nginx/** rq,
 *     |                  ^
 * ```
 */
export function renderDiagnostic(diagnostic: Diagnostic): string {
  const lines = [diagnosticLine(diagnostic), excerpt(diagnostic)];
  for (const place of diagnostic.includedFrom ?? []) {
    lines.push(oneLine(`  included from ${placeText(place)}`));
  }
  return lines.join('\n');
}

/** The line of the fault with carets below it, two lines without a line end. */
export function excerpt({ source, range }: Place): string {
  const { line, column } = source.position(range.start);
  const full = source.line(line);
  const from = Math.max(0, Math.min(column - 1 - EXCERPT_WIDTH / 2, full.length - EXCERPT_WIDTH));
  const shown = full.slice(from, from + EXCERPT_WIDTH);
  const before = from > 0 ? '…' : '';
  const after = from + EXCERPT_WIDTH < full.length ? '…' : '';
  const room = Math.max(1, shown.length - (column - 1 - from));
  const carets = '^'.repeat(Math.max(1, Math.min(range.end - range.start, room)));
  const number = String(line);
  const indent = printable(`${before}${shown.slice(0, column - 1 - from)}`).replace(/[^\t]/gu, ' ');
  return [
    `  ${number} | ${printable(`${before}${shown}${after}`)}`,
    `  ${' '.repeat(number.length)} | ${indent}${carets}`,
  ].join('\n');
}

function oneLine(text: string): string {
  return printable(text.replace(/[\t\r\n]+/g, ' '));
}
