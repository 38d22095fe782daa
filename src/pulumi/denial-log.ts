import * as pulumi from '@pulumi/pulumi';
import { checkNamespace } from './bundle-objects';
import { emissionOf } from './confine-inputs';
import { resourceOf } from './object-resource';
import { Placeholders } from './placeholders';
import { combine, settle, VALUE } from './settle';
import { denialLogObjects, type DenialLogProps } from '../manifests/denial-log';
import type { JsonObject } from '../manifests/json';
import { loaderNamespace, loaderServiceAccount, PROJECT_LABELS } from '../manifests/loader-namespace';

/** How denials are logged. */
export interface DenialLogArgs {
  /** The namespace that it runs in, which must allow host paths. Default: one of its own, "k8s-apparmor-denial-log". */
  readonly namespace?: pulumi.Input<string>;
  /**
   * Whether lines name pod and container. For that its pod sees the processes of the host, without a capability to touch them.
   * Default: true.
   */
  readonly podNames?: pulumi.Input<boolean>;
  /** Seconds in which equal records become one line with their number. Default: 60. */
  readonly windowSeconds?: pulumi.Input<number>;
  /** Lines in one window; what is above is counted, and the number written. Default: 500. */
  readonly linesPerWindow?: pulumi.Input<number>;
  /** An image with a shell and `awk`. Default: "busybox:1.37". */
  readonly image?: pulumi.Input<string>;
  /** Labels of the nodes that it runs on. Default: every Linux node. */
  readonly nodeSelector?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>>;
  /** The Kubernetes versions that the manifests are for, such as a cluster's own. Default: ">=1.30". */
  readonly kubernetesVersion?: pulumi.Input<string>;
}

const NAME = 'k8s-apparmor-denial-log';

/**
 * A DaemonSet that writes every node's AppArmor records to its own log, as JSON lines with pod, container, profile and number:
 * `kubectl logs -l app.kubernetes.io/name=k8s-apparmor-denial-log | k8s-apparmor learn`. It reads the node's journal with the
 * node's own `journalctl` and has no capability at all.
 */
export class DenialLog extends pulumi.ComponentResource {
  /** The name of the DaemonSet; known at preview. */
  readonly daemonSetName = NAME;
  /** The namespace that it runs in. */
  readonly namespace: pulumi.Output<string>;

  /** @throws {pulumi.RunError} if a number is no whole one from 1, or the namespace is none */
  constructor(name: string, args: DenialLogArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super('k8s-apparmor:index:DenialLog', name, {}, opts);
    const { account, program, daemonSet } = objectsOf(`DenialLog "${name}"`, args);
    const namespace = args.namespace === undefined ? [resourceOf(loaderNamespace(NAME), `${name}-namespace`, { parent: this })] : [];
    const carriers = [
      resourceOf(account, `${name}-service-account`, { parent: this, dependsOn: namespace }),
      resourceOf(program, `${name}-program`, { parent: this, dependsOn: namespace }),
    ];
    resourceOf(daemonSet, `${name}-daemon-set`, { parent: this, dependsOn: [...namespace, ...carriers] });
    this.namespace = pulumi.output(args.namespace ?? NAME);
    this.registerOutputs({ daemonSetName: this.daemonSetName, namespace: this.namespace });
  }
}

interface LogObjects {
  readonly account: JsonObject;
  readonly program: JsonObject;
  readonly daemonSet: JsonObject;
}

type PodParts = Pick<DenialLogProps, 'emission' | 'podNames'>;

function objectsOf(who: string, args: DenialLogArgs): LogObjects {
  const words = new Placeholders();
  const { windowSeconds, linesPerWindow, image, nodeSelector } = args;
  const namespace = words.text(args.namespace ?? NAME, (text) => checkNamespace(who, text));
  const texts = {
    name: NAME,
    namespace,
    serviceAccountName: NAME,
    labels: { ...PROJECT_LABELS },
    ...windowSeconds !== undefined && { windowSeconds: words.printed(windowSeconds, (value) => checkNumber(who, 'windowSeconds', value)) },
    ...linesPerWindow !== undefined && { linesPerWindow: words.printed(linesPerWindow, (value) => checkNumber(who, 'linesPerWindow', value)) },
    ...image !== undefined && { image: words.text(image) },
    ...nodeSelector !== undefined && { nodeSelector: words.map(nodeSelector) },
  };
  const parts = combine([settle(args.podNames, VALUE), emissionOf(args.kubernetesVersion)], ([podNames, emission]) => ({ podNames, emission }));
  const build = (plain: PodParts) => words.fill(denialLogObjects({ ...texts, ...plain }));
  const account = words.fill(loaderServiceAccount(NAME, namespace));
  if (!pulumi.Output.isInstance(parts)) {
    const [program, daemonSet] = build(parts as PodParts);
    return { account, program, daemonSet };
  }
  const [program, daemonSet] = build({ emission: 'fields' });
  return { account, program, daemonSet: { ...daemonSet, spec: parts.apply((plain) => build(plain as PodParts)[1].spec) as never } };
}

function checkNumber(who: string, name: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return;
  throw new pulumi.RunError(`${who} has ${name} ${value}: give a whole number from 1.`);
}
