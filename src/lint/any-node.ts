import type { Diagnostic } from '../diagnostics';
import { checkText, type FileReader, type ParserGeneration } from '../language';

const BASE = '/';

/** The files of a node nobody knows yet: whatever is included is there, and is empty. */
const ANY_NODE: FileReader = {
  kind: (path) => (path === BASE ? 'directory' : 'file'),
  read: () => Buffer.from('\n'),
  list: () => [],
};

/** What depends on the files that a node has. */
const OF_INCLUDES: ReadonlySet<string> = new Set(['undefined-variable', 'undefined-boolean', 'variable-undeclared']);

/**
 * What the real parser has to say about a text, whatever the files are that it includes: their variables count as
 * declared, and what their features mediate is not asked.
 */
export function checkForAnyNode(text: string, fileName: string, parser?: ParserGeneration): Diagnostic[] {
  const includes = /^[ \t]*#?include\b/m.test(text);
  return checkText(text, { fileName, parser, base: BASE, files: ANY_NODE })
    .filter(({ code }) => code !== 'not-enforced' && !(includes && OF_INCLUDES.has(code)));
}
