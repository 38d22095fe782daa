import type { Access } from './access';
import { type Family, NO_QUALIFIERS, type Qualifiers, type QualifiedRule } from './rule';
import { CHAR, isDigit } from '../language/characters';
import type { Cursor } from '../language/cursor';

/** `set rlimit RESOURCE <= VALUE [UNIT],` */
export interface RlimitRule extends QualifiedRule {
  readonly type: 'rlimit';
  /** `nofile`, `as`, `cpu` … */
  readonly resource: string;
  /** As written, without the unit: decimal digits, perhaps with a sign, or `infinity`. */
  readonly value: string;
  /** `KB`, `ms` …, as written. */
  readonly unit?: string;
}

type Kind = 'size' | 'count' | 'nice' | 'seconds' | 'microseconds';

/** What each limit is counted in (getrlimit(2)). */
const RESOURCES: Readonly<Record<string, Kind>> = {
  cpu: 'seconds',
  fsize: 'size',
  data: 'size',
  stack: 'size',
  core: 'size',
  rss: 'size',
  nofile: 'count',
  ofile: 'count',
  as: 'size',
  nproc: 'count',
  memlock: 'size',
  locks: 'count',
  sigpending: 'count',
  msgqueue: 'size',
  nice: 'nice',
  rtprio: 'count',
  rttime: 'microseconds',
};

const SIZES: Readonly<Record<string, number>> = { K: 2 ** 10, KB: 2 ** 10, M: 2 ** 20, MB: 2 ** 20, G: 2 ** 30, GB: 2 ** 30 };

/** Units of time in microseconds. */
const TIMES: Readonly<Record<string, number>> = {
  us: 1,
  microsecond: 1,
  microseconds: 1,
  ms: 1e3,
  millisecond: 1e3,
  milliseconds: 1e3,
  s: 1e6,
  sec: 1e6,
  second: 1e6,
  seconds: 1e6,
  min: 6e7,
  minute: 6e7,
  minutes: 6e7,
  h: 3.6e9,
  hour: 3.6e9,
  hours: 3.6e9,
  d: 8.64e10,
  day: 8.64e10,
  days: 8.64e10,
  week: 6.048e11,
  weeks: 6.048e11,
};

export const rlimit: Family<RlimitRule> = {
  type: 'rlimit',
  keywords: ['set'],
  order: 20,
  parse,
  print: ({ resource, value, unit }) => `set rlimit ${resource} <= ${value}${unit ?? ''},`,
  patterns: () => [],
  covers: (wide, narrow) => sameResource(wide, narrow) && (rlimitValue(wide) ?? Infinity) >= (rlimitValue(narrow) ?? Infinity),
  fromAccess: (access: Access) => (access.class === 'rlimit'
    ? { type: 'rlimit', qualifiers: NO_QUALIFIERS, resource: access.resource, value: String(access.value) }
    : undefined),
};

function parse(cursor: Cursor, qualifiers: Qualifiers): RlimitRule {
  if (qualifiers !== NO_QUALIFIERS) {
    cursor.fail({ code: 'qualifier-not-allowed', message: 'set rlimit takes no qualifiers', help: 'leave them out' });
  }
  if (!cursor.takeKeyword('rlimit')) {
    cursor.fail({ code: 'syntax', message: `${cursor.found()} stands where "rlimit" is expected`, help: 'write set rlimit RESOURCE <= VALUE' });
  }
  cursor.skipSpace();
  const resource = identifier(cursor, 'a resource such as nofile');
  cursor.skipSpace();
  if (cursor.text.slice(cursor.pos, cursor.pos + 2) !== '<=') {
    cursor.fail({ code: 'syntax', message: `${cursor.found()} stands where "<=" is expected`, help: 'write set rlimit RESOURCE <= VALUE' });
  }
  cursor.pos += 2;
  cursor.skipSpace();
  const start = cursor.pos;
  const value = readValue(cursor);
  cursor.skipSpace();
  const unit = /^[A-Za-z]/.test(cursor.text[cursor.pos] ?? '') && cursor.peekIdentifier() !== 'infinity' ? cursor.peekIdentifier() : undefined;
  cursor.pos += unit?.length ?? 0;
  const end = cursor.pos;
  cursor.skipSpace();
  if (cursor.code() === CHAR.HASH) {
    cursor.fail({ code: 'syntax', message: 'set rlimit takes no comment before its comma', help: 'write the comment behind the comma' });
  }
  cursor.endRule('rlimit');
  const rule: RlimitRule = { type: 'rlimit', qualifiers, resource, value, unit: value === 'infinity' ? undefined : unit };
  checkValue(cursor, rule, start, end);
  return rule;
}

