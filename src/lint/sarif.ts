/** Findings as SARIF 2.1.0 (docs.oasis-open.org/sarif), which code hosts show beside the lines of a pull request. */
import { createHash } from 'node:crypto';
import { isAbsolute, relative, sep } from 'node:path';
import type { Finding, Lint } from './lint';
import { CODES } from '../diagnostics';
import { LINTS } from './registry';
import { findingText } from './render';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';
const HOME = 'https://github.com/k8s-apparmor/k8s-apparmor';

/**
 * A whole SARIF log with one run.
 *
 * @param version of this program
 * @param root folder that file names are relative to, where the code host looks them up
 * @param ran lints that were looked for; of the language's faults those that were found are described
 */
export function sarifLog(findings: readonly Finding[], version: string, root: string, ran: readonly Lint[] = LINTS): object {
  const rules = rulesFor(findings, ran);
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [{
      tool: { driver: { name: 'k8s-apparmor', version, informationUri: HOME, rules } },
      columnKind: 'utf16CodeUnits',
      originalUriBaseIds: { SRCROOT: { description: { text: 'The folder in which the program was started.' } } },
      results: findings.map((finding) => result(finding, rules, root)),
    }],
  };
}

/** A rule as SARIF describes it. */
interface Rule {
  readonly id: string;
  readonly [property: string]: unknown;
}

/** The lints, and the language's faults that were found. */
function rulesFor(findings: readonly Finding[], ran: readonly Lint[]): Rule[] {
  const lints = ran.map(({ id, level, summary, reason, better }) => ({
    id,
    shortDescription: { text: summary },
    fullDescription: { text: reason },
    help: { text: `${reason} Better: ${better}.` },
    helpUri: `${HOME}/blob/main/docs/lints/${id}.md`,
    defaultConfiguration: { level },
    properties: { tags: ['security', 'apparmor'] },
  }));
  const known = new Set(lints.map(({ id }) => id));
  const others = [...new Set(findings.map(({ id }) => id))].filter((id) => !known.has(id)).sort();
  return [...lints, ...others.map(otherRule)];
}

function otherRule(id: string): Rule {
  const text = id in CODES ? CODES[id as keyof typeof CODES] : 'A comment that silences a lint is itself wrong.';
  const page = id in CODES ? `errors.md#${id}` : 'lints/README.md';
  return { id, shortDescription: { text }, helpUri: `${HOME}/blob/main/docs/${page}`, defaultConfiguration: { level: 'error' } };
}

function result(finding: Finding, all: readonly Rule[], root: string): object {
  const { id, level, source, range } = finding;
  const [start, end] = [source.position(range.start), source.position(range.end)];
  return {
    ruleId: id,
    ruleIndex: all.findIndex((rule) => rule.id === id),
    level,
    message: { text: findingText(finding) },
    locations: [{
      physicalLocation: {
        artifactLocation: { uri: uri(source.name, root), uriBaseId: 'SRCROOT' },
        region: { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column },
      },
    }],
    partialFingerprints: { 'rule/v1': fingerprint(id, source.text.slice(range.start, range.end)) },
  };
}

/** Stays the same when the rule moves to another line. */
function fingerprint(id: string, text: string): string {
  return createHash('sha256').update(`${id}\n${text.replace(/\s+/g, ' ')}`).digest('hex').slice(0, 32);
}

/** A relative reference with slashes, each part escaped. */
function uri(name: string, root: string): string {
  const path = isAbsolute(name) ? relative(root, name) : name;
  return path.split(sep).map(encodeURIComponent).join('/');
}
