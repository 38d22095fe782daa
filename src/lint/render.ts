import { placeText, printable } from '../diagnostics';
import type { Finding } from './lint';

/** `FILE:LINE:COL: LEVEL ID message; help`, on one line. */
export function findingLine(finding: Finding): string {
  const text = `${placeText(finding)}: ${finding.level} ${finding.id} ${findingText(finding)}`;
  return printable(text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' '));
}

/** Message and help as one sentence. */
export function findingText({ message, help }: Finding): string {
  return help === '' ? message : `${message}; ${help}`;
}

/** A finding as other programs read it; lines and columns from 1. */
export function findingJson({ id, level, message, help, source, range }: Finding): Record<string, string | number> {
  const [start, end] = [source.position(range.start), source.position(range.end)];
  return {
    file: source.name, line: start.line, column: start.column, endLine: end.line, endColumn: end.column, id, level, message, help,
  };
}
