import * as kplus from 'cdk8s-plus-30';
import { confined } from './confined';

export { confined, type Confined, type ConfinedProps } from './confined';

/** A `Pod` of cdk8s-plus-30 under a profile. */
export class ConfinedPod extends confined(kplus.Pod) {}

/** A `Deployment` of cdk8s-plus-30 whose pods are under a profile. */
export class ConfinedDeployment extends confined(kplus.Deployment) {}

/** A `StatefulSet` of cdk8s-plus-30 whose pods are under a profile. */
export class ConfinedStatefulSet extends confined(kplus.StatefulSet) {}

/** A `DaemonSet` of cdk8s-plus-30 whose pods are under a profile. */
export class ConfinedDaemonSet extends confined(kplus.DaemonSet) {}

/** A `Job` of cdk8s-plus-30 whose pods are under a profile. */
export class ConfinedJob extends confined(kplus.Job) {}

/** A `CronJob` of cdk8s-plus-30 whose pods are under a profile. */
export class ConfinedCronJob extends confined(kplus.CronJob) {}
