import { ApiObject, ApiObjectProps } from 'cdk8s';
import { Construct } from 'constructs';
import { KubernetesVersion } from './kubernetes-version';
import { leaveAlone } from './object-change';
import { denialLogObjects } from '../manifests/denial-log';
import { JsonObject } from '../manifests/json';
import { loaderNamespace, loaderServiceAccount, PROJECT_LABELS } from '../manifests/loader-namespace';

/** How denials are logged. */
export interface DenialLogProps {
  /**
   * The namespace that it runs in, which must allow host paths.
   *
   * @default - one of its own, `k8s-apparmor-denial-log`
   */
  readonly namespace?: string;

  /**
   * Whether lines name pod and container. For that its pod sees the processes of the host, without a capability to touch them. What has
   * ended before anybody could look is known by its profile: such a line has `attributedBy: profile`, and names as much as all containers
   * that run under the profile on that node have in common.
   *
   * @default true
   */
  readonly podNames?: boolean;

  /**
   * Seconds in which equal records become one line with their number.
   *
   * @default 60
   */
  readonly windowSeconds?: number;

  /**
   * Lines in one window; what is above is counted, and the number written.
   *
   * @default 500
   */
  readonly linesPerWindow?: number;

  /**
   * An image with a shell and `awk`.
   *
   * @default 'busybox:1.37'
   */
  readonly image?: string;

  /**
   * Labels of the nodes that it runs on.
   *
   * @default - every Linux node
   */
  readonly nodeSelector?: Record<string, string>;

  /**
   * The releases that the manifests are for.
   *
   * @default - from the construct context, otherwise >=1.30
   */
  readonly kubernetesVersion?: KubernetesVersion;
}

const NAME = 'k8s-apparmor-denial-log';

/**
 * A DaemonSet that writes every node's AppArmor records to its own log, as JSON lines with pod, container, profile and number:
 * `kubectl logs -l app.kubernetes.io/name=k8s-apparmor-denial-log | k8s-apparmor learn`. It reads the node's journal with the
 * node's own `journalctl` and has no capability at all.
 *
 * @example
 * new DenialLog(chart, 'denials');
 */
export class DenialLog extends Construct {
  /** The name of the DaemonSet. */
  public readonly daemonSetName: string;
  /** The namespace that it runs in. */
  public readonly namespace: string;

  constructor(scope: Construct, id: string, props: DenialLogProps = {}) {
    super(scope, id);
    const { kubernetesVersion, namespace, ...rest } = props;
    const version = kubernetesVersion ?? KubernetesVersion.forScope(this);
    this.checkNumbers(props);
    this.namespace = namespace ?? NAME;
    if (namespace === undefined) {
      new ApiObject(this, 'Namespace', plain(loaderNamespace(NAME)));
    }
    new ApiObject(this, 'ServiceAccount', plain(loaderServiceAccount(NAME, this.namespace)));
    const [program, daemonSet] = denialLogObjects({
      ...rest,
      name: NAME,
      namespace: this.namespace,
      serviceAccountName: NAME,
      labels: { ...PROJECT_LABELS },
      emission: version.usesFields ? 'fields' : 'annotations',
    });
    new ApiObject(this, 'Program', plain(program));
    const object = new ApiObject(this, 'DaemonSet', plain(daemonSet));
    // It has to see what every profile denies, so none that a program assigns may hold it.
    leaveAlone(object);
    this.daemonSetName = object.name;
  }

  private checkNumbers({ windowSeconds, linesPerWindow }: DenialLogProps): void {
    for (const [name, value] of Object.entries({ windowSeconds, linesPerWindow })) {
      if (value !== undefined && (!Number.isInteger(value) || value < 1)) {
        throw new Error(`The denial log "${this.node.path}" has ${name} ${value}: give a whole number from 1.`);
      }
    }
  }
}

function plain(object: JsonObject): ApiObjectProps {
  return object as unknown as ApiObjectProps;
}
