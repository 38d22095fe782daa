import { mayFold } from './boundaries';
import { type Evidence, joinedEvidence, leafOf, NO_LEAVES, parentOf } from './entry';
import { identifiers } from './identifiers';
import { kernelNumbers } from './kernel-numbers';
import type { Step, Strictness } from './step';
import { volumeVersions } from './volume-versions';
import type { LinkRule } from '../../rules/link';

/** A rule for a hard link, and what stands behind it. */
export interface LinkNeed {
  readonly rule: LinkRule;
  readonly evidence: Evidence;
  readonly steps: readonly string[];
}

export const LINK_NAMES = 'link-names';

/** So many links from one directory to another, and the names follow a scheme. */
const LEAST = 3;

const BY_SHAPE: readonly Step[] = [kernelNumbers, volumeVersions, identifiers];

/**
 * Links that a program makes by a scheme (a temporary file becomes an object of a store): both ends keep the begin that all
 * their names share. Links keep their two ends in one rule, so that nothing else can be linked to.
 */
export function generaliseLinks(needs: readonly LinkNeed[], strictness: Strictness): LinkNeed[] {
  if (strictness === 'exact') {
    return [...needs];
  }
  const groups = new Map<string, LinkNeed[]>();
  for (const need of needs) {
    const shaped = byShape(need);
    const { path, target, qualifiers } = shaped.rule;
    const key = JSON.stringify([parentOf(path), parentOf(target), qualifiers.owner]);
    groups.set(key, [...groups.get(key) ?? [], shaped]);
  }
  return [...groups.values()].flatMap(foldLinks);
}

function byShape({ rule, evidence, steps }: LinkNeed): LinkNeed {
  const [path, pathSteps] = shape(rule.path);
  const [target, targetSteps] = shape(rule.target);
  return { rule: { ...rule, path, target }, evidence, steps: [...new Set([...steps, ...pathSteps, ...targetSteps])].sort() };
}

function shape(pattern: string): [pattern: string, steps: readonly string[]] {
  const start = { pattern, everyone: 'l', owner: '', exec: false, isShortLived: false, leaves: NO_LEAVES, written: NO_LEAVES, evidence: EMPTY, steps: [] };
  const [end] = BY_SHAPE.reduce((entries, step) => step.apply(entries, 'balanced'), [start] as ReturnType<Step['apply']>);
  return [end!.pattern, end!.steps];
}

const EMPTY: Evidence = { distinct: 0, observations: 0, denied: 0, first: 0, last: 0, examples: [] };

function foldLinks(group: readonly LinkNeed[]): LinkNeed[] {
  const [first] = group;
  const parents = [parentOf(first!.rule.path), parentOf(first!.rule.target)];
  const distinct = group.reduce((sum, { evidence }) => sum + evidence.distinct, 0);
  if (group.length === 1 || distinct < LEAST || !parents.every((parent) => mayFold(parent, 'l'))) {
    return [...group];
  }
  return [{
    rule: {
      ...first!.rule,
      path: parents[0]! + shared(group.map(({ rule }) => leafOf(rule.path))),
      target: parents[1]! + shared(group.map(({ rule }) => leafOf(rule.target))),
    },
    evidence: group.map(({ evidence }) => evidence).reduce(joinedEvidence),
    steps: [...new Set([...group.flatMap(({ steps }) => steps), LINK_NAMES])].sort(),
  }];
}

/** The begin that all names share and `*`; the name itself where they are equal. */
function shared(names: readonly string[]): string {
  let [prefix] = names as [string];
  for (const name of names) {
    while (!name.startsWith(prefix)) {
      prefix = prefix.slice(0, -1);
    }
  }
  if (names.every((name) => name === prefix)) {
    return prefix;
  }
  // A cut through an escape or a class is none.
  const safe = /^(?:[^\\[\]]|\\.|\[[^\]]*\])*/s.exec(prefix)![0];
  // Two of them would match across directories; an escaped one is part of the name.
  return /^(?:[^\\]|\\.)*\*$/s.test(safe) ? safe : `${safe}*`;
}
