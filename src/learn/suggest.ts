import type { Subject } from './attribution';
import type { Finding, SubjectFindings } from './findings';
import { generalise } from './generalise';
import { patternCovers } from '../automaton';
import { readsBackAsName } from '../language/read-back';
import { literalPattern } from '../language/words';
import type { FileRule } from '../rules/file';
import { familyOf, printRule } from '../rules/registry';
import { NO_QUALIFIERS } from '../rules/rule';
import { entryOf, evidenceOf, type PathEntry, permissions } from './generalise/entry';
import type { Strictness } from './generalise/step';
import type { KnownAccesses } from './known';
import { exampleOf, type Need, rulesFromAccesses, type Unwritable } from './rules-from-accesses';

export interface SuggestOptions {
  readonly strictness: Strictness;
  /** Whether accesses and ends of sockets can be told apart: parser 4.1 and newer. */
  readonly fineSockets: boolean;
  /** What the profile says already. */
  readonly known?: KnownAccesses;
}

/** What to add to one profile. */
export interface Suggestions {
  readonly subject: Subject;
  /** Rules in the order of a profile, each with its evidence. */
  readonly needs: readonly Need[];
  /** What was seen and the profile denies in so many words: never allowed by learning. */
  readonly refused: readonly Finding[];
  /** What was seen and no rule can say: words that the language does not have, names that it cannot write. */
  readonly unwritable: readonly Unwritable[];
  /** Distinct accesses that the profile allows already. */
  readonly allowed: number;
}

/** Rules for what was seen of a profile and it does not say yet. The same for the same findings in any order. */
export function suggest({ subject, findings }: SubjectFindings, { strictness, fineSockets, known }: SuggestOptions): Suggestions {
  const fresh: Finding[] = [];
  const refused: Finding[] = [];
  let allowed = 0;
  for (const finding of findings.values()) {
    const { open, denied } = known === undefined ? { open: finding.access, denied: undefined } : known.judge(subject, finding.access);
    if (open !== undefined) {
      fresh.push(open === finding.access ? finding : { ...finding, access: open });
    }
    if (denied !== undefined) {
      refused.push({ ...finding, access: denied });
    }
    allowed += open === undefined && denied === undefined ? 1 : 0;
  }
  const [writable, nameless] = apart(fresh, subject);
  const files = fileNeeds(writable, strictness);
  let given: ((path: string) => boolean) | undefined;
  const isUsed = (path: string) => (given ??= namesGiven(files))(path) || isKnown(path, subject, known);
  const { needs, unwritable } = rulesFromAccesses(writable.filter(({ access }) => !isFile(access)), { strictness, fineSockets, isUsed });
  return { subject, needs: ordered([...files, ...needs]), refused, unwritable: [...nameless, ...unwritable], allowed };
}

/** Findings, and those that no rule says by its path or by the name of its profile alone. */
function apart(findings: readonly Finding[], { names, namespace }: Subject): [Finding[], Unwritable[]] {
  const isNamed = readsBackAsName(names, namespace);
  const [writable, unwritable] = [[] as Finding[], [] as Unwritable[]];
  for (const finding of findings) {
    const { access } = finding;
    if (isNamed && !(isFile(access) && access.path.includes('\0'))) {
      writable.push(finding);
    } else {
      unwritable.push({ class: access.class, evidence: evidenceOf(finding, exampleOf(access)) });
    }
  }
  return [writable, unwritable];
}

const ANYTHING = 'rwakm';

function isKnown(path: string, subject: Subject, known: KnownAccesses | undefined): boolean {
  const { open } = known?.judge(subject, { class: 'file', path, mask: ANYTHING }) ?? {};
  return known !== undefined && (open?.class !== 'file' || open.mask !== ANYTHING);
}

/** Whether rules for files speak of a path. */
function namesGiven(needs: readonly Need[]): (path: string) => boolean {
  const patterns = needs.flatMap(({ rule }) => (rule.type === 'file' && rule.path !== undefined ? [rule.path] : []));
  const names = new Set(patterns);
  const wide = patterns.filter((pattern) => SPECIAL.test(pattern)).map((pattern) => [pattern, pattern.slice(0, pattern.search(SPECIAL))] as const);
  return (path) => {
    const name = literalPattern(path);
    return names.has(name) || wide.some(([pattern, begin]) => path.startsWith(begin) && patternCovers(pattern, name));
  };
}

const SPECIAL = /[*?[{\\@]/;

function isFile(access: Finding['access']): access is Extract<Finding['access'], { class: 'file' | 'exec' }> {
  return access.class === 'file' || access.class === 'exec';
}

function fileNeeds(findings: readonly Finding[], strictness: Strictness): Need[] {
  const entries: PathEntry[] = [];
  for (const finding of findings) {
    if (isFile(finding.access)) {
      entries.push(entryOf(finding.access, finding));
    }
  }
  const [files, programs] = [new Map<string, PathEntry>(), [] as PathEntry[]];
  for (const entry of generalise(entries, strictness)) {
    if (entry.exec) {
      programs.push(entry);
    } else {
      files.set(entry.pattern, entry);
    }
  }
  const executed = programs.map((program) => {
    const read = files.get(program.pattern);
    files.delete(program.pattern);
    return read === undefined ? program : { ...program, ...permissions(program.everyone + read.everyone, program.owner + read.owner) };
  });
  return [...files.values(), ...executed].flatMap(fileRules);
}

function fileRules({ pattern, everyone, owner, exec, evidence, steps }: PathEntry): Need[] {
  const rule = (letters: string, own: boolean, runs: boolean): Need => ({
    rule: {
      type: 'file', qualifiers: own ? { owner: 'owner' } : NO_QUALIFIERS, path: pattern, permissions: letters, ...(runs && { exec: 'ix', scrub: false }),
    } satisfies FileRule,
    evidence,
    steps,
  });
  return [...(everyone !== '' || exec ? [rule(everyone, false, exec)] : []), ...(owner === '' ? [] : [rule(owner, true, false)])];
}

/** Needs in the order of a profile: by family, then by path. */
export function ordered(needs: readonly Need[]): Need[] {
  const keyed = needs.map((need) => ({ need, order: familyOf(need.rule).order, key: sortKey(need) }));
  keyed.sort((one, other) => one.order - other.order || compare(one.key, other.key) || compare(printRule(one.need.rule), printRule(other.need.rule)));
  return keyed.map(({ need }) => need);
}

function sortKey({ rule }: Need): string {
  return 'path' in rule && rule.path !== undefined ? rule.path : '';
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
