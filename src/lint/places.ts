import type { Lint } from './lint';
import { isEverything, PATTERNS } from './patterns';
import { granting, pathOf } from './subject';
import type { AccessRule } from '../rules/registry';

/** Files that matter, and what to do with them that is dangerous. */
export interface Place {
  readonly patterns: readonly string[];
  /** Some of `r w a l k m x`. */
  readonly permissions: string;
  /** Ends "the rule gives …", `write access to /etc`. */
  readonly gives: string;
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
        const reached = place.patterns.find((one) => PATTERNS.overlaps(one, pattern));
        if (reached !== undefined && !isDenied(profile.rules, reached, given.join(''), subject.expand)) {
          report(rule, `the rule gives ${place.gives} ("${rule.path}")`);
        }
      }
    },
  };
}

/** Whether a deny rule takes all of a place away again. */
function isDenied(rules: readonly AccessRule[], reached: string, given: string, expand: (word: string) => string): boolean {
  return rules.some((rule) => {
    return rule.type === 'file' && rule.qualifiers.access === 'deny' && rule.qualifiers.owner === undefined && rule.path !== undefined
      && [...given].every((letter) => (letter === 'x' ? rule.exec !== undefined : rule.permissions.includes(letter)))
      && PATTERNS.includes(expand(rule.path), reached);
  });
}
