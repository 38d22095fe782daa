import { ANY_TEXT, alternatives, type Expression, literal, NEVER, optional, parsePattern, sequence } from '../automaton';
import type { MountAccess } from './access';
import { AccessError, type Clause, type Ground, type Match, type Question } from './match';
import type { MountRule } from './mount';
import { MOUNT_OPTIONS } from './mount-options';
import { pathField } from './pivot-root-match';

/** The kinds of mount(2), in the order in which the kernel looks for them. */
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

/** A choice of flags: these bits set, those free, all others not set. */
interface Flags {
  readonly kinds: readonly Kind[];
  readonly required: ReadonlySet<number>;
  readonly free: ReadonlySet<number>;
}

export const mountMatch: Match<MountRule, MountAccess> = { clauses, questions };

function clauses(rule: MountRule, ground: Ground): readonly Clause[] {
  const { operation, target, source } = rule;
  if (operation === 'umount') {
    return [{ table: 'umount', fields: [pathField(target, ground)], permissions: 1 }];
  }
  return flagChoices(rule, ground).flatMap(({ kinds, ...flags }) => kinds.flatMap((kind): Clause[] => {
    const place = kind === 'propagation' && target === undefined ? source : target;
    const from = kind === 'remount' || kind === 'propagation' ? undefined : source;
    const fields = [literal(kind), pathField(place, ground), sourceField(from, ground), fstypeField(rule, kind, ground), flagsField(flags, kind)];
    return [{ table: 'mount', fields, permissions: 1 }];
  }));
}

function flagChoices({ operation, options, source, target, fstype }: MountRule, ground: Ground): readonly Flags[] {
  const remount = operation === 'remount' ? ['remount'] : [];
  const free = bits(options.filter(({ operator }) => operator === 'in').flatMap(({ values }) => values), true);
  const groups = options.filter(({ operator }) => operator === '=').map(({ values }) => [...remount, ...values]);
  if (options.length === 0) {
    const all = new Set(Array.from({ length: FLAG_COUNT }, (_, bit) => bit));
    if (operation === 'remount') {
      return [{ kinds: ['remount'], required: new Set([5]), free: ground.atLeast('4.1') ? all : new Set() }];
    }
    const fits = { remount: source === undefined && fstype.length === 0, propagation: fstype.length === 0 && (source === undefined || target === undefined) };
    const kinds = KINDS.filter((kind) => (kind === 'new' ? true : kind === 'remount' || kind === 'propagation' ? fits[kind] : fstype.length === 0));
    return [{ kinds, required: new Set(), free: all }];
  }
  const words = options.flatMap(({ values }) => values);
  return (groups.length === 0 ? [remount] : groups)
    .map((group) => ({ kinds: [kindOf([...remount, ...(groups.length === 0 ? words : group)])], required: bits(group), free }));
}

function flagsField({ required, free }: Omit<Flags, 'kinds'>, kind: Kind): Expression {
  const looked = LOOKED_AT[kind];
  const parts: Expression[] = [];
  for (let bit = 0; bit < FLAG_COUNT; bit++) {
    const byte = literal(Uint8Array.of(bit + 1));
    if (looked !== undefined && !looked.has(bit)) {
      continue;
    } else if (required.has(bit)) {
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
      return [{ table: 'mount', fields: [kind, target, from, type, flags], permissions: 1 }];
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
