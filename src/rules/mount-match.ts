import { ANY_TEXT, alternatives, type Expression, literal, NEVER, optional, parsePattern, sequence } from '../automaton';
import type { MountAccess } from './access';
import { AccessError, type Clause, type Ground, type Match, type Question } from './match';
import type { MountRule } from './mount';
import { MOUNT_OPTIONS } from './mount-options';
import { pathField } from './pivot-root-match';

/**
 * The kinds of mount(2), in the order in which the kernel looks for them. Nothing but the flags tells them apart where rules
 * are matched: a rule for any flags of one kind also matches another kind that has none of them.
 */
const KINDS = ['remount', 'bind', 'propagation', 'move', 'new'] as const;
type Kind = typeof KINDS[number];

const REC = 14;
const FLAG_COUNT = 32;

/** Bits that the kernel looks at, by kind; all for the others. */
const LOOKED_AT: Partial<Record<Kind, ReadonlySet<number>>> = {
  bind: new Set([12, REC]),
  propagation: new Set([REC, 15, 17, 18, 19, 20]),
  move: new Set([13]),
};

/** Bits that say which kind of mount it is; a new one has none of them. */
const COMMANDS: ReadonlySet<number> = new Set([5, 12, 13, REC, 17, 18, 19, 20]);

/** Bits that parsers leave out of what `mount PATH,` allows where PATH is taken for the place of a change of propagation. */
const NOT_WITH_PLACE: ReadonlySet<number> = new Set([1, 2, 3, 10, 11, 21, 24]);

/** Bits that a rule without options leaves free, by kind. */
const FREE: Readonly<Record<Kind, (bit: number) => boolean>> = {
  remount: (bit) => bit !== 13,
  bind: (bit) => bit === 12 || bit === REC,
  propagation: (bit) => !NOT_WITH_PLACE.has(bit),
  move: (bit) => bit === 13,
  new: (bit) => !COMMANDS.has(bit),
};

/** A choice of flags: these bits set, those free, all others not set. */
interface Flags {
  readonly kind: Kind;
  readonly required: ReadonlySet<number>;
  readonly free: ReadonlySet<number>;
}

export const mountMatch: Match<MountRule, MountAccess> = { clauses, questions };

function clauses(rule: MountRule, ground: Ground): readonly Clause[] {
  const { operation, target, source } = rule;
  if (operation === 'umount') {
    return [{ table: 'umount', fields: [pathField(target, ground)], permissions: 1 }];
  }
  return flagChoices(rule, ground).map(({ kind, required, free }): Clause => {
    const place = kind === 'propagation' && target === undefined ? source : target;
    const from = kind === 'remount' || kind === 'propagation' ? undefined : source;
    const fields = [pathField(place, ground), sourceField(from, ground), fstypeField(rule, kind, ground), flagsField(required, free)];
    return { table: 'mount', fields, permissions: 1 };
  });
}

function flagChoices(rule: MountRule, ground: Ground): readonly Flags[] {
  if (rule.options.length === 0) {
    return withoutOptions(rule, ground);
  }
  const given = rule.options.filter(({ operator }) => operator === '=').map(({ values }) => values);
  const free = rule.options.filter(({ operator }) => operator === 'in').flatMap(({ values }) => values);
  if (rule.operation === 'remount') {
    return remountFlags(given, free, ground);
  }
  return given.length === 0 ? freeFlags(rule, free, ground) : given.flatMap((group) => givenFlags(group, free, ground));
}

function withoutOptions({ operation, source, target, fstype }: MountRule, ground: Ground): readonly Flags[] {
  if (operation === 'remount') {
    return [{ kind: 'remount', required: new Set([5]), free: ground.atLeast('4.1') ? every(FREE.remount) : NONE }];
  }
  const place = source === undefined || (target === undefined && ground.atLeast('4.1'));
  const fits: Readonly<Record<Kind, boolean>> = { remount: source === undefined, bind: true, propagation: place, move: true, new: true };
  return KINDS.filter((kind) => fits[kind] && (kind === 'new' || fstype.length === 0)).map((kind) => ({ kind, required: NONE, free: every(FREE[kind]) }));
}

/** Parser 3.0 requires what `in` lists, and lets a plain mount with these flags through, if there are any. */
function remountFlags(given: ReadonlyArray<readonly string[]>, free: readonly string[], ground: Ground): readonly Flags[] {
  const freeBits = bits(free, true);
  return (given.length === 0 ? [[]] : given).map((group): Flags => {
    const groupBits = bits(group);
    if (ground.atLeast('4.1')) {
      return { kind: 'remount', required: new Set([5, ...groupBits]), free: freeBits };
    }
    const all = new Set([...groupBits, ...freeBits]);
    return all.size === 0 ? { kind: 'remount', required: new Set([5]), free: NONE } : { kind: 'remount', required: all, free: new Set([5]) };
  });
}

