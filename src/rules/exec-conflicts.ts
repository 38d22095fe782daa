/**
 * Exec modes that contradict each other in one profile: the real parser refuses them. An exact pattern beats globs, a higher
 * priority beats both, deny rules never conflict; apparmor.d(5), "Execute rules".
 */
import { isExact, LimitError, matchingSets, parsePattern, PatternError, patternsOverlap } from '../automaton';
import type { FileRule } from './file';
import { permissionText } from './file';

/** A rule that executes, with its path expanded. */
export interface ExecRule {
  readonly rule: FileRule;
  readonly pattern: string;
}

export interface ExecConflict {
  readonly one: ExecRule;
  readonly other: ExecRule;
}

/** What decides whether sets such as `[abc]` are exact and priorities count: parsers from 4.1 on. */
export interface ConflictOptions {
  readonly profile: string;
  readonly sets: boolean;
  readonly priorities: boolean;
}

interface Moded extends ExecRule {
  readonly mode: string;
}

interface Candidate extends Moded {
  readonly exact: boolean;
  /** Literal beginnings, one of which every matching path has; for an exact pattern without sets all its paths. */
  readonly beginnings: readonly Beginning[];
  /** Literal text that every matching path ends in. */
  readonly ending: string;
}

/** The literal text that an alternative begins with, and whether that is all of it. */
interface Beginning {
  readonly text: string;
  readonly whole: boolean;
}

/** Alternatives that are spelled out; more are left to the automaton. */
const MOST_BEGINNINGS = 64;

/** The first pair of rules that contradict each other; undefined where there is none. */
export function findExecConflict(rules: readonly ExecRule[], options: ConflictOptions): ExecConflict | undefined {
  const moded = rules.map((rule) => ({ ...rule, mode: modeOf(rule.rule, options) }));
  if (moded.every(({ mode }) => mode === moded[0].mode)) {
    return undefined;
  }
  const candidates = moded.map((rule) => candidate(rule, options)).filter((one) => one !== undefined);
  for (let at = 0; at < candidates.length; at++) {
    for (let before = 0; before < at; before++) {
      const [one, other] = [candidates[before], candidates[at]];
      if (one.mode !== other.mode && shareHalf(one, other) && samePriority(one, other, options) && contradict(one, other, candidates)) {
        return { one, other };
      }
    }
  }
  return undefined;
}

function modeOf({ exec, target, scrub, unsafe }: FileRule, { profile }: ConflictOptions): string {
  const inside = exec?.startsWith('c') === true && target !== undefined;
  return `${permissionText({ permissions: '', exec: inside ? exec.replace('c', 'p') as FileRule['exec'] : exec, scrub })} `
    + `${unsafe === true ? 'unsafe ' : ''}${inside ? `${profile}//${target}` : target ?? ''}`;
}

