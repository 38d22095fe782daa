/** Findings as SARIF 2.1.0 (docs.oasis-open.org/sarif), which code hosts show beside the lines of a pull request. */
import { createHash } from 'node:crypto';
import { isAbsolute, relative, sep } from 'node:path';
import type { Finding } from './lint';
import { LINTS } from './registry';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';
const HOME = 'https://github.com/k8s-apparmor/k8s-apparmor';

/**
 * A whole SARIF log with one run.
 *
 * @param version of this program
 * @param root folder that file names are relative to, where the code host looks them up
 */
export function sarifLog(findings: readonly Finding[], version: string, root: string): object {
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [{
      tool: { driver: { name: 'k8s-apparmor', version, informationUri: HOME, rules: rules() } },
      columnKind: 'utf16CodeUnits',
      originalUriBaseIds: { SRCROOT: { description: { text: 'The folder in which the program was started.' } } },
      results: findings.map((finding) => result(finding, root)),
    }],
  };
}

function rules(): object[] {
  const documented = LINTS.map(({ id, level, summary, reason, better }) => ({
    id,
    shortDescription: { text: summary },
    fullDescription: { text: reason },
    help: { text: `${reason} Better: ${better}.` },
    helpUri: `${HOME}/blob/main/docs/lints/${id}.md`,
    defaultConfiguration: { level },
    properties: { tags: ['security', 'apparmor'] },
  }));
  return [...documented, {
    id: 'suppression',
    shortDescription: { text: 'A comment that silences a lint is itself wrong.' },
    helpUri: `${HOME}/blob/main/docs/lints/README.md`,
    defaultConfiguration: { level: 'error' },
  }];
}

function result({ id, level, message, help, source, range }: Finding, root: string): object {
  const [start, end] = [source.position(range.start), source.position(range.end)];
  const index = LINTS.findIndex((lint) => lint.id === id);
  return {
    ruleId: id,
    ruleIndex: index === -1 ? LINTS.length : index,
    level,
    message: { text: `${message}; ${help}` },
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
