import { apps, batch, core } from '@pulumi/kubernetes';
import type { ComponentResourceOptions } from '@pulumi/pulumi';
import { ConfinedWorkload, type ConfinedWorkloadArgs, type WorkloadKind } from './confined-workload';

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
export class ConfinedPod extends ConfinedWorkload<core.v1.Pod, core.v1.PodArgs> {
  constructor(name: string, args: ConfinedPodArgs, opts?: ComponentResourceOptions) {
    super(kind('v1', 'Pod', core.v1.Pod), name, args, opts);
    this.registerOutputs({ workload: this.workload });
  }
}

/** A Deployment whose pods have their profiles. */
export class ConfinedDeployment extends ConfinedWorkload<apps.v1.Deployment, apps.v1.DeploymentArgs> {
  constructor(name: string, args: ConfinedDeploymentArgs, opts?: ComponentResourceOptions) {
    super(kind('apps/v1', 'Deployment', apps.v1.Deployment), name, args, opts);
    this.registerOutputs({ workload: this.workload });
  }
}

/** A StatefulSet whose pods have their profiles. */
export class ConfinedStatefulSet extends ConfinedWorkload<apps.v1.StatefulSet, apps.v1.StatefulSetArgs> {
  constructor(name: string, args: ConfinedStatefulSetArgs, opts?: ComponentResourceOptions) {
    super(kind('apps/v1', 'StatefulSet', apps.v1.StatefulSet), name, args, opts);
    this.registerOutputs({ workload: this.workload });
  }
}

/** A DaemonSet whose pods have their profiles. */
export class ConfinedDaemonSet extends ConfinedWorkload<apps.v1.DaemonSet, apps.v1.DaemonSetArgs> {
  constructor(name: string, args: ConfinedDaemonSetArgs, opts?: ComponentResourceOptions) {
    super(kind('apps/v1', 'DaemonSet', apps.v1.DaemonSet), name, args, opts);
    this.registerOutputs({ workload: this.workload });
  }
}

/** A Job whose pods have their profiles. */
export class ConfinedJob extends ConfinedWorkload<batch.v1.Job, batch.v1.JobArgs> {
  constructor(name: string, args: ConfinedJobArgs, opts?: ComponentResourceOptions) {
    super(kind('batch/v1', 'Job', batch.v1.Job), name, args, opts);
    this.registerOutputs({ workload: this.workload });
  }
}

/** A CronJob whose pods have their profiles. */
export class ConfinedCronJob extends ConfinedWorkload<batch.v1.CronJob, batch.v1.CronJobArgs> {
  constructor(name: string, args: ConfinedCronJobArgs, opts?: ComponentResourceOptions) {
    super(kind('batch/v1', 'CronJob', batch.v1.CronJob), name, args, opts);
    this.registerOutputs({ workload: this.workload });
  }
}

function kind<Resource, Inputs>(apiVersion: string, name: string, resource: WorkloadKind<Resource, Inputs>['resource']): WorkloadKind<Resource, Inputs> {
  return { token: `k8s-apparmor:index:Confined${name}`, apiVersion, kind: name, resource };
}
