import type { AllRule } from './all';
import type { CapabilityRule } from './capability';
import type { ChangeProfileRule } from './change-profile';
import type { DbusRule } from './dbus';
import type { FileRule } from './file';
import type { IoUringRule } from './io-uring';
import type { LinkRule } from './link';
import type { MountRule } from './mount';
import type { MqueueRule } from './mqueue';
import type { NetworkRule } from './network';
import type { PivotRootRule } from './pivot-root';
import type { PtraceRule } from './ptrace';
import type { RlimitRule } from './rlimit';
import type { Family } from './rule';
import type { SignalRule } from './signal';
import type { UnixRule } from './unix';
import type { UsernsRule } from './userns';

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
