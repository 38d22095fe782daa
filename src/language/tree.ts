import type { AccessRule } from '../rules/registry';
import type { Layout, Node, Qualifiers } from '../rules/rule';

/** A node that may stand in a file, a profile or a block. */
export type Item = AccessRule | Include | Abi | Alias | Variable | BooleanVariable | Conditional | QualifierBlock | Profile;

/** `include <path>`, `include "path"`, `include path`, each also with `if exists`, and `#include`. */
export interface Include extends Node {
  readonly type: 'include';
  readonly path: string;
  /** In angle brackets: searched in the include folders and the base. */
  readonly magic: boolean;
  readonly ifExists: boolean;
}

/** `abi <path>,`: the features that the policy was written for. */
export interface Abi extends Node {
  readonly type: 'abi';
  readonly path: string;
  /** In angle brackets: searched in the include folders and the base. */
  readonly magic: boolean;
}

/** `alias FROM -> TO,`: every rule for FROM… also holds for TO…. */
export interface Alias extends Node {
  readonly type: 'alias';
  readonly from: string;
  readonly to: string;
}

export type AssignmentOperator = '=' | '+=' | '?=' | ':=';

/** `@{NAME} = VALUE …` */
export interface Variable extends Node {
  readonly type: 'variable';
  /** Without `@{}`. */
  readonly name: string;
  readonly operator: AssignmentOperator;
  readonly values: readonly string[];
}

/** `${NAME} = CONDITION` */
export interface BooleanVariable extends Node {
  readonly type: 'boolean';
  /** Without `${}`. */
  readonly name: string;
  readonly operator: AssignmentOperator;
  readonly value: Condition;
}

/** The expression of an `if`. */
export type Condition =
  | { readonly type: 'not'; readonly operand: Condition }
  | { readonly type: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly type: 'literal'; readonly value: boolean }
  /** A boolean variable. */
  | { readonly type: 'is'; readonly name: string }
  /** Whether a set variable (`@{…}`) or a boolean variable (`${…}`) has a value. */
  | { readonly type: 'defined'; readonly kind: 'set' | 'boolean'; readonly name: string }
  | { readonly type: 'compare'; readonly operator: ComparisonOperator; readonly left: Operand; readonly right: Operand };

export type ComparisonOperator = 'in' | '==' | '!=' | '>' | '>=' | '<' | '<=';

/** A side of a comparison: a word, or the values of a set variable. */
export type Operand = { readonly word: string } | { readonly variable: string };

/** What is between two braces. */
export interface Body {
  readonly items: readonly Item[];
  /** Absent in bodies that a program built. */
  readonly layout?: BodyLayout;
}

/** The place of a body's braces; for a whole file: of its begin and end. */
export interface BodyLayout {
  /** Behind the opening brace. */
  readonly open: number;
  /** End of the last item that was read (or `open`): from here to `close` are blanks and comments. */
  readonly tail: number;
  /** Before the closing brace. */
  readonly close: number;
  /** What an edit put in the place of the text between `tail` and `close`. */
  readonly before?: string;
}

/** `if CONDITION { … } else if CONDITION { … } else { … }` */
export interface Conditional extends Node {
  readonly type: 'if';
  readonly branches: readonly Branch[];
}

export interface Branch {
  /** Absent: the last `else`. */
  readonly condition?: Condition;
  readonly body: Body;
}

/** `audit deny owner { … }` */
export interface QualifierBlock extends Node {
  readonly type: 'block';
  readonly qualifiers: Qualifiers;
  readonly body: Body;
}

/** A profile, child profile or hat. */
export interface Profile extends Node {
  readonly type: 'profile';
  /** What it is introduced with; absent: a bare path. */
  readonly keyword?: 'profile' | 'hat' | '^';
  /** Without the namespace; as lexed. */
  readonly name: string;
  readonly namespace?: string;
  readonly attachment?: string;
  readonly xattrs?: readonly XattrCondition[];
  /** Each list that was written behind `+ identities=`. */
  readonly identities?: readonly (readonly string[])[];
  /** As written, with values: `complain`, `attach_disconnected.path=/x`. */
  readonly flags: readonly string[];
  readonly body: Body;
}

export interface XattrCondition {
  readonly name: string;
  /** Pattern; absent: any value. */
  readonly value?: string;
}

/** A whole file. */
export interface ProfileFile {
  readonly type: 'file';
  readonly body: Body;
  readonly layout?: Layout;
}

/** Whether a node gives or takes accesses, as against what orders or names them. */
export function isAccessRule(item: Item): item is AccessRule {
  return !OTHERS.has(item.type);
}

const OTHERS: ReadonlySet<string> = new Set(['include', 'abi', 'alias', 'variable', 'boolean', 'if', 'block', 'profile']);
