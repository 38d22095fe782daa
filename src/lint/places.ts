import type { Lint } from './lint';
import { isEverything, literalPrefix, PATTERNS } from './patterns';
import { granting, pathOf } from './subject';
import type { AccessRule } from '../rules/registry';

/** Files that matter, and what to do with them that is dangerous. */
export interface Place {
  readonly patterns: readonly string[];
  /** Some of `r w a l k m x`. */
  readonly permissions: string;
  /** Ends "the rule gives …", `write access to /etc`. */
  readonly gives: string;
  /** Files that count even where a pattern reaches them by accident. */
  readonly samples?: readonly string[];
  /** Only rules that begin in the place count, or match a sample: wider ones are not about it. */
  readonly named?: boolean;
  /** Parts of it that are harmless. */
  readonly but?: readonly string[];
}

/** A lint for file rules that reach certain places. Rules for everything are left to `broad-path`. */
export function placeLint(meta: Omit<Lint, 'check'>, place: Place): Lint {
  return {
    ...meta,
    check: (subject, report) => {
      for (const { profile, rule } of granting(subject, 'file')) {
        const pattern = pathOf(subject, rule);
        const given = [...place.permissions].filter((letter) => (letter === 'x' ? rule.exec !== undefined : rule.permissions.includes(letter)));
        if (given.length === 0 || isEverything(pattern) || (place.but ?? []).some((harmless) => PATTERNS.includes(harmless, pattern))) {
          continue;
        }
        const reached = reachedBy(pattern, place);
        if (reached !== undefined && !isDenied(profile.rules, reached, given.join(''), subject.expand)) {
          report(rule, `the rule gives ${place.gives} ("${rule.path}")`);
        }
      }
    },
  };
}

/**
 * The part of the place that a pattern is about: it begins there, it takes all of it in, or it matches a file that counts.
 * Patterns such as those for every picture meet all places somehow, and are about none.
 */
function reachedBy(pattern: string, { patterns, samples = [], named = false }: Place): string | undefined {
  const prefix = literalPrefix(pattern);
  return patterns.find((one) => {
    const root = literalPrefix(one);
    return PATTERNS.overlaps(one, pattern) && ((root.length > 1 && prefix.startsWith(root)) || (!named && PATTERNS.includes(pattern, one)));
  }) ?? samples.find((sample) => PATTERNS.includes(pattern, sample));
}

/** Whether a deny rule takes all of a place away again. */
function isDenied(rules: readonly AccessRule[], reached: string, given: string, expand: (word: string) => string): boolean {
  return rules.some((rule) => {
    return rule.type === 'file' && rule.qualifiers.access === 'deny' && rule.qualifiers.owner === undefined && rule.path !== undefined
      && [...given].every((letter) => (letter === 'x' ? rule.exec !== undefined : rule.permissions.includes(letter)))
      && PATTERNS.includes(expand(rule.path), reached);
  });
}
