import { apps, batch, core } from '@pulumi/kubernetes';
import { confinedWorkload, type ConfinedWorkloadArgs } from './confined-workload';

/** Inputs of a ConfinedPod: a Pod's own and its profiles. */
export interface ConfinedPodArgs extends core.v1.PodArgs, ConfinedWorkloadArgs {}
/** Inputs of a ConfinedDeployment: a Deployment's own and the profiles of its pods. */
export interface ConfinedDeploymentArgs extends apps.v1.DeploymentArgs, ConfinedWorkloadArgs {}
/** Inputs of a ConfinedStatefulSet: a StatefulSet's own and the profiles of its pods. */
export interface ConfinedStatefulSetArgs extends apps.v1.StatefulSetArgs, ConfinedWorkloadArgs {}
/** Inputs of a ConfinedDaemonSet: a DaemonSet's own and the profiles of its pods. */
export interface ConfinedDaemonSetArgs extends apps.v1.DaemonSetArgs, ConfinedWorkloadArgs {}
/** Inputs of a ConfinedJob: a Job's own and the profiles of its pods. */
export interface ConfinedJobArgs extends batch.v1.JobArgs, ConfinedWorkloadArgs {}
/** Inputs of a ConfinedCronJob: a CronJob's own and the profiles of its pods. */
export interface ConfinedCronJobArgs extends batch.v1.CronJobArgs, ConfinedWorkloadArgs {}

/** A Pod whose containers have their profiles. */
export class ConfinedPod extends confinedWorkload<core.v1.Pod, ConfinedPodArgs>('v1', 'Pod', () => core.v1.Pod) {}

/** A Deployment whose pods have their profiles. */
export class ConfinedDeployment
  extends confinedWorkload<apps.v1.Deployment, ConfinedDeploymentArgs>('apps/v1', 'Deployment', () => apps.v1.Deployment) {}

/** A StatefulSet whose pods have their profiles. */
export class ConfinedStatefulSet
  extends confinedWorkload<apps.v1.StatefulSet, ConfinedStatefulSetArgs>('apps/v1', 'StatefulSet', () => apps.v1.StatefulSet) {}

/** A DaemonSet whose pods have their profiles. */
export class ConfinedDaemonSet
  extends confinedWorkload<apps.v1.DaemonSet, ConfinedDaemonSetArgs>('apps/v1', 'DaemonSet', () => apps.v1.DaemonSet) {}

/** A Job whose pods have their profiles. */
export class ConfinedJob extends confinedWorkload<batch.v1.Job, ConfinedJobArgs>('batch/v1', 'Job', () => batch.v1.Job) {}

/** A CronJob whose pods have their profiles. */
export class ConfinedCronJob extends confinedWorkload<batch.v1.CronJob, ConfinedCronJobArgs>('batch/v1', 'CronJob', () => batch.v1.CronJob) {}
