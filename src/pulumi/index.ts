export * from '../profile';
export { AppArmorProfileBundle } from './bundle';
export type { AppArmorProfileBundleArgs, ProfileLoaderArgs } from './bundle-args';
export { confineByDefault, type ConfineByDefaultArgs } from './confine-by-default';
export { ConfinementPolicy, type ConfinementPolicyArgs, type PolicyExemptionArgs } from './confinement-policy';
export type { ConfinedWorkload, ConfinedWorkloadArgs } from './confined-workload';
export { DenialLog, type DenialLogArgs } from './denial-log';
export type { Exemption } from './exemption';
export type { ConfinementArgs } from './profile-inputs';
export {
  ConfinedCronJob, type ConfinedCronJobArgs, ConfinedDaemonSet, type ConfinedDaemonSetArgs, ConfinedDeployment, type ConfinedDeploymentArgs,
  ConfinedJob, type ConfinedJobArgs, ConfinedPod, type ConfinedPodArgs, ConfinedStatefulSet, type ConfinedStatefulSetArgs,
} from './workloads';
