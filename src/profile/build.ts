import type { Include, Item } from '../language';
import { AppArmorAbi, isOlder, LEAST_PARSER } from './abi';
import { ProfileError } from './errors';
import { ProfileBase, ProfileKind, ProfileMode } from './kinds';
import { modeOf } from './modes';
import { checkName, DEFAULT_PREFIX, hashedName, plainName } from './name';
import { profilePrinter } from './print';
import type { AppArmorProfileProps } from './props';
import type { RuleItem } from './qualify';
import { Rule } from './rule';
import { runtimeDefaultRules, runtimeSignals } from './runtime-default';
import { mayBeRefused, refuseErrors } from './validate';

/** One line of the kernel's list of profiles. */
export interface LoadedProfile {
  /** As the kernel lists it; of a child with its parent's, `PARENT//CHILD`. */
  readonly name: string;
  /** What becomes of an access that no rule allows. */
  readonly mode: ProfileMode;
}

/** What an AppArmorProfile holds. */
export interface Content {
  readonly kind: ProfileKind;
  readonly name: string;
  readonly mode: ProfileMode;
  readonly loadedName?: string;
  readonly text?: string;
  readonly reason?: string;
  readonly loaded: readonly LoadedProfile[];
}

/** Containers see paths that are outside of their root, and files that are deleted while they are open. */
const CONTAINER_FLAGS = ['attach_disconnected', 'mediate_deleted'];

/** The text of typed rules. */
export function build(props: AppArmorProfileProps): Content {
  const { name, mode = ProfileMode.ENFORCE, prefix = DEFAULT_PREFIX, abi = AppArmorAbi.V3_0 } = props;
  const plain = plainName(checkName('prefix', prefix), checkName('profile name', name));
  const flags = mode === ProfileMode.ENFORCE ? CONTAINER_FLAGS : [...CONTAINER_FLAGS, mode];
  const items = allRules(props, abi).flatMap((rule) => rule._items()).map((item) => completed(item, flags));
  refuseNewerRules(name, items, abi);
  const print = profilePrinter({ abi, preamble: preambleFor(items), flags, items });
  const loadedName = hashedName(plain, print(plain));
  const text = print(loadedName);
  if (mayBeRefused(items)) {
    refuseErrors(name, text, abi);
  }
  return { kind: ProfileKind.DISTRIBUTED, name, mode, loadedName, text, loaded: loadedProfiles(loadedName, mode, items) };
}

function allRules({ base, rules = [], includes = [] }: AppArmorProfileProps, abi: AppArmorAbi): Rule[] {
  const start: readonly Rule[] = base === ProfileBase.RUNTIME_DEFAULT ? runtimeDefaultRules(abi) : runtimeSignals();
  return [...start, ...includes.map((path) => Rule.include(path)), ...rules];
}

/** Children that a program built have the flags of their parent, and can be stopped like it. */
function completed(item: RuleItem, flags: readonly string[]): RuleItem {
  if (!item.typed || item.node.type !== 'profile') {
    return item;
  }
  const own = [...runtimeSignals().flatMap((rule) => rule._items()), ...item.children ?? []];
  const children = own.map((child) => completed(child, flags));
  return { ...item, node: { ...item.node, flags, body: { items: children.map(({ node }) => node) } }, children };
}

/** Included abstractions use the variables of `tunables/global`. */
function preambleFor(items: readonly RuleItem[]): Item[] {
  const includes = includesIn(items);
  const ifExists = includes.every((include) => include.ifExists);
  return includes.length === 0 ? [] : [{ type: 'include', path: 'tunables/global', magic: true, ifExists }];
}

function includesIn(items: readonly RuleItem[]): Include[] {
  return items.flatMap(({ node, children = [] }) => (node.type === 'include' ? [node] : includesIn(children)));
}

function loadedProfiles(name: string, mode: ProfileMode, items: readonly RuleItem[]): LoadedProfile[] {
  return [{ name, mode }, ...items.flatMap(({ node, children = [] }) => (node.type === 'profile'
    ? loadedProfiles(`${name}//${node.name}`, modeOf(node.flags) ?? ProfileMode.ENFORCE, children) : []))];
}

/** Rules that older parsers refuse, by the ABI whose parsers all know them. */
const NEWER: Readonly<Record<string, { readonly abi: AppArmorAbi; readonly written: string }>> = {
  all: { abi: AppArmorAbi.V4_0, written: 'Rule.all()' },
  userns: { abi: AppArmorAbi.V4_0, written: 'Rule.userns()' },
  mqueue: { abi: AppArmorAbi.V4_0, written: 'Rule.mqueue()' },
  io_uring: { abi: AppArmorAbi.V5_0, written: 'Rule.ioUring()' },
};

function refuseNewerRules(name: string, items: readonly RuleItem[], abi: AppArmorAbi): void {
  for (const { node, children = [] } of items) {
    refuseNewerRules(name, children, abi);
    const newer = isDetailedNetwork(node) ? { abi: AppArmorAbi.V5_0, written: 'Rule.network() with access, address or port' } : NEWER[node.type];
    if (newer !== undefined && isOlder(abi, newer.abi)) {
      const wanted = AppArmorAbi.V4_0 === newer.abi ? 'V4_0' : 'V5_0';
      throw new ProfileError(`the profile "${name}" is written for AppArmor ${LEAST_PARSER[abi]}, which has no ${newer.written}; ` +
        `set abi: AppArmorAbi.${wanted} if every node has AppArmor ${LEAST_PARSER[newer.abi]}, or leave the rule out`);
    }
  }
}

function isDetailedNetwork(node: Item): boolean {
  return node.type === 'network' && (node.access.length > 0 || node.peer !== undefined || Object.values(node.local).some((value) => value !== undefined));
}
