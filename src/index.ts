export {
  AppArmorAbi, AppArmorProfile, DbusAccess, ExecTransition, IoUringAccess, MqueueAccess, MqueueType, NetworkFamily, ProfileBase,
  ProfileKind, ProfileMode, PtraceAccess, Resource, Rule, Signal, SignalAccess, SocketAccess, SocketType, Verdict,
  type AppArmorProfileProps, type ChangeProfileOptions, type DbusProps, type DecidedTransition, type DecidingRule, type Decision,
  type DecisionOptions, type IncludeOptions, type IoUringProps, type LinkOptions, type LintFinding, type LintProfileOptions,
  type LoadedProfile, type MountProps, type MqueueProps, type NetworkOptions, type PivotRootProps, type ProfileTextOptions,
  type PtraceProps, type SignalProps, type UnixProps,
} from './profile';
export { AppArmorProfileBundle, type AppArmorProfileBundleProps } from './cdk8s/app-armor-profile-bundle';
export { Confinement, type AssignOptions, type ConfinementProps } from './cdk8s/confinement';
export { DenialLog, type DenialLogProps } from './cdk8s/denial-log';
export { KubernetesVersion } from './cdk8s/kubernetes-version';
export { LoaderParser, ProfileLoader, type ProfileLoaderOptions, type ProfileLoaderProps } from './cdk8s/profile-loader';
export { ConfinementValidation, type ConfinementValidationProps, type ValidationExemption } from './cdk8s/validation';
export type { WorkloadSelector } from './cdk8s/workload-selector';
export {
  ConfinementPolicy, PodSecurityLevel, PolicyAction, PolicyFailure, type ConfinementExemption, type ConfinementPolicyProps,
} from './cdk8s/confinement-policy';
