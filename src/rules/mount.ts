import type { Access } from './access';
import { MOUNT_OPTIONS, type MountOption } from './mount-options';
import { coversOptional } from './pattern-relation';
import { listedWord, mountWord, ruleText } from './printing';
import { type Family, NO_QUALIFIERS, type PatternRelation, type Qualifiers, type QualifiedRule } from './rule';
import { nextPiece, readCondition, readWord, endTail, type RuleCondition } from '../language/conditions';
import type { Cursor, Fault, ParserGeneration } from '../language/cursor';
import { literalPattern, printWord } from '../language/words';

/** `fstype=…` or `options in (…)`. */
export interface MountCondition {
  readonly operator: '=' | 'in';
  /** At least one; mount options in the spelling of the canonical list (`r` is `ro`, `B` is `bind`). */
  readonly values: readonly string[];
}

/** `mount [CONDITIONS] [SOURCE] [-> TARGET],`, and `remount` and `umount` with a target only. */
export interface MountRule extends QualifiedRule {
  readonly type: 'mount';
  readonly operation: 'mount' | 'remount' | 'umount';
  readonly fstype: readonly MountCondition[];
  readonly options: readonly MountCondition[];
  readonly source?: string;
  /** Mountpoint. */
  readonly target?: string;
}

const CONDITIONS: Readonly<Record<string, 'fstype' | 'options'>> = { fstype: 'fstype', vfstype: 'fstype', options: 'options', option: 'options' };

/** Options that parser 3.0 refuses. */
const SINCE_41: ReadonlySet<string> = new Set(['lazytime', 'nolazytime', 'symfollow', 'nosymfollow', 'nostrictatime']);

export const mount: Family<MountRule> = {
  type: 'mount',
  keywords: ['mount', 'remount', 'umount', 'unmount'],
  order: 60,
  parse,
  print,
  patterns: ({ fstype, source, target }) => [...fstype.flatMap(({ values }) => values), source, target].filter((word) => word !== undefined),
  check,
  unenforced: ({ operation }, has) => (has('mount') ? undefined : `the features in force do not mediate ${operation}`),
  covers,
  fromAccess,
};

function parse(cursor: Cursor, qualifiers: Qualifiers, keyword: string): MountRule {
  const operation = keyword === 'mount' || keyword === 'remount' ? keyword : 'umount';
  const [fstype, options] = [[] as MountCondition[], [] as MountCondition[]];
  for (let piece = nextPiece(cursor); piece === 'condition' || piece === 'peer'; piece = nextPiece(cursor)) {
    readMountCondition(cursor, fstype, options);
  }
  const first = nextPiece(cursor) === 'word' ? readEnd(cursor, keyword) : undefined;
  let target: string | undefined;
  if (operation === 'mount' && nextPiece(cursor) === 'arrow') {
    cursor.pos += 2;
    target = readEnd(cursor, keyword);
  }
  endTail(cursor, keyword);
  const ends = operation === 'mount' ? { source: first, target } : { target: first };
  return { type: 'mount', qualifiers, operation, fstype, options, ...ends };
}

/** Since 5.0 a colon at the end of a word that is no path takes the next character into the word. */
function readEnd(cursor: Cursor, keyword: string): string {
  const { text, quoted, start, end } = readWord(cursor, keyword);
  if (!quoted && text.endsWith(':') && !/^[/@]/.test(text) && cursor.atLeast('5.0')) {
    cursor.report({ code: 'syntax', message: `"${text}" ends in a colon, which swallows what follows`, help: 'quote it' }, start, end);
  }
  return text;
}

function readMountCondition(cursor: Cursor, fstype: MountCondition[], options: MountCondition[]): void {
  const condition = readCondition(cursor);
  const { name, start, end } = condition;
  const kind = Object.hasOwn(CONDITIONS, name) ? CONDITIONS[name] : undefined;
  if (kind === undefined) {
    cursor.report({ code: 'unknown-condition', message: `a mount rule does not know the condition "${name}"`, help: 'it knows fstype and options' }, start, end);
  } else if (kind === 'fstype') {
    fstype.push({ operator: condition.operator as '=' | 'in', values: condition.values });
  } else {
    options.push(readOptions(cursor, condition));
  }
}

function readOptions(cursor: Cursor, { operator, values, start, end }: RuleCondition): MountCondition {
  const known: MountOption[] = [];
  for (const value of values) {
    const option = MOUNT_OPTIONS.get(value);
    if (option === undefined || (SINCE_41.has(option.name) && !cursor.atLeast('4.1'))) {
      const help = value.includes(',') ? `write options=(${value})` : 'mount(8) names the options that AppArmor knows';
      cursor.report({ code: 'unknown-mount-option', message: `there is no mount option "${value}"`, help }, start, end);
    } else {
      known.push(option);
    }
  }
  const clash = operator === '=' && cursor.atLeast('4.1')
    ? known.find((one) => known.some((other) => one.set && !other.set && one.flag === other.flag) || (one.name === 'user' && known.some(({ name }) => name === 'nouser')))
    : undefined;
  if (clash !== undefined) {
    cursor.report({
      code: 'mount-option-conflict',
      message: `the list holds ${clash.name} and its opposite`,
      help: 'keep one of them; "options in (…)" allows both',
    }, start, end);
  }
  return { operator: operator as '=' | 'in', values: known.map(({ name }) => name) };
}

