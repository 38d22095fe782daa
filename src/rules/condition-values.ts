import type { RuleCondition } from '../language/conditions';
import type { Cursor } from '../language/cursor';

/** What a rule knows of its conditions. */
export interface ConditionTable {
  /** The rule, as messages name it. */
  readonly rule: string;
  readonly known: readonly string[];
  /** Names that may stand more than once. */
  readonly repeated?: readonly string[];
  /** Names that take a list. */
  readonly lists?: readonly string[];
}

/** The values by name; unknown, repeated and list conditions are faults. */
export function conditionValues(cursor: Cursor, conditions: readonly RuleCondition[], table: ConditionTable): Record<string, readonly string[]> {
  const values: Record<string, readonly string[]> = Object.create(null);
  for (const condition of conditions) {
    const { name, start, end } = condition;
    const range = [start, end] as const;
    if (!table.known.includes(name)) {
      const known = table.known.length > 0 ? `it knows ${table.known.join(', ')}` : 'it knows none';
      cursor.report({ code: 'unknown-condition', message: `a ${table.rule} rule does not know the condition "${name}"`, help: known }, ...range);
      continue;
    }
    if (name in values && table.repeated?.includes(name) !== true) {
      cursor.report({ code: 'condition-repeated', message: `the condition "${name}" stands twice`, help: 'keep one of them' }, ...range);
    }
    checkShape(cursor, condition, table);
    values[name] = [...(values[name] ?? []), ...condition.values];
  }
  return values;
}

function checkShape(cursor: Cursor, { name, operator, values, start, end }: RuleCondition, table: ConditionTable): void {
  if (operator === ':=' && !(name === 'label' && table.rule === 'network')) {
    cursor.report({ code: 'condition-value', message: `"${name}:=" is not for ${table.rule} rules`, help: `write ${name}=…` }, start, end);
  } else if (operator === 'in') {
    cursor.report({ code: 'condition-value', message: `"${name} in (…)" is not for ${table.rule} rules`, help: `write ${name}=…` }, start, end);
  } else if (values.length > 1 && table.lists?.includes(name) !== true) {
    const help = `write one rule for each value, or a pattern such as ${name}={${values.join(',')}}`;
    cursor.report({ code: 'condition-value', message: `"${name}" takes one value, not a list`, help }, start, end);
  } else if (values.length === 0) {
    cursor.report({ code: 'condition-value', message: `"${name}" has no value`, help: `write ${name}=…` }, start, end);
  }
}