function identifier(cursor: Cursor, what: string): string {
  const word = cursor.peekIdentifier();
  if (word === '') {
    cursor.fail({ code: 'syntax', message: `${cursor.found()} stands where ${what} is expected` });
  }
  cursor.pos += word.length;
  return word;
}

function readValue(cursor: Cursor): string {
  const start = cursor.pos;
  if (cursor.peekIdentifier() === 'infinity') {
    cursor.pos += 'infinity'.length;
    return 'infinity';
  }
  cursor.pos += cursor.text[start] === '-' ? 1 : 0;
  while (isDigit(cursor.code())) {
    cursor.pos++;
  }
  const value = cursor.text.slice(start, cursor.pos);
  if (!isDigit(value.charCodeAt(value.length - 1))) {
    cursor.pos = start;
    const help = 'write decimal digits, perhaps with a unit, or infinity';
    cursor.fail({ code: 'rlimit-value', message: `${cursor.found()} is no limit`, help });
  }
  return value;
}

function checkValue(cursor: Cursor, rule: RlimitRule, start: number, end: number): void {
  const { resource, value, unit } = rule;
  const kind = Object.hasOwn(RESOURCES, resource) ? RESOURCES[resource] : undefined;
  if (kind === undefined) {
    cursor.reportAt(resource, { code: 'rlimit-name', message: `there is no resource limit "${resource}"`, help: `use one of ${Object.keys(RESOURCES).join(', ')}` });
  } else if (value !== 'infinity' && !valueFits(rule, kind)) {
    const allowed: Record<Kind, string> = {
      size: 'write a number with K, KB, M, MB, G, GB or no unit',
      count: 'write a number that is not negative, without a unit',
      nice: 'write -20 to 19',
      seconds: 'write at least one second, with us, ms, s, min, h, d, week or no unit',
      microseconds: 'write a number with us, ms, s, min, h, d, week or no unit',
    };
    cursor.report({ code: 'rlimit-value', message: `"${value}${unit ?? ''}" is no limit of ${resource}`, help: allowed[kind] }, start, end);
  }
}

function valueFits({ value, unit }: RlimitRule, kind: Kind): boolean {
  const number = Number(value);
  switch (kind) {
    case 'nice':
      return unit === undefined && number >= -20 && number <= 19;
    case 'count':
      return unit === undefined && !value.startsWith('-');
    case 'size':
      return !value.startsWith('-') && (unit === undefined || Object.hasOwn(SIZES, unit));
    case 'seconds':
      return !value.startsWith('-') && (unit === undefined || (Object.hasOwn(TIMES, unit) && number * TIMES[unit] >= 1e6));
    case 'microseconds':
      return !value.startsWith('-') && (unit === undefined || (Object.hasOwn(TIMES, unit) && number > 0));
  }
}

/** Whether a word names a resource limit. */
export function isResource(name: string): boolean {
  return Object.hasOwn(RESOURCES, name);
}

/** The limit in bytes, seconds (cpu), microseconds (rttime) or as a count; undefined: no limit. */
export function rlimitValue({ resource, value, unit }: RlimitRule): number | undefined {
  if (value === 'infinity') {
    return undefined;
  }
  const kind = RESOURCES[resource];
  if (unit === undefined) {
    return Number(value);
  }
  return kind === 'size' ? Number(value) * (SIZES[unit] ?? 1) : Number(value) * (TIMES[unit] ?? 1) / (kind === 'seconds' ? 1e6 : 1);
}

function sameResource(one: RlimitRule, other: RlimitRule): boolean {
  const name = ({ resource }: RlimitRule) => (resource === 'ofile' ? 'nofile' : resource);
  return name(one) === name(other);
}
