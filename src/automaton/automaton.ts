import { bytesOf } from './bytes';
import { Chains, HIGHER } from './chains';
import { LimitError } from './errors';
import type { Expression } from './expression';
import { byteClasses, compileProgram, FORK, MATCH, TAKE, type ByteClasses, type Program } from './program';

/** What an automaton may take before it forgets its states and starts anew, or gives a match up. */
export interface AutomatonLimits {
  /** Cells of the transition table, of 4 bytes. */
  readonly cells: number;
  /** Instructions held by all states together. */
  readonly members: number;
  /** Instructions looked at in one match. Ordinary rules need a thousandth of the default. */
  readonly work: number;
}

const LIMITS: AutomatonLimits = { cells: 16 * 1024 * 1024, members: 8 * 1024 * 1024, work: 16 * 1024 * 1024 };

/** States with more than one in so many of all instructions are put in order by looking through all: sorting is slower. */
const SCAN_SHARE = 16;

const UNKNOWN = -1;

/** Highest characters that stand for one byte: in UTF-8, and where each byte is written as a character. */
const [LAST_ASCII, LAST_BYTE] = [0x7F, 0xFF];

/** The first chain stands in the table as this, the second as one less, and so on. */
const CHAIN = -2;

const { imul } = Math;
const DEAD = 0;

/**
 * Many patterns as one deterministic automaton, which finds all that match in one pass over the text. States are built
 * when a text first needs them and kept, so the patterns that are never asked for cost nothing, and no set of patterns
 * can blow it up: a text of n bytes makes at most n states.
 *
 * `T` is whatever the user makes of a set of matching patterns; it is made once for each set.
 */
export class Automaton<T> {
  private readonly program: Program;
  private readonly classes: ByteClasses;
  private members: Int32Array[] = [];
  private memberCount = 0;
  private table = new Int32Array(0);
  private accepts: T[] = [];
  private interned = new Map<number, number[]>();
  private results = new Map<string, T>();
  private readonly chains: Chains;
  private start = DEAD;
  private readonly mark: Int32Array;
  private round = 0;
  private readonly stack: number[] = [];
  /** Instructions of the state that is being built. */
  private readonly reached: Int32Array;
  private reachedCount = 0;
  private work = 0;

  /**
   * @param patterns expressions; their numbers are their indices
   * @param summarise makes a result of the ascending numbers of the patterns that match
   * @param limits default: well below a second and 100 MiB
   * @throws LimitError where the patterns have too many parts
   */
  constructor(
    patterns: readonly Expression[],
    private readonly summarise: (matching: readonly number[]) => T,
    private readonly limits: AutomatonLimits = LIMITS,
  ) {
    this.program = compileProgram(patterns);
    this.classes = byteClasses(this.program.sets);
    this.chains = new Chains(this.program, this.classes);
    this.mark = new Int32Array(this.program.kinds.length);
    this.reached = new Int32Array(this.program.kinds.length);
    this.forget();
  }

  /**
   * What matches the whole text.
   *
   * @throws LimitError where the text and the patterns together need more work than is sensible
   */
  match(text: string): T {
    return this.run(text, LAST_ASCII) ?? this.matchBytes(bytesOf(text));
  }

  /** The same for bytes. */
  matchBytes(bytes: Uint8Array): T {
    return this.run(Buffer.from(bytes).toString('latin1'), LAST_BYTE) as T;
  }

