import type { SourceText } from '../diagnostics';
import { isAccessRule, type Body, type Item, type Profile, type ProfileFile } from '../language';
import { type Follow, withIncluded } from './follow';
import { expand, localVariables } from './variables';
import type { FileRule } from '../rules/file';
import type { AccessRule } from '../rules/registry';
import type { Qualifiers } from '../rules/rule';

/** One profile, child or hat of the text that is looked at. */
export interface ProfileSubject {
  readonly node: Profile;
  /** With the names of its parents: `parent//child`. */
  readonly fullName: string;
  readonly topLevel: boolean;
  /** Its own rules, those in blocks and conditions and those of the user's included files too. */
  readonly rules: readonly AccessRule[];
  /** Whether it takes rules from files that are not looked at. */
  readonly includes: boolean;
}

/** A text as lints see it. */
export interface Subject {
  readonly source: SourceText;
  readonly tree: ProfileFile;
  readonly profiles: readonly ProfileSubject[];
  /** The kernel that the profile is for, `6.12`; absent: not stated. */
  readonly kernel?: string;
  /** A word with its variables replaced: by their values in this text, else by the usual ones, else by `*`. */
  expand(word: string): string;
}

/** @param follow the files that includes bring; without it none is followed */
export function subjectOf(source: SourceText, tree: ProfileFile, kernel?: string, follow: Follow = () => undefined): Subject {
  const variables = localVariables([...withIncluded(tree.body.items, follow)]);
  return { source, tree, profiles: profilesIn(tree.body, [], follow), expand: (word) => expand(word, variables), kernel };
}

/** Rules of one family that give something, with the profile that each is in. */
export function * granting<T extends AccessRule['type']>(
  subject: Subject, type: T,
): Generator<{ readonly profile: ProfileSubject; readonly rule: Extract<AccessRule, { type: T }> }> {
  for (const profile of subject.profiles) {
    for (const rule of profile.rules) {
      if (rule.type === type && rule.qualifiers.access !== 'deny') {
        yield { profile, rule: rule as Extract<AccessRule, { type: T }> };
      }
    }
  }
}

/** The pattern of a file rule, expanded; the bare rule `file,` is everything. */
export function pathOf(subject: Subject, rule: FileRule): string {
  return rule.path === undefined ? '/{,**}' : subject.expand(rule.path);
}

function profilesIn(body: Body, parents: readonly string[], follow: Follow): ProfileSubject[] {
  return [...itemsOf(body.items, follow)].flatMap(({ item: node }) => {
    if (node.type !== 'profile') {
      return [];
    }
    const names = [...parents, node.name];
    const items = [...itemsOf(node.body.items, follow)];
    const own: ProfileSubject = {
      node,
      fullName: names.join('//'),
      topLevel: parents.length === 0,
      rules: items.flatMap(({ item, qualifiers }) => (isAccessRule(item) ? [withQualifiers(item, qualifiers)] : [])),
      includes: items.some(({ item }) => item.type === 'include'),
    };
    return [own, ...profilesIn(node.body, names, follow)];
  });
}

/** Items of a body, those in blocks and in all branches of conditions too, with the qualifiers of the blocks around them. */
function * itemsOf(
  items: readonly Item[], follow: Follow, qualifiers: Qualifiers = {}, seen = new Set<ProfileFile>(),
): Generator<{ readonly item: Item; readonly qualifiers: Qualifiers }> {
  for (const item of withIncluded(items, follow, seen)) {
    if (item.type === 'block') {
      yield * itemsOf(item.body.items, follow, { ...qualifiers, ...item.qualifiers }, seen);
    } else if (item.type === 'if') {
      for (const branch of item.branches) {
        yield * itemsOf(branch.body.items, follow, qualifiers, seen);
      }
    } else {
      yield { item, qualifiers };
    }
  }
}

function withQualifiers(rule: AccessRule, outer: Qualifiers): AccessRule {
  return Object.keys(outer).length === 0 ? rule : { ...rule, qualifiers: { ...outer, ...rule.qualifiers } };
}
