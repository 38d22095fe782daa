import type { Place, SourceText } from '../diagnostics';
import type { ProfileFile } from '../language';
import type { Follow } from './follow';
import type { Finding, Lint, Preset } from './lint';
import { LINTS } from './registry';
import { subjectOf } from './subject';
import { silences, type Suppression, suppressionsIn } from './suppressions';
import type { Node } from '../rules/rule';

/** What is to be found. */
export interface LintOptions {
  /** `strict` adds the lints of that preset to those recommended. Default: `recommended`. */
  readonly preset?: Preset;
  /** The oldest kernel that the profile is for, `6.1`. Default: not stated, so nothing is said about kernels. */
  readonly kernel?: string;
  /** The files that includes bring and that are the user's own: their rules are looked at, too. Default: none. */
  readonly follow?: Follow;
}

/** Everything that lints say about a text and no comment silences, in the order of the text. */
export function lintTree(source: SourceText, tree: ProfileFile, options: LintOptions = {}): Finding[] {
  const suppressions = suppressionsIn(source);
  const included = new Map<SourceText, readonly Suppression[]>([[source, suppressions]]);
  const subject = subjectOf(source, tree, options.kernel, options.follow);
  const used = new Set<Suppression>();
  const lints = LINTS.filter(({ preset }) => preset === 'recommended' || options.preset === 'strict');
  const findings = lints.flatMap((lint) => {
    const found: Finding[] = [];
    lint.check(subject, (at, message, help = lint.better) => {
      found.push({ id: lint.id, level: lint.level, message, help, ...placeOf(at, source) });
    });
    return found.filter((finding) => (finding.source === source || lint.ownOnly !== true)
      && !isSilenced(finding, commentsOf(finding.source, included), used));
  });
  return [...findings, ...suppressions.flatMap((one) => faultsOf(one, used, lints))]
    .sort((one, other) => Number(one.source !== source) - Number(other.source !== source)
      || one.range.start - other.range.start || (one.id < other.id ? -1 : 1));
}

/** The suppressions of a file, read once. */
function commentsOf(source: SourceText, known: Map<SourceText, readonly Suppression[]>): readonly Suppression[] {
  const comments = known.get(source) ?? suppressionsIn(source);
  known.set(source, comments);
  return comments;
}

function isSilenced(finding: Finding, suppressions: readonly Suppression[], used: Set<Suppression>): boolean {
  const { line } = finding.source.position(finding.range.start);
  const matching = suppressions.filter((one) => silences(one, finding.id, line, finding.source));
  matching.forEach((one) => used.add(one));
  return matching.length > 0;
}

/** A node's place: for a profile its header only. */
function placeOf(at: Node | Place, source: SourceText): Place {
  if ('range' in at) {
    return { source: at.source, range: at.range };
  }
  const { layout } = at;
  if (layout === undefined) {
    return { source, range: { start: 0, end: 0 } };
  }
  const body = (at as { body?: { layout?: { open: number } } }).body?.layout;
  return { source: layout.source, range: { start: layout.start, end: body === undefined ? layout.end : body.open } };
}

/** What is wrong with a suppression itself. These findings cannot be silenced. */
function faultsOf(suppression: Suppression, used: ReadonlySet<Suppression>, ran: readonly Lint[]): Finding[] {
  const finding = (message: string, help: string, level: Finding['level']): Finding => ({
    id: 'suppression', level, message, help, source: suppression.source, range: suppression.range,
  });
  const form = 'write "# lint-ignore ID: why this is right here"';
  if (suppression.ids.length === 0) {
    return [finding('the comment names no lint', form, 'error')];
  }
  if (suppression.reason === '') {
    return [finding(`the comment silences ${suppression.ids.join(', ')} without a reason, so it does not count`, form, 'error')];
  }
  const unknown = suppression.ids.find((id) => !LINTS.some((lint) => lint.id === id));
  if (unknown !== undefined) {
    return [finding(`there is no lint "${unknown}"`, '`k8s-apparmor lint --list` names them all', 'error')];
  }
  const idle = !used.has(suppression) && suppression.ids.every((id) => ran.some((lint) => lint.id === id));
  return idle ? [finding(`there is no ${suppression.ids.join(' or ')} to silence here`, 'remove the comment', 'note')] : [];
}
