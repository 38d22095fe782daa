import type { Diagnostic } from '../diagnostics';
import { parseProfileText } from '../language';
import { checkForAnyNode } from './any-node';
import type { Finding } from './lint';
import { lintTree, type LintOptions } from './run';

/**
 * What lints say about a text, and what its parser says: a text that cannot be read wholly is judged as far as it can be.
 */
export function lintText(text: string, fileName: string, options: LintOptions = {}): Finding[] {
  const { tree } = parseProfileText(text, { fileName });
  const source = tree.layout!.source;
  const findings = [...checkForAnyNode(text, fileName).map(findingOf), ...lintTree(source, tree, options)];
  const isOther = (finding: Finding) => Number(finding.source.name !== fileName);
  return findings.sort((one, other) => isOther(one) - isOther(other) || one.range.start - other.range.start);
}

/** A fault of the language as a finding: its code is the id. */
export function findingOf({ code, severity, message, help = '', source, range }: Diagnostic): Finding {
  return { id: code, level: severity, message, help, source, range };
}
