import * as pulumi from '@pulumi/pulumi';
import { distribution, loadersOf } from './bundle-registry';
import { confineInputs, emissionOf } from './confine-inputs';
import { type ConfinementArgs, confinementOf, profilesOf } from './profile-inputs';
import { podTemplatePath } from '../manifests/pod-template';

/** What the confined workloads take beside the inputs of the resource that they make. */
export interface ConfinedWorkloadArgs extends ConfinementArgs {
  /**
   * The Kubernetes versions that the pods are for, such as ">=1.30", "1.28 - 1.31" or a cluster's own: fields from 1.30 on, annotations
   * before. Default: ">=1.30".
   */
  readonly kubernetesVersion?: pulumi.Input<string>;
}

/** Which resource a component makes. */
interface WorkloadKind<Resource> {
  readonly apiVersion: string;
  readonly kind: string;
  /** Looked up when used: each class of the provider is loaded by itself. */
  readonly resource: () => new (name: string, args: any, opts: pulumi.CustomResourceOptions) => Resource;
}

/**
 * A workload whose pods have their profiles. The resource inside has the component's own name, and takes over one of that name
 * that the program made without the component before, so confining what runs replaces nothing.
 */
export abstract class ConfinedWorkload<Resource extends pulumi.Resource = pulumi.Resource> extends pulumi.ComponentResource {
  /** @internal */
  protected static readonly of: WorkloadKind<pulumi.Resource>;
  /** The resource as it is registered. */
  readonly workload: Resource;

  protected constructor(name: string, args: ConfinedWorkloadArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const { apiVersion, kind, resource } = new.target.of as WorkloadKind<Resource>;
    // The type token is the component's identity in every state file.
    super(`k8s-apparmor:index:Confined${kind}`, name, {}, opts);
    const { profile, containerProfiles, kubernetesVersion, ...inputs } = args;
    const who = `Confined${kind} "${name}"`;
    const confinement: ConfinementArgs = { profile, containerProfiles };
    const confined = confineInputs(inputs, {
      path: podTemplatePath(apiVersion, kind)!,
      confinement: confinementOf(confinement),
      emission: emissionOf(kubernetesVersion),
      gated: distribution().gated,
      faults: { who, chosen: true, wayOut: 'give the container AppArmorProfile.unconfined(reason) in "containerProfiles"' },
    });
    this.workload = new (resource())(name, confined, {
      parent: this,
      dependsOn: dependencies(opts.dependsOn, profilesOf(confinement).flatMap((value) => loadersOf(who, value))),
      aliases: [opts.parent ? { parent: opts.parent } : topLevelUrn(apiVersion, kind, name)],
    });
    // The workload says it all: there is nothing to register beside it.
    this.registerOutputs();
  }
}

/** The component class for one kind of workload. */
export function confinedWorkload<Resource extends pulumi.Resource, Args extends ConfinedWorkloadArgs>(
  apiVersion: string, kind: string, resource: WorkloadKind<Resource>['resource'],
): new (name: string, args: Args, opts?: pulumi.ComponentResourceOptions) => ConfinedWorkload<Resource> {
  abstract class Confined extends ConfinedWorkload<Resource> {
    protected static override readonly of = { apiVersion, kind, resource };
  }
  return Confined as never;
}

/** What a resource of the program's top level is called; as an alias it costs a fraction of what `{ parent }` does. */
function topLevelUrn(apiVersion: string, kind: string, name: string): string {
  const group = apiVersion.includes('/') ? apiVersion : `core/${apiVersion}`;
  return `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::kubernetes:${group}:${kind}::${name}`;
}

/** Everything that is asked for by the program, and more. */
export function dependencies(own: pulumi.ResourceOptions['dependsOn'], more: readonly pulumi.Resource[]): pulumi.ResourceOptions['dependsOn'] {
  if (more.length === 0) return own;
  if (own === undefined) return [...new Set(more)];
  if (Array.isArray(own)) return [...own, ...more];
  if (pulumi.Resource.isInstance(own)) return [own, ...more];
  return pulumi.output(own as pulumi.Input<pulumi.Resource | pulumi.Resource[]>)
    .apply((resources) => [...Array.isArray(resources) ? resources : [resources], ...more]);
}
