import { CONTAINER_MODES } from './modes';
import {
  changeProfileHead, isAccessRule, removeItem, renameProfile, replaceItem, type Item, type Profile, type ProfileFile,
} from '../language';
import type { AccessRule } from '../rules/registry';

/** A file with the profile in it that is meant. Each edit gives a new pair. */
export interface Chosen {
  readonly tree: ProfileFile;
  readonly profile: Profile;
}

/** Calls the profile by another name: in its header, and wherever a rule of it names it as peer or target. */
export function renamed({ tree, profile }: Chosen, name: string): ProfileFile {
  const at = tree.body.items.indexOf(profile);
  let result = tree;
  for (const rule of rulesOf(profile.body.items)) {
    const changed = withReferences(rule, profile.name, name);
    result = changed === undefined ? result : replaceItem(result, rule, changed);
  }
  return renameProfile(result, result.body.items[at] as Profile, name);
}

/** Puts a mode among the flags, in the place of the one that is there. */
export function withMode({ tree, profile }: Chosen, mode: string): Chosen {
  const at = tree.body.items.indexOf(profile);
  const flags = [...profile.flags.filter((flag) => !CONTAINER_MODES.has(flag)), ...(mode === 'enforce' ? [] : [mode])];
  const changed = changeProfileHead(tree, profile, { flags });
  return { tree: changed, profile: changed.body.items[at] as Profile };
}

/** Takes every other top-level profile out; comments stay. */
export function alone({ tree, profile }: Chosen): Chosen {
  const others = tree.body.items.filter((item) => item.type === 'profile' && item !== profile);
  const result = others.reduce(removeItem, tree);
  // What follows a profile that went has another node; the meant one may be that.
  return { tree: result, profile: result.body.items.find((item): item is Profile => item.type === 'profile')! };
}

function rulesOf(items: readonly Item[]): AccessRule[] {
  return items.flatMap((item) => {
    if (item.type === 'profile' || item.type === 'block') {
      return rulesOf(item.body.items);
    }
    if (item.type === 'if') {
      return item.branches.flatMap(({ body }) => rulesOf(body.items));
    }
    return isAccessRule(item) ? [item] : [];
  });
}

/** The rule with each label of the old name changed; undefined where it has none. */
function withReferences(rule: AccessRule, old: string, name: string): AccessRule | undefined {
  const changes = Object.fromEntries(labelsOf(rule).flatMap(([field, value]) => {
    const changed = value === undefined ? undefined : exchanged(value, old, name);
    return changed === value ? [] : [[field, changed]];
  }));
  if (rule.type === 'network') {
    const ends = [rule.local, rule.peer].map((end) => (end?.label === undefined ? end : { ...end, label: exchanged(end.label, old, name) }));
    const same = ends[0]!.label === rule.local.label && ends[1]?.label === rule.peer?.label;
    return same ? undefined : { ...rule, layout: undefined, local: ends[0]!, peer: ends[1] };
  }
  return Object.keys(changes).length === 0 ? undefined : { ...rule, ...changes, layout: undefined } as AccessRule;
}

/** The fields of a rule that are labels of profiles. */
function labelsOf(rule: AccessRule): Array<[field: string, value: string | undefined]> {
  switch (rule.type) {
    case 'signal':
    case 'ptrace':
      return [['peer', rule.peer]];
    case 'unix':
    case 'dbus':
      return [['peerLabel', rule.peerLabel]];
    case 'mqueue':
    case 'io_uring':
      return [['label', rule.label]];
    case 'file':
    case 'change_profile':
      return [['target', rule.target]];
    default:
      return [];
  }
}

/** The whole label, one arm of a group, or what stands before a child's name or a pattern. */
function exchanged(label: string, old: string, name: string): string {
  const ends = ['', ',', '}', '{', '*', '?', '['];
  let [result, from] = ['', 0];
  for (let at = label.indexOf(old); at !== -1; at = label.indexOf(old, at + old.length)) {
    const [before, after] = [label[at - 1] ?? '', label.slice(at + old.length)];
    if ((before === '' || before === '{' || before === ',') && (ends.includes(after[0] ?? '') || after.startsWith('//'))) {
      result += label.slice(from, at) + name;
      from = at + old.length;
    }
  }
  return result + label.slice(from);
}
