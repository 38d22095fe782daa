import { literalPrefix, PATTERNS } from './patterns';
import { type AccessRule, familyOf } from '../rules/registry';

/** Whether every access of `narrow` is one of `wide`'s; qualifiers are not looked at. */
export function covers(wide: AccessRule, narrow: AccessRule): boolean {
  return wide.type === narrow.type && familyOf(wide).covers(wide, narrow, PATTERNS);
}

/**
 * Rules by what they begin with, so that those which can cover another are found without looking at all: a pattern
 * covers only what begins like it.
 */
export class RulesByPrefix {
  private readonly buckets = new Map<string, AccessRule[]>();

  constructor(rules: readonly AccessRule[]) {
    for (const rule of rules) {
      const key = `${rule.type} ${prefixOf(rule)}`;
      this.buckets.set(key, [...this.buckets.get(key) ?? [], rule]);
    }
  }

  /** Rules of the same family that may cover this one, itself too. */
  * candidates(rule: AccessRule): Generator<AccessRule> {
    const prefix = prefixOf(rule);
    for (let end = 0; end <= prefix.length; end++) {
      yield * this.buckets.get(`${rule.type} ${prefix.slice(0, end)}`) ?? [];
    }
  }
}

function prefixOf(rule: AccessRule): string {
  return rule.type === 'file' || rule.type === 'link' ? literalPrefix(rule.path ?? '') : '';
}
