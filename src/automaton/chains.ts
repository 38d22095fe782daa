import { TAKE, type ByteClasses, type Program } from './program';

/** Cells of one chain. */
const WIDTH = 3;
const [FIRST, LENGTH, END] = [0, 1, 2];

/** Class of an instruction that takes more than one class of bytes, or none. */
const NO_CLASS = 255;

/** What a walk along a chain comes to where it does not reach the chain's end. */
export const [DIFFERS, HIGHER] = [-1, -2];

/**
 * Stretches of a program with one way to go: the texts of literal paths. They need no states, which keeps thousands of rules
 * small enough for the processor's caches: a chain is one entry here and a byte for each instruction.
 */
export class Chains {
  /** Class of the bytes that an instruction takes, where it is one. */
  private readonly classAt: Uint8Array;
  /** Bytes that are taken one behind the other from an instruction on; the next instruction is always the one before. */
  private readonly lengthAt: Int32Array;
  private readonly next: Int32Array;
  private readonly classOf: Uint8Array;
  private cells = new Int32Array(0);
  private numbers = new Map<number, number>();

  constructor(program: Program, classes: ByteClasses) {
    this.next = program.next;
    this.classOf = classes.classOf;
    const single = classes.count > NO_CLASS ? [] : singleClasses(program, classes);
    this.classAt = Uint8Array.from(program.kinds, (kind, at) => (kind === TAKE ? single[program.argument[at]] ?? NO_CLASS : NO_CLASS));
    this.lengthAt = new Int32Array(program.kinds.length);
    for (let at = 0; at < this.lengthAt.length; at++) {
      const before = at > 0 && this.next[at] === at - 1 ? this.lengthAt[at - 1] : 0;
      this.lengthAt[at] = this.classAt[at] === NO_CLASS ? 0 : before + 1;
    }
  }

  /** The number of the chain that begins with an instruction; undefined where none does. */
  at(instruction: number): number | undefined {
    const known = this.numbers.get(instruction);
    if (known !== undefined || this.lengthAt[instruction] === 0) {
      return known;
    }
    const number = this.numbers.size;
    this.numbers.set(instruction, number);
    if ((number + 1) * WIDTH > this.cells.length) {
      const cells = new Int32Array(Math.max(64 * WIDTH, this.cells.length * 2));
      cells.set(this.cells);
      this.cells = cells;
    }
    this.cells.set([instruction, this.lengthAt[instruction], -1], number * WIDTH);
    return number;
  }

  first(chain: number): number {
    return this.cells[chain * WIDTH + FIRST];
  }

  /**
   * Where in the text a chain ends that begins at `from`: `DIFFERS` where the text is another or shorter, `HIGHER` where it has
   * a character above `last` first.
   */
  along(chain: number, text: string, from: number, last: number): number {
    const { classAt, classOf } = this;
    const end = from + this.cells[chain * WIDTH + LENGTH];
    for (let at = from, instruction = this.cells[chain * WIDTH + FIRST]; at < end; at++, instruction--) {
      const code = at < text.length ? text.charCodeAt(at) : 0;
      if (code > last) {
        return HIGHER;
      }
      if (at === text.length || classOf[code] !== classAt[instruction]) {
        return DIFFERS;
      }
    }
    return end;
  }

  /** The instruction behind a chain. */
  behind(chain: number): number {
    return this.next[this.first(chain) - this.cells[chain * WIDTH + LENGTH] + 1];
  }

  /** What was kept of a chain's end; -1 where nothing was. */
  end(chain: number): number {
    return this.cells[chain * WIDTH + END];
  }

  keepEnd(chain: number, state: number): number {
    this.cells[chain * WIDTH + END] = state;
    return state;
  }

  forget(): void {
    this.cells = new Int32Array(0);
    this.numbers = new Map();
  }
}

/** For each set the class that it consists of, where it is one. */
function singleClasses({ sets }: Program, { count, members }: ByteClasses): number[] {
  return sets.map((_set, index) => {
    const held = members.subarray(index * count, (index + 1) * count);
    return held.indexOf(1) !== -1 && held.indexOf(1) === held.lastIndexOf(1) ? held.indexOf(1) : NO_CLASS;
  });
}
