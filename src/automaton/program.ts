import { LimitError } from './errors';
import type { ByteSet, Expression } from './expression';

/** Instructions of all patterns of one automaton together. 10,000 rules of 40 bytes take 400,000. */
export const MAX_INSTRUCTIONS = 2 * 1024 * 1024;

/** Instruction kinds: take one byte of a set, go on at two places, or report a pattern as matched. */
export const TAKE = 0;
export const FORK = 1;
export const MATCH = 2;

/**
 * A nondeterministic automaton as instructions (Thompson's construction, one start per pattern).
 *
 * `TAKE`: `argument` is an index into `sets`, `next` the instruction after it. `FORK`: both are instructions.
 * `MATCH`: `argument` is the number of the pattern.
 */
export interface Program {
  readonly kinds: Uint8Array;
  readonly next: Int32Array;
  readonly argument: Int32Array;
  readonly sets: readonly ByteSet[];
  readonly starts: readonly number[];
}

/** @throws LimitError where the expressions have too many parts */
export function compileProgram(expressions: readonly Expression[]): Program {
  const builder = new ProgramBuilder();
  const starts = expressions.map((expression, index) => builder.add(expression, builder.emit(MATCH, 0, index)));
  return builder.build(starts);
}

class ProgramBuilder {
  private readonly kinds: number[] = [];
  private readonly next: number[] = [];
  private readonly argument: number[] = [];
  private readonly sets: ByteSet[] = [];
  private readonly setNumbers = new Map<string, number>();
  private readonly literals = new Int32Array(256).fill(-1);

  emit(kind: number, next: number, argument: number): number {
    if (this.kinds.length === MAX_INSTRUCTIONS) {
      throw new LimitError(`the patterns have more than ${MAX_INSTRUCTIONS} parts together`, 'automaton-size', MAX_INSTRUCTIONS);
    }
    this.kinds.push(kind);
    this.next.push(next);
    this.argument.push(argument);
    return this.kinds.length - 1;
  }

  /** The instruction where the expression starts if `then` follows it. Nesting is limited by the pattern reader. */
  add(expression: Expression, then: number): number {
    switch (expression.type) {
      case 'literal': return expression.bytes.reduceRight((next, byte) => this.emit(TAKE, next, this.byte(byte)), then);
      case 'set': return this.emit(TAKE, then, this.set(expression.set));
      case 'sequence': return expression.parts.reduceRight((next, part) => this.add(part, next), then);
      case 'alternatives': return this.alternatives(expression.arms, then);
      case 'repeat': {
        const fork = this.emit(FORK, then, then);
        this.next[fork] = this.add(expression.body, fork);
        return fork;
      }
    }
  }

  build(starts: readonly number[]): Program {
    const { sets } = this;
    return { kinds: Uint8Array.from(this.kinds), next: Int32Array.from(this.next), argument: Int32Array.from(this.argument), sets, starts };
  }

  private alternatives(arms: readonly Expression[], then: number): number {
    if (arms.length === 0) {
      return this.emit(TAKE, then, this.set(new Uint8Array(256)));
    }
    return arms.map((arm) => this.add(arm, then)).reduceRight((rest, arm) => this.emit(FORK, arm, rest));
  }

  private byte(byte: number): number {
    if (this.literals[byte] === -1) {
      const set = new Uint8Array(256);
      set[byte] = 1;
      this.literals[byte] = this.set(set);
    }
    return this.literals[byte];
  }

  private set(set: ByteSet): number {
    const key = Buffer.from(set).toString('latin1');
    const known = this.setNumbers.get(key);
    if (known !== undefined) {
      return known;
    }
    this.setNumbers.set(key, this.sets.push(set) - 1);
    return this.sets.length - 1;
  }
}

/** The bytes that no set tells apart, numbered from 0. */
export interface ByteClasses {
  readonly count: number;
  /** Class of each byte. */
  readonly classOf: Uint8Array;
  /** Whether a set holds a class, at `set * count + class`. */
  readonly members: Uint8Array;
}

export function byteClasses(sets: readonly ByteSet[]): ByteClasses {
  let classes = new Uint16Array(256);
  let count = 1;
  for (const set of sets) {
    const numbers = new Map<number, number>();
    // Each step splits the classes of the step before by one more set.
    classes = classes.map((old, byte) => {
      const key = old * 2 + set[byte];
      const number = numbers.get(key) ?? numbers.size;
      numbers.set(key, number);
      return number;
    });
    count = numbers.size;
  }
  const members = new Uint8Array(sets.length * count);
  sets.forEach((set, index) => set.forEach((holds, byte) => { members[index * count + classes[byte]] = holds; }));
  return { count, classOf: Uint8Array.from(classes), members };
}
