import { isAccessRule, type Item } from '../language';
import { ProfileError } from './errors';
import { checkName } from './name';
import type { FileRule } from '../rules/file';
import type { AccessRule } from '../rules/registry';
import type { Qualifiers } from '../rules/rule';

/** A node of a profile's body with the comments above it, without their `#`. */
export interface RuleItem {
  readonly node: Item;
  readonly comments: readonly string[];
  /** For a child profile or hat: what is in it, with comments. */
  readonly children?: readonly RuleItem[];
  /** A child that a program built: it gets the flags and the runtime's signals of its parent. */
  readonly typed?: boolean;
  /** Written in the language's own words, in which anything may stand. */
  readonly raw?: boolean;
}

/** What is reached by the bare rule `file,` when it is forbidden: the language has no `deny file,`. */
const EVERY_FILE = '/{**,}';

/** A child profile or hat that a program builds. */
export function childOf(keyword: 'profile' | 'hat', name: string, items: readonly RuleItem[]): RuleItem {
  checkName(keyword === 'hat' ? 'name of the hat' : 'name of the child profile', name);
  const node: Item = { type: 'profile', keyword, name, flags: [], body: { items: items.map((item) => item.node) } };
  return { node, comments: [], children: items, typed: true };
}

/** The item with more qualifiers; an error where its rule does not take them. */
export function qualify(item: RuleItem, qualifiers: Qualifiers): RuleItem {
  const { node } = item;
  if (!isAccessRule(node)) {
    throw new ProfileError(`${methodOf(qualifiers)}: ${nameOf(node)} takes no qualifier; put it on the rules themselves`);
  }
  if (node.type === 'rlimit') {
    throw new ProfileError(`${methodOf(qualifiers)}: a resource limit takes no qualifier; write Rule.rlimit() alone`);
  }
  if (qualifiers.owner !== undefined && node.type !== 'file' && node.type !== 'link') {
    throw new ProfileError(`owner(): a ${node.type} rule has no owner; only file and link rules do`);
  }
  if (qualifiers.access === 'deny' && node.type === 'all') {
    throw new ProfileError('deny(): denying everything is what a profile without rules does; leave the rule out');
  }
  const merged = { ...node, qualifiers: { ...node.qualifiers, ...qualifiers }, layout: undefined } as AccessRule;
  return { ...item, node: merged.type === 'file' && merged.qualifiers.access === 'deny' ? denied(merged) : merged };
}

/** Deny rules take the bare `x` and name no target. */
function denied(rule: FileRule): FileRule {
  const { target: _target, scrub: _scrub, ...rest } = rule;
  return { ...rest, path: rule.path ?? EVERY_FILE, ...(rule.exec === undefined ? {} : { exec: 'x' }) };
}

function methodOf(qualifiers: Qualifiers): string {
  return qualifiers.access === undefined ? (qualifiers.audit ? 'audit()' : 'owner()') : `${qualifiers.access}()`;
}

function nameOf(node: Item): string {
  return node.type === 'profile' ? 'a child profile' : node.type === 'include' ? 'an include' : `"${node.type}"`;
}
