import { ruleText } from './printing';
import type { Family, Qualifiers, QualifiedRule } from './rule';
import type { Cursor } from '../language/cursor';

/** `all,`: one rule of every family but rlimit and change_profile. */
export interface AllRule extends QualifiedRule {
  readonly type: 'all';
}

export const all: Family<AllRule> = {
  type: 'all',
  keywords: ['all'],
  order: 10,
  parse,
  print: ({ qualifiers }) => ruleText(qualifiers, 'all', []),
  patterns: () => [],
  covers: () => true,
  fromAccess: () => undefined,
};

function parse(cursor: Cursor, qualifiers: Qualifiers): AllRule {
  cursor.since('4.1', 'the rule all', 'all');
  if (qualifiers.priority !== undefined) {
    cursor.reportAt('priority', { code: 'qualifier-not-allowed', message: 'the rule all takes no priority', help: 'leave it out' });
  }
  cursor.endRule('all');
  return { type: 'all', qualifiers };
}
