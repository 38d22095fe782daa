import type { Place, SourceText } from '../diagnostics';

/**
 * A comment that silences lints and gives the reason: `# lint-ignore ID[, ID]: REASON`, on the line of the rule or on a
 * line of its own above it; `# lint-ignore-file ID: REASON` for the whole text.
 */
export interface Suppression extends Place {
  readonly ids: readonly string[];
  readonly reason: string;
  readonly wholeFile: boolean;
  /** Line of the comment, from 1. */
  readonly line: number;
  /** Whether a rule stands on the same line. */
  readonly trailing: boolean;
}

const COMMENT = /#[ \t]*lint-ignore(-file)?\b([^\n]*)/g;

/** All suppressions of a text, those that give no reason too. */
export function suppressionsIn(source: SourceText): Suppression[] {
  return [...source.text.matchAll(COMMENT)].flatMap((match) => {
    const { line } = source.position(match.index);
    const before = source.line(line).slice(0, source.position(match.index).column - 1);
    if (!isComment(before)) {
      return [];
    }
    const rest = match[2].trim();
    const colon = rest.indexOf(':');
    const ids = (colon === -1 ? rest : rest.slice(0, colon)).split(/[\s,]+/).filter((id) => id !== '');
    return [{
      source,
      range: { start: match.index, end: match.index + match[0].trimEnd().length },
      ids,
      reason: colon === -1 ? '' : rest.slice(colon + 1).trim(),
      wholeFile: match[1] !== undefined,
      line,
      trailing: before.trim() !== '' && !before.trim().startsWith('#'),
    }];
  });
}

/** Inside of a quoted word a `#` begins no comment. */
function isComment(before: string): boolean {
  return before.replace(/\\./g, '').split('"').length % 2 === 1;
}

/** Whether a suppression is for this lint at this line (the first of the rule's). */
export function silences(suppression: Suppression, id: string, line: number, lines: SourceText): boolean {
  if (suppression.reason === '' || !suppression.ids.includes(id)) {
    return false;
  }
  return suppression.wholeFile || suppression.line === line || (!suppression.trailing && isRightAbove(suppression.line, line, lines));
}

/** Between the comment and the rule stand comments only. */
function isRightAbove(comment: number, line: number, lines: SourceText): boolean {
  for (let number = comment + 1; number < line; number++) {
    if (!lines.line(number).trim().startsWith('#')) {
      return false;
    }
  }
  return comment < line;
}
