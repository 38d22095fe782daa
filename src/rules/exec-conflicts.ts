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

interface Candidate extends ExecRule {
  readonly mode: string;
  readonly exact: boolean;
  /** Text before the first character that is not literal. */
  readonly prefix: string;
}

const GLOB = /[*?[\]{}\\]/;

/** The first pair of rules that contradict each other; undefined where there is none. */
export function findExecConflict(rules: readonly ExecRule[], options: ConflictOptions): ExecConflict | undefined {
  const candidates = rules.map((rule) => candidate(rule, options)).filter((one) => one !== undefined);
  const modes = new Set(candidates.map(({ mode }) => mode));
  if (modes.size < 2) {
    return undefined;
  }
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

function candidate(rule: ExecRule, options: ConflictOptions): Candidate | undefined {
  const { pattern, rule: { exec, target, scrub, unsafe } } = rule;
  const inside = exec?.startsWith('c') === true && target !== undefined;
  const mode = `${permissionText({ permissions: '', exec: inside ? exec.replace('c', 'p') as FileRule['exec'] : exec, scrub })} `
    + `${unsafe === true ? 'unsafe ' : ''}${inside ? `${options.profile}//${target}` : target ?? ''}`;
  const glob = pattern.search(GLOB);
  try {
    const exact = glob === -1 || isExact(parsePattern(pattern), options.sets);
    return { ...rule, mode, exact, prefix: glob === -1 ? pattern : pattern.slice(0, glob) };
  } catch (error) {
    return ignoreBadPattern(error);
  }
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
  const [shorter, longer] = one.prefix.length < other.prefix.length ? [one.prefix, other.prefix] : [other.prefix, one.prefix];
  if (one.exact !== other.exact || !longer.startsWith(shorter)) {
    return false;
  }
  try {
    return patternsOverlap(one.pattern, other.pattern) && (one.exact || !settledByExact(one, other, all));
  } catch (error) {
    return ignoreBadPattern(error) ?? false;
  }
}

/** Whether every path that both globs match is matched by an exact rule, too. */
function settledByExact(one: Candidate, other: Candidate, all: readonly Candidate[]): boolean {
  const exact = all.filter((rule) => rule.exact && patternsOverlap(rule.pattern, one.pattern) && patternsOverlap(rule.pattern, other.pattern));
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
