/*
 * How rules decide. A rule becomes clauses: each says which texts in which fields it matches, and which permissions it is
 * about. An access becomes questions of the same form. Clauses of one table are matched by one automaton (see src/decide),
 * so nothing here ever loops over rules.
 */
import { alternatives, ANY_TEXT, bytesOf, type Expression, literal, parsePattern } from '../automaton';
import type { Access } from './access';
import type { ExecMode } from './permissions';
import type { AccessRule } from './registry';

/** Which list of clauses a question is put to. */
export type Table =
  | 'file' | 'link' | 'change_profile' | 'onexec' | 'capability' | 'network' | 'network-local' | 'network-peer'
  | 'unix' | 'unix-local' | 'unix-peer' | 'mount' | 'umount' | 'pivot_root' | 'signal' | 'ptrace'
  | 'dbus-message' | 'dbus-bind' | 'dbus-eavesdrop' | 'userns' | 'mqueue' | 'io_uring';

/** A program's start, as a file rule allows it. */
export interface ExecClause {
  readonly mode: ExecMode;
  /** Whether the environment is scrubbed. */
  readonly scrub: boolean;
  /** Named transition, as written but with variables expanded. */
  readonly target?: string;
  /** Whether the path is matched without globs, which wins over globs. */
  readonly exact: boolean;
}

/** A rule, or a part of it, as it is matched. */
export interface Clause {
  readonly table: Table;
  /** One expression a field. */
  readonly fields: readonly Expression[];
  /** Bits of the table's own permissions. */
  readonly permissions: number;
  /** Instead of the rule's own priority. */
  readonly priority?: number;
  /** Instead of the rule's own. */
  readonly audit?: boolean;
  readonly exec?: ExecClause;
}

/** An access as one table is asked. All permissions are wanted at once. */
export interface Question {
  readonly table: Table;
  readonly fields: readonly string[];
  readonly permissions: number;
}

export type Generation = '3.0' | '4.1' | '5.0';

/** What rules and accesses stand on: a profile, the features in force, the parser that compiles. */
export interface Ground {
  readonly profileName: string;
  readonly parser: Generation;
  /** Whether both the kernel and the policy's ABI have a feature. */
  has(feature: string): boolean;
  /** Whether both list a word under a feature, such as a capability under `caps/mask`. */
  lists(feature: string, word: string): boolean;
  /** Whether the kernel lists it, whatever the policy's ABI says. */
  kernelLists(feature: string, word: string): boolean;
  atLeast(generation: Generation): boolean;
  /** A word with its variables expanded. */
  expand(word: string): string;
  /** A path pattern expanded, with repeated slashes collapsed, and its copies by alias rules. */
  paths(word: string): readonly string[];
  /** Copies by alias rules of a pair of path patterns, which are rewritten together. */
  pathPairs(one: string, other: string): ReadonlyArray<readonly [string, string]>;
}

/** How one family decides. */
export interface Match<R extends AccessRule, A extends Access = never> {
  clauses(rule: R, ground: Ground): readonly Clause[];
  /**
   * What an access asks; all must be allowed. Undefined where the features in force do not mediate it.
   *
   * @throws AccessError where the access has an unknown value
   */
  questions?(access: A, ground: Ground): readonly Question[] | undefined;
}

/** An access that cannot be: an unknown signal, capability, family … */
export class AccessError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'AccessError';
  }
}

/** The field of an optional pattern; absent: any text. */
export function patternField(pattern: string | undefined, ground: Ground): Expression {
  return pattern === undefined ? ANY_TEXT : parsePattern(ground.expand(pattern));
}

/** The field of a list of words; empty: any text. */
export function wordsField(words: readonly string[]): Expression {
  return words.length === 0 ? ANY_TEXT : alternatives(...words.map((word) => literal(bytesOf(word))));
}

/** The bits of names in a table of them; no names: all. */
export function bitsOf(names: readonly string[], bits: Readonly<Record<string, number>>): number {
  const used = names.length === 0 ? Object.keys(bits) : names;
  return used.reduce((sum, name) => sum + (bits[name] ?? 0), 0);
}

/** Numbers names as bits. */
export function bitTable(...names: string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(names.map((name, index) => [name, 2 ** index]));
}

/** The bit of a word of an access. */
export function bitOf(name: string, bits: Readonly<Record<string, number>>, what: string): number {
  if (!Object.hasOwn(bits, name)) {
    throw new AccessError(`${what} '${name}' is unknown; use one of ${Object.keys(bits).join(', ')}`);
  }
  return bits[name];
}

/** A path pattern as parsers compile it: repeated slashes become one, but exactly two in front stay. */
export function collapseSlashes(pattern: string): string {
  const collapsed = pattern.replace(/\/{2,}/g, '/');
  return /^\/\/(?!\/)/.test(pattern) ? `/${collapsed}` : collapsed;
}