  /**
   * @param text one character a byte
   * @param last the highest character that is a byte of the text
   * @returns undefined where a character is higher
   */
  private run(text: string, last: number): T | undefined {
    const { classes: { classOf, count }, chains } = this;
    let { table } = this;
    this.work = 0;
    let state = this.start;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code > last) {
        return undefined;
      }
      let next = table[state * count + classOf[code]];
      if (next === UNKNOWN) {
        next = this.step(state, classOf[code]);
        ({ table } = this);
      }
      if (next < UNKNOWN) {
        const end = chains.along(CHAIN - next, text, at + 1, last);
        if (end < 0) {
          return end === HIGHER ? undefined : this.accepts[DEAD];
        }
        at = end - 1;
        next = this.behindChain(CHAIN - next);
        ({ table } = this);
      }
      state = next;
      if (state === DEAD) {
        return this.accepts[DEAD];
      }
    }
    return this.accepts[state];
  }

  /** The state of the instruction that follows a chain. */
  private behindChain(chain: number): number {
    const known = this.chains.end(chain);
    return known === UNKNOWN ? this.chains.keepEnd(chain, this.atInstruction(this.chains.behind(chain))) : known;
  }

  /** The state of one instruction and all that is reached from it without a byte. */
  private atInstruction(instruction: number): number {
    this.begin();
    this.follow(instruction);
    return this.intern(this.collected());
  }

  /**
   * What can match at all: the result of every state that some text reaches, each state once.
   *
   * @throws LimitError behind `limit` states
   */
  * reachable(limit: number): Generator<T> {
    this.work = 0;
    const seen = new Set<number>([this.start]);
    for (const state of seen) {
      yield this.accepts[state];
      for (let byteClass = 0; byteClass < this.classes.count; byteClass++) {
        seen.add(this.explore(state, byteClass));
      }
      if (seen.size > limit) {
        throw new LimitError(`the patterns need more than ${limit} states to be compared`, 'automaton-size', limit);
      }
    }
  }

  /** A state's successor, without ever forgetting states: numbers must stay valid. */
  private explore(state: number, byteClass: number): number {
    const known = this.table[state * this.classes.count + byteClass];
    if (known === UNKNOWN) {
      return this.link(state, byteClass, this.intern(this.successor(state, byteClass)));
    }
    return known < UNKNOWN ? this.atInstruction(this.chains.first(CHAIN - known)) : known;
  }

  /** Finds out where a byte leads: a state, or the begin of a chain (below `UNKNOWN`). */
  private step(state: number, byteClass: number): number {
    const successor = this.successor(state, byteClass);
    const chain = successor.length === 1 ? this.chains.at(successor[0]) : undefined;
    if (chain !== undefined) {
      return this.link(state, byteClass, CHAIN - chain);
    }
    if (this.memberCount + successor.length > this.limits.members || this.table.length >= this.limits.cells) {
      this.forget();
      return this.intern(successor);
    }
    return this.link(state, byteClass, this.intern(successor));
  }

  private link(state: number, byteClass: number, next: number): number {
    this.table[state * this.classes.count + byteClass] = next;
    return next;
  }

  private successor(state: number, byteClass: number): Int32Array {
    const { next, argument, kinds } = this.program;
    const { members, count } = this.classes;
    const from = this.members[state];
    this.work += from.length + 1;
    if (this.work > this.limits.work) {
      this.work = 0;
      throw new LimitError(`matching needs more than ${this.limits.work} steps`, 'work', this.limits.work);
    }
    this.begin();
    for (let index = 0; index < from.length; index++) {
      const instruction = from[index];
      if (kinds[instruction] === TAKE && members[argument[instruction] * count + byteClass] === 1) {
        this.follow(next[instruction]);
      }
    }
    return this.collected();
  }

  private begin(): void {
    this.round++;
    this.reachedCount = 0;
  }

  /** Adds what is reached from an instruction without taking a byte. */
  private follow(first: number): void {
    const { kinds, next, argument } = this.program;
    const { stack, mark, round } = this;
    stack.push(first);
    while (stack.length > 0) {
      const instruction = stack.pop() as number;
      if (mark[instruction] === round) {
        continue;
      }
      mark[instruction] = round;
      if (kinds[instruction] === FORK) {
        stack.push(next[instruction], argument[instruction]);
      } else {
        this.reached[this.reachedCount++] = instruction;
      }
    }
  }

  /** The same instructions always in the same order, so that equal states are found. */
  private collected(): Int32Array {
    if (this.reachedCount * SCAN_SHARE < this.mark.length) {
      return this.reached.slice(0, this.reachedCount).sort();
    }
    const { kinds } = this.program;
    let count = 0;
    for (let instruction = 0; instruction < this.mark.length; instruction++) {
      if (this.mark[instruction] === this.round && kinds[instruction] !== FORK) {
        this.reached[count++] = instruction;
      }
    }
    return this.reached.slice(0, count);
  }

  private intern(members: Int32Array): number {
    const hash = hashOf(members);
    const bucket = this.interned.get(hash) ?? [];
    const known = bucket.find((state) => same(this.members[state], members));
    if (known !== undefined) {
      return known;
    }
    const state = this.members.push(members) - 1;
    this.interned.set(hash, [...bucket, state]);
    this.memberCount += members.length;
    this.grow();
    this.accepts.push(this.result(members));
    return state;
  }

  private result(members: Int32Array): T {
    const { kinds, argument } = this.program;
    const matching: number[] = [];
    for (let index = 0; index < members.length; index++) {
      if (kinds[members[index]] === MATCH) {
        matching.push(argument[members[index]]);
      }
    }
    matching.sort((a, b) => a - b);
    const key = matching.join();
    const known = this.results.get(key);
    if (known !== undefined) {
      return known;
    }
    const result = this.summarise(matching);
    this.results.set(key, result);
    return result;
  }

  private grow(): void {
    const needed = this.members.length * this.classes.count;
    if (needed > this.table.length) {
      const table = new Int32Array(Math.max(needed, this.table.length * 2, 64 * this.classes.count)).fill(UNKNOWN);
      table.set(this.table);
      this.table = table;
    }
  }

  private forget(): void {
    this.members = [];
    this.memberCount = 0;
    this.table = new Int32Array(0);
    this.accepts = [];
    this.interned = new Map();
    this.results = new Map();
    this.chains.forget();
    this.intern(new Int32Array(0));
    this.table.fill(DEAD, 0, this.classes.count);
    this.begin();
    this.program.starts.forEach((start) => this.follow(start));
    this.start = this.intern(this.collected());
  }
}

/* eslint-disable no-bitwise -- a hash (FNV-1a) */
function hashOf(members: Int32Array): number {
  let hash = 0x811C9DC5;
  for (let index = 0; index < members.length; index++) {
    hash = imul(hash ^ members[index], 0x01000193);
  }
  return hash;
}
/* eslint-enable no-bitwise */

function same(one: Int32Array, other: Int32Array): boolean {
  if (one.length !== other.length) {
    return false;
  }
  for (let index = 0; index < one.length; index++) {
    if (one[index] !== other[index]) {
      return false;
    }
  }
  return true;
}