/** One `options=(…)`. Parser 3.0 lets a plain mount with the ordinary flags through, too, where any are named. */
function givenFlags(group: readonly string[], free: readonly string[], ground: Ground): readonly Flags[] {
  const kind = kindOf(group);
  const [required, freeBits] = [bits(group), bits(free, true)];
  const plain = kind !== 'new' && !ground.atLeast('4.1') && group.some((word) => MOUNT_OPTIONS.get(word)?.kind === 'ordinary');
  return [
    { kind, required: looked(required, kind), free: looked(freeBits, kind) },
    ...(plain ? [{ kind: 'new' as const, required: ordinary(required), free: ordinary(freeBits) }] : []),
  ];
}

/** `options in (…)` alone: kinds are not told apart, but for bind and move by parser 3.0. */
function freeFlags({ source, target, fstype }: MountRule, words: readonly string[], ground: Ground): readonly Flags[] {
  const [kind, free] = [kindOf(words), bits(words, true)];
  if (!ground.atLeast('4.1') && (kind === 'bind' || kind === 'move')) {
    return [{ kind, required: NONE, free: looked(free, kind) }, { kind: 'new', required: NONE, free: ordinary(free) }];
  }
  const place = kind !== 'propagation' && source !== undefined && target === undefined && fstype.length === 0 && ground.atLeast('4.1');
  return [{ kind, required: NONE, free }, ...(place ? [{ kind: 'propagation' as const, required: NONE, free }] : [])];
}

const NONE: ReadonlySet<number> = new Set();

function looked(numbers: ReadonlySet<number>, kind: Kind): ReadonlySet<number> {
  return new Set([...numbers].filter((bit) => LOOKED_AT[kind]?.has(bit) ?? true));
}

function ordinary(numbers: ReadonlySet<number>): ReadonlySet<number> {
  return new Set([...numbers].filter(FREE.new));
}

function every(takes: (bit: number) => boolean): ReadonlySet<number> {
  return new Set(Array.from({ length: FLAG_COUNT }, (_, bit) => bit).filter(takes));
}

function flagsField(required: ReadonlySet<number>, free: ReadonlySet<number>): Expression {
  const parts: Expression[] = [];
  for (let bit = 0; bit < FLAG_COUNT; bit++) {
    const byte = literal(Uint8Array.of(bit + 1));
    if (required.has(bit)) {
      parts.push(byte);
    } else if (free.has(bit)) {
      parts.push(optional(byte));
    }
  }
  return sequence(...parts);
}

function sourceField(source: string | undefined, ground: Ground): Expression {
  return source === undefined || !source.startsWith('/') ? patternOr(source, ground) : pathField(source, ground);
}

function patternOr(word: string | undefined, ground: Ground): Expression {
  return word === undefined ? ANY_TEXT : parsePattern(ground.expand(word));
}

/** Only new mounts look at the file system type; all conditions must hold, each lists alternatives. */
function fstypeField({ fstype }: MountRule, kind: Kind, ground: Ground): Expression {
  if (kind !== 'new' || fstype.length === 0) {
    return ANY_TEXT;
  }
  const words = fstype.flatMap(({ values }) => values.map((value) => parsePattern(ground.expand(value))));
  return words.length === 0 ? NEVER : alternatives(...words);
}

function questions(access: MountAccess, ground: Ground): readonly Question[] | undefined {
  const asked = questionsOf(access);
  return ground.has('mount') ? asked : undefined;
}

function questionsOf(access: MountAccess): readonly Question[] {
  const { operation, source = '', target = '', fstype = '', options = [] } = access;
  switch (operation) {
    case 'umount': return [{ table: 'umount', fields: [target], permissions: 1 }];
    case 'pivot_root': return [{ table: 'pivot_root', fields: [target, source], permissions: 1 }];
    case 'mount':
    case 'remount': {
      const words = operation === 'remount' ? ['remount', ...options] : options;
      const kind = kindOf(words);
      const set = [...bits(words)].filter((bit) => LOOKED_AT[kind]?.has(bit) ?? true).sort((a, b) => a - b);
      const flags = String.fromCharCode(...set.map((bit) => bit + 1));
      const [from, type] = [kind === 'new' || kind === 'bind' || kind === 'move' ? source : '', kind === 'new' ? fstype : ''];
      return [{ table: 'mount', fields: [target, from, type, flags], permissions: 1 }];
    }
    default:
      throw new AccessError(`mount operation '${String(operation)}' is unknown; use one of mount, remount, umount, pivot_root`);
  }
}

function kindOf(words: readonly string[]): Kind {
  const kinds = new Set(words.map((word) => MOUNT_OPTIONS.get(word)?.kind));
  return KINDS.find((kind) => kind !== 'new' && kinds.has(kind)) ?? 'new';
}

/** The numbers of the bits that options set; those that clear one carry nothing, but where any of the bits may be. */
function bits(words: readonly string[], cleared = false): ReadonlySet<number> {
  const numbers = new Set<number>();
  for (const word of words) {
    const option = MOUNT_OPTIONS.get(word);
    if (option === undefined) {
      throw new AccessError(`there is no mount option '${word.slice(0, 40)}'`);
    }
    for (let bit = 0; bit < FLAG_COUNT; bit++) {
      if ((option.set || cleared) && Math.floor(option.flag / 2 ** bit) % 2 === 1) {
        numbers.add(bit);
      }
    }
  }
  return numbers;
}