function candidate(rule: Moded, options: ConflictOptions): Candidate | undefined {
  const { pattern } = rule;
  const beginnings = beginningsOf(pattern);
  const ending = endingOf(pattern);
  if (!/[*?[]/.test(pattern)) {
    return { ...rule, exact: true, beginnings, ending };
  }
  try {
    const exact = !/[*?]/.test(pattern) && isExact(parsePattern(pattern), options.sets);
    return { ...rule, exact, beginnings, ending };
  } catch (error) {
    return ignoreBadPattern(error);
  }
}

/** Spells out the groups of a pattern up to its first glob. What is too much, or escaped, ends the text early. */
function beginningsOf(pattern: string): readonly Beginning[] {
  const done: Beginning[] = [];
  let open: readonly string[] = [pattern];
  while (open.length > 0) {
    const next: string[] = [];
    for (const text of open) {
      const stop = text.search(/[*?[\\{]/);
      const close = stop !== -1 && text[stop] === '{' ? closingBrace(text, stop) : -1;
      if (stop === -1) {
        done.push({ text, whole: true });
      } else if (close === -1) {
        done.push({ text: text.slice(0, stop), whole: false });
      } else {
        next.push(...armsOf(text.slice(stop + 1, close)).map((arm) => text.slice(0, stop) + arm + text.slice(close + 1)));
      }
    }
    if (next.length + done.length > MOST_BEGINNINGS) {
      return [{ text: pattern.slice(0, pattern.search(/[*?[\\{]/)), whole: false }];
    }
    open = next;
  }
  return done;
}

function endingOf(pattern: string): string {
  let start = pattern.length;
  while (start > 0 && !'*?[]{}\\'.includes(pattern[start - 1])) {
    start--;
  }
  return pattern.slice(start);
}

function closingBrace(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\' || text[at] === '[') {
      return -1;
    }
    depth += text[at] === '{' ? 1 : text[at] === '}' ? -1 : 0;
    if (depth === 0) {
      return at;
    }
  }
  return -1;
}

function armsOf(inside: string): string[] {
  const arms: string[] = [];
  let [depth, from] = [0, 0];
  for (let at = 0; at <= inside.length; at++) {
    depth += inside[at] === '{' ? 1 : inside[at] === '}' ? -1 : 0;
    if (at === inside.length || (inside[at] === ',' && depth === 0)) {
      arms.push(inside.slice(from, at));
      from = at + 1;
    }
  }
  return arms;
}

/** Whether literal beginnings let two patterns match one path; undefined where only the automaton can tell. */
function overlapByText(one: Candidate, other: Candidate): boolean | undefined {
  if (!one.ending.endsWith(other.ending) && !other.ending.endsWith(one.ending)) {
    return false;
  }
  let unsure = false;
  for (const left of one.beginnings) {
    for (const right of other.beginnings) {
      if (left.whole && right.whole) {
        if (left.text === right.text) {
          return true;
        }
      } else if (left.whole ? left.text.startsWith(right.text) : right.whole ? right.text.startsWith(left.text)
        : left.text.startsWith(right.text) || right.text.startsWith(left.text)) {
        unsure = true;
      }
    }
  }
  return unsure ? undefined : false;
}

function shareHalf(one: Candidate, other: Candidate): boolean {
  const [half, otherHalf] = [one.rule.qualifiers.owner, other.rule.qualifiers.owner];
  return half === undefined || otherHalf === undefined || half === otherHalf;
}

function samePriority(one: Candidate, other: Candidate, { priorities }: ConflictOptions): boolean {
  return !priorities || (one.rule.qualifiers.priority ?? 0) === (other.rule.qualifiers.priority ?? 0);
}

function contradict(one: Candidate, other: Candidate, all: readonly Candidate[]): boolean {
  if (one.pattern === other.pattern) {
    return true;
  }
  const overlap = one.exact === other.exact ? overlapByText(one, other) : false;
  if (overlap === false) {
    return false;
  }
  try {
    return (overlap ?? patternsOverlap(one.pattern, other.pattern)) && (one.exact || !settledByExact(one, other, all));
  } catch (error) {
    return ignoreBadPattern(error) ?? false;
  }
}

/** Whether every path that both globs match is matched by an exact rule, too. */
function settledByExact(one: Candidate, other: Candidate, all: readonly Candidate[]): boolean {
  const meets = (rule: Candidate, glob: Candidate) => overlapByText(rule, glob) !== false && patternsOverlap(rule.pattern, glob.pattern);
  const exact = all.filter((rule) => rule.exact && meets(rule, one) && meets(rule, other));
  if (exact.length === 0) {
    return false;
  }
  for (const set of matchingSets([one.pattern, other.pattern, ...exact.map(({ pattern }) => pattern)])) {
    if (set.length === 2 && set[0] === 0 && set[1] === 1) {
      return false;
    }
  }
  return true;
}

/** Malformed patterns are reported where they stand; those beyond all limits are left to the real parser. */
function ignoreBadPattern(error: unknown): undefined {
  if (error instanceof PatternError || error instanceof LimitError) {
    return undefined;
  }
  throw error;
}
