import type { Access } from './access';
import { all, type AllRule } from './all';
import { capability, type CapabilityRule } from './capability';
import { changeProfile, type ChangeProfileRule } from './change-profile';
import { dbus, type DbusRule } from './dbus';
import { file, type FileRule } from './file';
import { ioUring, type IoUringRule } from './io-uring';
import { link, type LinkRule } from './link';
import { mount, type MountRule } from './mount';
import { mqueue, type MqueueRule } from './mqueue';
import { network, type NetworkRule } from './network';
import { pivotRoot, type PivotRootRule } from './pivot-root';
import { ptrace, type PtraceRule } from './ptrace';
import { rlimit, type RlimitRule } from './rlimit';
import type { Family } from './rule';
import { signal, type SignalRule } from './signal';
import { unix, type UnixRule } from './unix';
import { userns, type UsernsRule } from './userns';

/** Any rule that gives or takes accesses. */
export type AccessRule =
  | AllRule
  | CapabilityRule
  | ChangeProfileRule
  | DbusRule
  | FileRule
  | IoUringRule
  | LinkRule
  | MountRule
  | MqueueRule
  | NetworkRule
  | PivotRootRule
  | PtraceRule
  | RlimitRule
  | SignalRule
  | UnixRule
  | UsernsRule;

/** The family of each `type`. */
export type Families = { readonly [T in AccessRule['type']]: Family<Extract<AccessRule, { type: T }>> };

/** The families by the `type` of their rules. Adding a family is its file and its line here. */
export const FAMILIES: Families = {
  all,
  capability,
  change_profile: changeProfile,
  dbus,
  file,
  io_uring: ioUring,
  link,
  mount,
  mqueue,
  network,
  pivot_root: pivotRoot,
  ptrace,
  rlimit,
  signal,
  unix,
  userns,
};

/** The family of a rule, for callers that treat all rules alike. */
export function familyOf(rule: AccessRule): Family<AccessRule> {
  return FAMILIES[rule.type] as unknown as Family<AccessRule>;
}

const BY_KEYWORD: ReadonlyMap<string, Family<AccessRule>> = new Map(
  Object.values(FAMILIES).flatMap((family) => family.keywords.map((keyword) => [keyword, family as unknown as Family<AccessRule>] as const)),
);

/** The family that a keyword begins a rule of. */
export function familyOfKeyword(keyword: string): Family<AccessRule> | undefined {
  return BY_KEYWORD.get(keyword);
}

/** A rule in house style, comma included. */
export function printRule(rule: AccessRule): string {
  return familyOf(rule).print(rule);
}

/** The narrowest rule that gives an access. */
export function ruleFromAccess(access: Access): AccessRule | undefined {
  for (const family of Object.values(FAMILIES)) {
    const rule = family.fromAccess(access);
    if (rule !== undefined) {
      return rule;
    }
  }
  return undefined;
}