/** The kinds of mount that a rule speaks of take no source, target or type; where nothing is left, the real parser gives up. */
function check({ operation, options, fstype, source, target }: MountRule, generation: ParserGeneration): Fault | undefined {
  const oldest = generation < '4.1';
  const groups = options.filter(({ operator }) => oldest || operator === '=').map(({ values }) => values);
  if (operation === 'remount' && oldest && fstype.length > 0) {
    groups.push(['remount']);
  } else if (operation !== 'mount' || groups.length === 0) {
    return undefined;
  }
  const given = source !== undefined;
  const shape = { source: given, both: given && (oldest || target !== undefined), fstype: fstype.length > 0 };
  if (groups.some((values) => groupHolds(values, shape))) {
    return undefined;
  }
  return {
    code: 'mount-conflict',
    message: `a mount with ${groups[0].join(', ')} does not take this combination of source, target and fstype`,
    help: 'remount takes only a target; bind, move and the make-… options take no fstype, and the make-… options only a target',
  };
}

/** Which of its optional parts a rule has. */
interface Shape {
  readonly source: boolean;
  /** Source and target. */
  readonly both: boolean;
  readonly fstype: boolean;
}

function groupHolds(values: readonly string[], shape: Shape): boolean {
  const flags = values.map((value) => MOUNT_OPTIONS.get(value)!).filter(({ set }) => set);
  return flags.length === 0 || flags.some(({ kind }) => kindHolds(kind, shape));
}

function kindHolds(kind: MountOption['kind'], { source, both, fstype }: Shape): boolean {
  return kind === 'ordinary' || (!fstype && !(kind === 'remount' && source) && !(kind === 'propagation' && both));
}

/**
 * The option that says what kind of mount a rule is for and that the real parser (4.1 and newer) drops in silence, because
 * this kind does not take the rule's source or type: the rule is for a new mount then.
 */
export function droppedKind({ operation, options, fstype, source, target }: MountRule): string | undefined {
  if (operation === 'remount') {
    return fstype.length > 0 ? 'remount' : undefined;
  }
  const shape = { source: source !== undefined, both: source !== undefined && target !== undefined, fstype: fstype.length > 0 };
  for (const { values } of operation === 'mount' ? options.filter(({ operator }) => operator === '=') : []) {
    const flags = values.map((value) => MOUNT_OPTIONS.get(value)!).filter(({ set }) => set);
    const kinds = flags.filter(({ kind }) => kind !== 'ordinary');
    if (kinds.length > 0 && !kinds.some((flag) => kindHolds(flag.kind, shape))) {
      return kinds[0].name;
    }
  }
  return undefined;
}

function print({ qualifiers, operation, fstype, options, source, target }: MountRule): string {
  return ruleText(qualifiers, operation, [
    ...fstype.map((condition) => listText('fstype', condition)),
    ...options.map((condition) => listText('options', condition)),
    source === undefined ? undefined : mountWord(source),
    target === undefined ? undefined : `${operation === 'mount' ? '-> ' : ''}${mountWord(target)}`,
  ]);
}

function listText(name: string, { operator, values }: MountCondition): string {
  const list = `(${values.map(listedWord).join(', ')})`;
  return operator === 'in' ? `${name} in ${list}` : `${name}=${values.length === 1 ? printWord(values[0]) : list}`;
}

function covers(wide: MountRule, narrow: MountRule, patterns: PatternRelation): boolean {
  return wide.operation === narrow.operation
    && coversOptional(wide.source, narrow.source, patterns) && coversOptional(wide.target, narrow.target, patterns)
    && coversConditions(wide.fstype, narrow.fstype) && coversConditions(wide.options, narrow.options);
}

/** Equal conditions only: what a list of flags allows depends on the kind of mount. */
function coversConditions(wide: readonly MountCondition[], narrow: readonly MountCondition[]): boolean {
  const text = (conditions: readonly MountCondition[]) => conditions.map(({ operator, values }) => `${operator} ${[...values].sort().join(' ')}`).sort().join('; ');
  return wide.length === 0 || text(wide) === text(narrow);
}

function fromAccess(access: Access): MountRule | undefined {
  if (access.class !== 'mount' || access.operation === 'pivot_root') {
    return undefined;
  }
  const pattern = (text: string | undefined) => (text === undefined ? undefined : literalPattern(text));
  const { options = [] } = access;
  if (!options.every((option) => MOUNT_OPTIONS.has(option))) {
    return undefined;
  }
  const isMount = access.operation === 'mount';
  return {
    type: 'mount',
    qualifiers: NO_QUALIFIERS,
    operation: access.operation,
    fstype: isMount && access.fstype !== undefined ? [{ operator: '=', values: [literalPattern(access.fstype)] }] : [],
    options: access.operation !== 'umount' && options.length > 0 ? [{ operator: '=', values: options }] : [],
    ...(isMount ? { source: pattern(access.source) } : {}),
    target: pattern(access.target),
  };
}
