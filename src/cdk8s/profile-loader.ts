import { ApiObject, ApiObjectProps } from 'cdk8s';
import { Construct } from 'constructs';
import { gate, Gate, GateProps } from '../manifests/gate';
import { gateAccess } from '../manifests/gate-policy';
import { JsonObject } from '../manifests/json';
import { loaderObjects } from '../manifests/loader';
import { PROJECT_LABELS } from '../manifests/loader-namespace';
import { AppArmorProfile } from '../profile';
import { AppBundles } from './app-bundles';
import { clusterObject } from './cluster-object';
import { KubernetesVersion } from './kubernetes-version';
import { leaveAlone } from './object-change';

/** What compiles the profiles on a node. */
export enum LoaderParser {
  /** The node's own `apparmor_parser`, which containerd needs there anyway. */
  HOST = 'host',
  /** The one in the loader's image (see `loader/Dockerfile`), for nodes without: the loader then sees nothing of the host's `/usr`. */
  IMAGE = 'image',
}

/** How a loader runs. */
export interface ProfileLoaderOptions {
  /**
   * What compiles the profiles.
   *
   * @default LoaderParser.HOST
   */
  readonly parser?: LoaderParser;

  /**
   * An image with a shell and, for `LoaderParser.IMAGE`, with `apparmor_parser`.
   *
   * @default 'busybox:1.37'
   */
  readonly image?: string;

  /**
   * Whether each node keeps copies in `/etc/apparmor.d`, so that a reboot loads the profiles before any pod starts.
   *
   * @default true
   */
  readonly keepCopies?: boolean;

  /**
   * How many generations of a profile stay, the present one included: as copies on a node, and in the bundle's `historyFile`.
   *
   * @default 3
   */
  readonly generations?: number;

  /**
   * Labels of the nodes that the profiles go to.
   *
   * @default - every Linux node
   */
  readonly nodeSelector?: Record<string, string>;

  /**
   * Whether each node says by labels which profiles it has loaded, and pods that use them require those labels, so that the scheduler
   * never puts a pod where its profile is not. A container beside the loader may then change these labels of its own node, and nothing
   * else of the cluster; pods that name their node themselves are not held back.
   *
   * @default false
   */
  readonly gate?: boolean;

  /**
   * The gate's image, with a shell and curl.
   *
   * @default 'curlimages/curl:8.11.1'
   */
  readonly gateImage?: string;

  /**
   * Whether the gate takes the taint `k8s-apparmor.io/profiles-missing` off a node when its profiles are loaded. Nodes have to
   * register with it (kubelet: `--register-with-taints=k8s-apparmor.io/profiles-missing=:NoSchedule`).
   *
   * @default false
   */
  readonly startupTaint?: boolean;

  /**
   * The releases that the manifests are for.
   *
   * @default - from the construct context, otherwise >=1.30
   */
  readonly kubernetesVersion?: KubernetesVersion;
}

/** A loader and what it loads. */
export interface ProfileLoaderProps extends ProfileLoaderOptions {
  /** The profiles that are wanted on every node, earlier generations included. */
  readonly profiles: AppArmorProfile[];
  /** The ConfigMaps that carry them: a key is a profile's loaded name, its value the text. */
  readonly configMapNames: string[];
  /** The namespace of the DaemonSet, which must allow privileged pods. */
  readonly namespace: string;
  /** The name of the DaemonSet, which marks the loader's files on the node too. */
  readonly name: string;
  /** Used by nothing else; without a gate the loader asks the API server for nothing. */
  readonly serviceAccountName: string;
}

/** The DaemonSet that loads profiles on every node, and repairs what somebody removes there. An `AppArmorProfileBundle` makes one. */
export class ProfileLoader extends Construct {
  /** The name of the DaemonSet. */
  public readonly daemonSetName: string;

  constructor(scope: Construct, id: string, props: ProfileLoaderProps) {
    super(scope, id);
    const { profiles, configMapNames, kubernetesVersion, gate: gated, gateImage, startupTaint, ...rest } = props;
    const version = kubernetesVersion ?? KubernetesVersion.forScope(this);
    const own = gated || startupTaint ? this.addGate(version, props) : undefined;
    const [program, daemonSet] = loaderObjects({
      ...rest,
      bundle: props.name,
      profileConfigMaps: configMapNames,
      profiles: profiles.map((profile) => ({
        loadedName: profile.loadedName, loadedNames: profile.loadedNames(), text: profile.toText(), mode: profile.mode,
      })),
      labels: { ...PROJECT_LABELS },
      emission: version.usesFields ? 'fields' : 'annotations',
      ...own && { extraContainers: [own.container], extraVolumes: own.volumes },
    });
    new ApiObject(this, 'Program', plain(program));
    const object = new ApiObject(this, 'DaemonSet', plain(daemonSet));
    // Nothing that it loads may hold the loader itself.
    leaveAlone(object);
    this.daemonSetName = object.name;
  }

  private addGate(version: KubernetesVersion, props: ProfileLoaderProps): Gate {
    if (!version.usesFields) {
      throw new Error(`The loader "${this.node.path}" has a gate, and Kubernetes releases before 1.30 cannot hold it to its own node: `
        + 'set kubernetesVersion to ">=1.30", or leave the gate off.');
    }
    const loadedNames = props.profiles.map((profile) => profile.loadedName);
    const gateProps: GateProps = {
      name: props.name,
      namespace: props.namespace,
      serviceAccountName: props.serviceAccountName,
      bundle: props.name,
      loadedNames,
      taint: props.startupTaint,
      image: props.gateImage,
      labels: { ...PROJECT_LABELS },
    };
    const made = gate(gateProps);
    new ApiObject(this, 'GateProgram', plain(made.program));
    gateAccess(gateProps).forEach((object) => clusterObject(this, `Gate-${String(object.kind)}`, object));
    if (props.gate) AppBundles.of(this).addGated(loadedNames);
    return made;
  }
}

function plain(object: JsonObject): ApiObjectProps {
  return object as unknown as ApiObjectProps;
}
