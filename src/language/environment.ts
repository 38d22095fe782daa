import type { Fault, ParserGeneration } from './cursor';
import type { Memory } from './memory';
import type { BooleanVariable, Condition, Operand, Variable } from './tree';

/** What a condition comes to, or why it comes to nothing. */
export type Outcome = { readonly value: boolean; readonly fault?: Fault };

/** The variables that a text declares, filled in the order of the text. */
export class Environment {
  readonly variables = new Map<string, readonly string[]>();
  readonly booleans = new Map<string, boolean>();

  /** Stands for the values of all set variables, see `Memory.state`. */
  state = 0;

  constructor(private readonly generation: ParserGeneration, private readonly memory?: Memory) {}

  /** Declares a set variable or adds to it. @returns what is wrong with the assignment */
  assign(assignment: Variable): Fault | undefined {
    const { name, operator, values } = assignment;
    const before = this.variables.get(name);
    if (this.booleans.has(name)) {
      return { code: 'variable-redeclared', message: `${name} is a boolean already`, help: 'choose another name' };
    }
    if (name === 'profile_name' && this.generation < '5.0') {
      return { code: 'variable-redeclared', message: '@{profile_name} is what every profile has from itself', help: 'choose another name' };
    }
    if (operator === '+=' && before === undefined) {
      return { code: 'variable-undeclared', message: `@{${name}} gets a value added before it is declared`, help: `write @{${name}} = … first` };
    }
    if (operator === '=' && before !== undefined) {
      return { code: 'variable-redeclared', message: `@{${name}} is declared already`, help: `write @{${name}} += … to add values` };
    }
    if (operator !== '?=' || before === undefined) {
      this.state = this.memory?.state(this.state, assignment) ?? 0;
      this.variables.set(name, [...new Set([...(operator === '+=' ? before! : []), ...values])]);
    }
    return undefined;
  }

  /** Declares a boolean. @returns what is wrong with the assignment */
  assignBoolean({ name, operator, value }: BooleanVariable): Fault | undefined {
    if (this.variables.has(name)) {
      return { code: 'variable-redeclared', message: `${name} is a set variable already`, help: 'choose another name' };
    }
    if (operator === '=' && this.booleans.has(name)) {
      return { code: 'variable-redeclared', message: `\${${name}} is declared already`, help: 'keep one of the assignments' };
    }
    const outcome = this.evaluate(value);
    if (operator !== '?=' || !this.booleans.has(name)) {
      this.booleans.set(name, outcome.value);
    }
    return outcome.fault;
  }

  /** What a condition comes to here; apparmor.d(5), "Conditionals". */
  evaluate(condition: Condition): Outcome {
    switch (condition.type) {
      case 'literal':
        return { value: condition.value };
      case 'not': {
        const { value, fault } = this.evaluate(condition.operand);
        return { value: !value, fault };
      }
      case 'and':
      case 'or': {
        const [left, right] = [this.evaluate(condition.left), this.evaluate(condition.right)];
        const value = condition.type === 'and' ? left.value && right.value : left.value || right.value;
        return { value, fault: left.fault ?? right.fault };
      }
      case 'is': {
        const value = this.booleans.get(condition.name);
        return value === undefined ? { value: false, fault: unset(condition.name) } : { value };
      }
      case 'defined':
        return this.defined(condition.kind, condition.name);
      case 'compare':
        return this.compare(condition);
    }
  }

  private defined(kind: 'set' | 'boolean', name: string): Outcome {
    if (kind === 'set') {
      return { value: this.variables.has(name) };
    }
    const value = this.booleans.has(name);
    return { value, fault: value || this.generation !== '4.1' ? undefined : unset(name) };
  }

  private compare({ operator, left, right }: Extract<Condition, { type: 'compare' }>): Outcome {
    const [one, other] = [this.valuesOf(left), this.valuesOf(right)];
    if (one === undefined || other === undefined) {
      const side = one === undefined ? left : right;
      const message = `the comparison uses @{${'variable' in side ? side.variable : ''}}, which is not declared`;
      return { value: false, fault: { code: 'comparison', message, help: 'declare it before the first profile' } };
    }
    switch (operator) {
      case 'in':
        return { value: [...one].every((value) => other.has(value)) };
      case '==':
      case '!=': {
        const equal = one.size === other.size && [...one].every((value) => other.has(value));
        return { value: equal === (operator === '==') };
      }
      default:
        return order(operator, one, other);
    }
  }

  /** The fully expanded values of a side. */
  private valuesOf(operand: Operand, path: readonly string[] = []): ReadonlySet<string> | undefined {
    if ('word' in operand) {
      return new Set([operand.word]);
    }
    const values = path.includes(operand.variable) ? undefined : this.variables.get(operand.variable);
    return values && new Set(values);
  }
}

function unset(name: string): Fault {
  return { code: 'undefined-boolean', message: `the boolean $${name} is not set`, help: `write \${${name}} = true or = false before the first profile` };
}

const INTEGER = /^\s*[+-]?(?:0[xX][0-9a-fA-F]+|\d+)$/;

function order(operator: '>' | '>=' | '<' | '<=', one: ReadonlySet<string>, other: ReadonlySet<string>): Outcome {
  const [left, right] = [number(one), number(other)];
  if ((left === undefined) !== (right === undefined)) {
    return { value: false, fault: { code: 'comparison', message: 'a number is compared with what is none', help: 'compare numbers with numbers' } };
  }
  const sign = left === undefined ? compareSets(one, other) : Math.sign(left - right!);
  const value = { '>': sign > 0, '>=': sign >= 0, '<': sign < 0, '<=': sign <= 0 }[operator];
  return { value };
}

/** A single integer as strtol(3) reads it with base 0. */
function number(values: ReadonlySet<string>): number | undefined {
  const [text] = values;
  if (values.size !== 1 || !INTEGER.test(text)) {
    return undefined;
  }
  const digits = text.trim().replace(/^[+-]/, '');
  const value = /^0\d/.test(digits) ? parseInt(digits, 8) : Number(digits);
  return text.trim().startsWith('-') ? -value : value;
}

function compareSets(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const [left, right] = [[...one].sort(), [...other].sort()];
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    if (left[at] !== right[at]) {
      return left[at] < right[at] ? -1 : 1;
    }
  }
  return left.length - right.length;
}
