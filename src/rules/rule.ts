import type { SourceText } from '../diagnostics';
import type { Access } from './access';
import type { Cursor, Fault, ParserGeneration } from '../language/cursor';

/**
 * Where a node stands in its text. The text between `lead` and `start` (blanks and comments) belongs to the node. A node
 * that a program built has no layout.
 */
export interface Layout {
  readonly source: SourceText;
  /** End of what stands before: the previous node, or the opening brace. */
  readonly lead: number;
  readonly start: number;
  /** Behind the last character, which is the comma for most rules. */
  readonly end: number;
  /** True where a program changed the node: it is printed anew behind its old blanks and comments. */
  readonly changed?: boolean;
  /** What an edit put in the place of the text between `lead` and `start`. */
  readonly before?: string;
  /** What an edit put in the place of the header of a profile, brace included. */
  readonly header?: string;
}

/** What every node of a tree has. */
export interface Node {
  readonly type: string;
  readonly layout?: Layout;
}

/** apparmor.d(5), "Rule Qualifiers". Absent: not written. */
export interface Qualifiers {
  /** -1000 … 1000; absent is 0. */
  readonly priority?: number;
  readonly audit?: boolean;
  /** `allow` only where it is written. */
  readonly access?: 'allow' | 'deny' | 'prompt';
  /** File and link rules only. */
  readonly owner?: 'owner' | 'other';
}

/** Shared by all rules that have no qualifier. */
export const NO_QUALIFIERS: Qualifiers = Object.freeze({});

/** What every access rule has. Words are as lexed: no quotes, escapes decoded, variables unexpanded. */
export interface QualifiedRule extends Node {
  readonly qualifiers: Qualifiers;
}

/** How two patterns relate; exact where the automaton is used. */
export interface PatternRelation {
  /** Whether everything that `narrow` matches is matched by `wide`. */
  includes(wide: string, narrow: string): boolean;
  /** Whether some text is matched by both. */
  overlaps(one: string, other: string): boolean;
}

/** Everything that is known of one kind of rule but how it decides (see match.ts). */
export interface Family<R extends QualifiedRule = QualifiedRule> {
  /** `type` of its nodes. */
  readonly type: R['type'];
  /** The words that begin such a rule; none for file rules, which begin with a path or permissions. */
  readonly keywords: readonly string[];
  /** Place of the family where a profile is sorted. */
  readonly order: number;
  /** Reads the rule behind its keyword up to its comma. Faults go to the cursor; undefined where nothing can be made of it. */
  parse(cursor: Cursor, qualifiers: Qualifiers, keyword: string): R | undefined;
  /** The rule in house style, qualifiers and comma included. */
  print(rule: R): string;
  /** The words of a rule in which variables are expanded and patterns are matched. */
  patterns(rule: R): readonly string[];
  /** Faults that the real parser finds only in rules that count (not in the dead branch of an if), with their words. */
  check?(rule: R, generation: ParserGeneration): Fault | undefined;
  /** Why features mediate nothing of a rule (or not all that it says); `has` asks for a key of the features. */
  unenforced?(rule: R, has: (key: string) => boolean): string | undefined;
  /** Every access that `narrow` gives, `wide` gives too; qualifiers are compared by the caller. */
  covers(wide: R, narrow: R, patterns: PatternRelation): boolean;
  /** The narrowest rule that gives an access, undefined where the family does not give such accesses. */
  fromAccess(access: Access): R | undefined;
}
