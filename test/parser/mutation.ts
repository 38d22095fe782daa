/** Texts made of real ones by small changes of their tokens, from a seed: the same seed gives the same texts. */

/** A text to mutate, with the base folder that its includes are searched in. */
export interface Original {
  readonly name: string;
  readonly text: string;
  readonly base: string;
}

export interface Mutant extends Original {
  /** What was done, for the report. */
  readonly change: string;
}

/** Numbers from 0 to 1 that depend on the seed only (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  /* eslint-disable no-bitwise -- a generator of 32-bit numbers */
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  /* eslint-enable no-bitwise */
}

/** Words, single signs, runs of blanks, line ends and comments. */
const TOKEN = /#[^\n]*|"(?:[^"\\\n]|\\.)*"|[ \t]+|\n|->|[+?:]?=|[(){},]|[^\s(){},="]+|./g;

type Kind = 'comment' | 'blank' | 'line' | 'sign' | 'word';

function kindOf(token: string): Kind {
  if (token.startsWith('#')) {
    return 'comment';
  }
  if (/^\s+$/.test(token)) {
    return token === '\n' ? 'line' : 'blank';
  }
  return /^(?:->|[+?:]?=|[(){},])$/.test(token) ? 'sign' : 'word';
}

/** Words of all originals, by the look of their first characters: a word is best replaced by one of its kind. */
export class Mutator {
  private readonly pools = new Map<string, string[]>();
  private readonly next: () => number;

  constructor(private readonly originals: readonly Original[], seed: number) {
    this.next = random(seed);
    const distinct = new Set(originals.flatMap(({ text }) => text.match(TOKEN) ?? []));
    for (const token of distinct) {
      const pool = this.pools.get(look(token)) ?? [];
      pool.push(token);
      this.pools.set(look(token), pool);
    }
  }

  /** The next text. */
  mutant(): Mutant {
    for (;;) {
      const original = this.pick(this.originals);
      const tokens = original.text.match(TOKEN) ?? [];
      const places = tokens.flatMap((token, at) => (kindOf(token) === 'word' || kindOf(token) === 'sign' ? [at] : []));
      if (places.length > 0) {
        const at = this.pick(places);
        const change = this.change(tokens, at);
        return { ...original, text: tokens.join(''), change };
      }
    }
  }

  private change(tokens: string[], at: number): string {
    const token = tokens[at];
    const kinds = ['replace', 'replace', 'replace', 'replace', 'replace', 'any', 'delete', 'double', 'swap', 'insert', 'letter', 'letter'] as const;
    const kind = this.pick(kinds);
    switch (kind) {
      case 'replace':
        tokens[at] = this.pick(this.pools.get(look(token)) ?? [token]);
        break;
      case 'any':
        tokens[at] = this.pick(this.pick([...this.pools.values()]));
        break;
      case 'delete':
        tokens[at] = '';
        break;
      case 'double':
        tokens[at] = `${token} ${token}`;
        break;
      case 'swap': {
        const other = Math.min(tokens.length - 1, at + 1 + Math.floor(this.next() * 3));
        [tokens[at], tokens[other]] = [tokens[other], tokens[at]];
        break;
      }
      case 'insert':
        tokens[at] = `${token} ${this.pick(this.pick([...this.pools.values()]))} `;
        break;
      case 'letter':
        tokens[at] = this.letter(token);
    }
    return `${kind} ${JSON.stringify(token)} by ${JSON.stringify(tokens[at])}`;
  }

  private letter(token: string): string {
    const at = Math.floor(this.next() * token.length);
    const sign = this.pick([...'abrwx/*{}[]()",=@#:&^!\\-0 ']);
    return this.next() < 0.5 ? token.slice(0, at) + token.slice(at + 1) : token.slice(0, at) + sign + token.slice(at);
  }

  private pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.next() * list.length)];
  }
}

/** Paths, variables, permissions, names with `=`, plain words …: words of one look mean similar things. */
function look(token: string): string {
  const kind = kindOf(token);
  if (kind !== 'word') {
    return kind;
  }
  if (/^[rwalkmixpcuPCUX]+$/.test(token)) {
    return 'permissions';
  }
  return /^[A-Za-z_]+$/.test(token) ? 'identifier' : /^\d+$/.test(token) ? 'number' : token[0];
}
