import * as pulumi from '@pulumi/pulumi';
import { loadersOf } from './bundle-registry';
import { confineInputs, emissionOf } from './confine-inputs';
import { type ConfinementArgs, confinementOf, profilesOf } from './profile-inputs';
import { podTemplatePath } from '../manifests/pod-template';

/** What the confined workloads take beside the inputs of the resource that they make. */
export interface ConfinedWorkloadArgs extends ConfinementArgs {
  /**
   * The Kubernetes versions that the pods are for, such as ">=1.30" or "1.28 - 1.31": fields from 1.30 on, annotations before.
   * Default: ">=1.30".
   */
  readonly kubernetesVersion?: string;
}

/** Which resource a component makes. */
export interface WorkloadKind<Resource, Inputs> {
  /** The component's type token, its identity in every state file. */
  readonly token: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly resource: new (name: string, args: Inputs, opts: pulumi.CustomResourceOptions) => Resource;
}

/**
 * A workload whose pods have their profiles. The resource inside has the component's own name, and takes over one of that name
 * that the program made without the component before, so confining what runs replaces nothing.
 */
export abstract class ConfinedWorkload<Resource extends pulumi.Resource, Inputs extends object> extends pulumi.ComponentResource {
  /** The resource as it is registered. */
  readonly workload: Resource;

  protected constructor(
    workload: WorkloadKind<Resource, Inputs>,
    name: string,
    args: Inputs & ConfinedWorkloadArgs,
    opts: pulumi.ComponentResourceOptions = {},
  ) {
    super(workload.token, name, {}, opts);
    const { profile, containerProfiles, kubernetesVersion, ...inputs } = args;
    const who = `${workload.token.split(':')[2]} "${name}"`;
    const confinement: ConfinementArgs = { profile, containerProfiles };
    const confined = confineInputs(inputs, {
      path: podTemplatePath(workload.apiVersion, workload.kind)!,
      confinement: confinementOf(confinement),
      emission: emissionOf(kubernetesVersion),
      faults: { who, chosen: true, wayOut: 'give the container AppArmorProfile.unconfined(reason) in "containerProfiles"' },
    });
    this.workload = new workload.resource(name, confined as Inputs, {
      parent: this,
      dependsOn: dependencies(opts.dependsOn, profilesOf(confinement).flatMap((value) => loadersOf(who, value))),
      aliases: [{ parent: opts.parent ?? pulumi.rootStackResource }],
    });
  }
}

/** Everything that is asked for by the program, and more. */
export function dependencies(own: pulumi.ResourceOptions['dependsOn'], more: readonly pulumi.Resource[]): pulumi.ResourceOptions['dependsOn'] {
  if (own === undefined) return [...new Set(more)];
  if (Array.isArray(own)) return [...own, ...more];
  if (pulumi.Resource.isInstance(own)) return [own, ...more];
  return pulumi.output(own as pulumi.Input<pulumi.Resource | pulumi.Resource[]>)
    .apply((resources) => [...Array.isArray(resources) ? resources : [resources], ...more]);
}
