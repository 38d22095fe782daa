/**
 * Reads what `apparmor_parser -S` writes, as far as tests need it: the profiles' names, capabilities and automata. A stream of
 * tagged items; automata are flex tables in big-endian order (kernel: security/apparmor/policy_unpack.c and match.c).
 */
export interface CompiledProfile {
  readonly name: string;
  readonly file: CompiledAutomaton | undefined;
  readonly policy: CompiledAutomaton | undefined;
  /** Names that exec rules lead to. */
  readonly targets: readonly string[];
  /** Bits of allowed, audited and quiet capabilities; 64 of each. */
  readonly capabilities: { readonly allow: bigint; readonly audit: bigint; readonly quiet: bigint };
}

interface Item {
  readonly name: string;
  readonly value: number | bigint | string | Buffer | readonly Item[];
}

const [U8, U16, U32, U64, NAME, STRING, BLOB, STRUCT, STRUCT_END, LIST, LIST_END, ARRAY, ARRAY_END] = Array.from({ length: 13 }, (_, code) => code);

export function readCompiledPolicy(stream: Buffer): CompiledProfile[] {
  return new ItemReader(stream).all().filter(({ name }) => name === 'profile').map(({ value }) => profileOf(value as Item[]));
}

class ItemReader {
  private at = 0;

  constructor(private readonly stream: Buffer) {}

  all(): Item[] {
    const items: Item[] = [];
    while (this.at < this.stream.length && ![STRUCT_END, LIST_END, ARRAY_END].includes(this.stream[this.at])) {
      items.push(this.item());
    }
    this.at++;
    return items;
  }

  private item(): Item {
    let name = '';
    if (this.stream[this.at] === NAME) {
      this.at++;
      name = this.text();
    }
    return { name, value: this.value(this.stream[this.at++]) };
  }

  private value(code: number): Item['value'] {
    const { stream, at } = this;
    switch (code) {
      case U8: this.at += 1; return stream[at];
      case U16: this.at += 2; return stream.readUInt16LE(at);
      case U32: this.at += 4; return stream.readUInt32LE(at);
      case U64: this.at += 8; return stream.readBigUInt64LE(at);
      case STRING: return this.text();
      case BLOB: {
        const size = stream.readUInt32LE(at);
        this.at += 4 + size;
        return stream.subarray(at + 4, at + 4 + size);
      }
      case ARRAY: this.at += 2; return this.all();
      case STRUCT:
      case LIST: return this.all();
      default: throw new Error(`unknown item code ${code} at ${at}`);
    }
  }

  private text(): string {
    const size = this.stream.readUInt16LE(this.at);
    this.at += 2 + size;
    return this.stream.toString('utf8', this.at - size, this.at - 1);
  }
}

function profileOf(items: readonly Item[]): CompiledProfile {
  const find = (name: string, among = items) => among.find((item) => item.name === name)?.value;
  const policydb = find('policydb') as Item[] | undefined;
  // Before the flags stands the automaton of the attachment, if there is one.
  const fileBlob = find('aadfa', items.slice(items.findIndex(({ name }) => name === 'flags'))) as Buffer | undefined;
  const targets = (find('xtable') as Item[] | undefined)?.flatMap(({ value }) => (Array.isArray(value) ? value : [value])) ?? [];
  return {
    name: items[0].value as string,
    file: fileBlob && new CompiledAutomaton(fileBlob),
    policy: policydb && new CompiledAutomaton(find('aadfa', policydb) as Buffer),
    targets: targets.map((target) => (typeof target === 'object' ? (target as Item).value : target) as string),
    capabilities: capabilitiesOf(items),
  };
}

/** Four words in a row without names: allow, audit, quiet, extended; then the upper halves in `caps64`. */
function capabilitiesOf(items: readonly Item[]): CompiledProfile['capabilities'] {
  const upper = items.find(({ name }) => name === 'caps64')?.value as Item[] | undefined;
  const start = items.findIndex(({ name }) => name === 'flags' ) + 1;
  const path = items[start]?.name === 'path_flags' ? start + 1 : start;
  const high = (index: number) => (upper === undefined ? 0n : BigInt(upper[index].value as number) * 2n ** 32n);
  const word = (index: number) => BigInt(items[path + index].value as number) + high(index);
  return { allow: word(0), audit: word(1), quiet: word(2) };
}

/* eslint-disable no-bitwise -- packed tables */
const MAGIC = Buffer.from([0x1B, 0x5E, 0x78, 0x3D]);
const [ACCEPT, BASE, CHECK, DEFAULT, CLASSES, , ACCEPT2, NEXT] = [1, 2, 3, 4, 5, 6, 7, 8];
const DIFFERENTIAL = 0x80000000;

/** A compiled automaton and the permissions of its states. */
export class CompiledAutomaton {
  /** Where every walk begins. */
  static readonly START = 1;
  private readonly tables = new Map<number, Uint32Array>();

  constructor(blob: Buffer) {
    const begin = blob.indexOf(MAGIC);
    let at = begin + blob.readUInt32BE(begin + 4);
    const end = begin + blob.readUInt32BE(begin + 8);
    while (at < end) {
      const [id, width, length] = [blob.readUInt16BE(at), blob.readUInt16BE(at + 2), blob.readUInt32BE(at + 8)];
      const start = at + 12;
      this.tables.set(id, Uint32Array.from({ length }, (_, index) => blob.readUIntBE(start + index * width, width)));
      at = begin + Math.ceil((start + length * width - begin) / 8) * 8;
    }
  }

  walk(bytes: Uint8Array, from = CompiledAutomaton.START): number {
    const [base, check, fallback, next] = [BASE, CHECK, DEFAULT, NEXT].map((id) => this.tables.get(id) as Uint32Array);
    const classes = this.tables.get(CLASSES);
    let state = from;
    for (const byte of bytes) {
      const input = classes === undefined ? byte : classes[byte];
      for (;;) {
        const word = base[state];
        const position = (word & 0xFFFFFF) + input;
        if (check[position] === state) {
          state = next[position];
          break;
        }
        state = fallback[state];
        if ((word & DIFFERENTIAL) === 0) {
          break;
        }
      }
    }
    return state;
  }

  accept(state: number): number {
    return this.tables.get(ACCEPT)?.[state] ?? 0;
  }

  /** Permissions that are audited, and those that are quietly denied. */
  accept2(state: number): number {
    return this.tables.get(ACCEPT2)?.[state] ?? 0;
  }
}
/* eslint-enable no-bitwise */
