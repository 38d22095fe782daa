import type { AppArmorAbi } from './abi';
import type { ProfileBase, ProfileMode } from './kinds';
import type { Rule } from './rule';

/** What a profile is made of. */
export interface AppArmorProfileProps {
  /** Letters, digits, `.`, `_` and `-`; at most 63. */
  readonly name: string;
  /** What it allows and denies; the order has no meaning. @default - what the base gives */
  readonly rules?: Rule[];
  /** What it starts from. @default ProfileBase.NONE */
  readonly base?: ProfileBase;
  /** What becomes of an access that no rule allows. @default ProfileMode.ENFORCE */
  readonly mode?: ProfileMode;
  /** Begins the name on the node. @default 'k8s-apparmor' */
  readonly prefix?: string;
  /** The generation of AppArmor that it is written for, which every node must have. @default AppArmorAbi.V3_0 */
  readonly abi?: AppArmorAbi;
  /** Files below the node's `/etc/apparmor.d` whose rules it takes, `abstractions/base`. @default - none */
  readonly includes?: string[];
}
