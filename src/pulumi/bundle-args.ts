import type * as pulumi from '@pulumi/pulumi';
import type { AppArmorProfile } from '../profile';

/** How a loader runs. */
export interface ProfileLoaderArgs {
  /** What compiles the profiles: the node's own `apparmor_parser`, or the one in the image. Default: "host". */
  readonly parser?: pulumi.Input<'host' | 'image'>;
  /** An image with a shell and, for the parser "image", with `apparmor_parser`. Default: "busybox:1.37". */
  readonly image?: pulumi.Input<string>;
  /** Whether each node keeps copies in `/etc/apparmor.d`, so that a reboot loads the profiles before any pod. Default: true. */
  readonly keepCopies?: pulumi.Input<boolean>;
  /** How many generations of a profile stay on a node, the present one included. Default: 3. */
  readonly generations?: pulumi.Input<number>;
  /** Labels of the nodes that the profiles go to. Default: every Linux node. */
  readonly nodeSelector?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>>;
  /**
   * Whether each node says by labels which profiles it has loaded, and pods that use them require those labels, so that the scheduler
   * never puts a pod where its profile is not. Plain, because resources hang on it. Default: false.
   */
  readonly gate?: boolean;
  /** The gate's image, with a shell and curl. Default: "curlimages/curl:8.11.1". */
  readonly gateImage?: pulumi.Input<string>;
  /**
   * Whether the gate takes the taint `k8s-apparmor.io/profiles-missing` off a node when its profiles are loaded. Nodes have to register
   * with it (kubelet: `--register-with-taints=k8s-apparmor.io/profiles-missing=:NoSchedule`). Plain, because resources hang on it.
   * Default: false.
   */
  readonly startupTaint?: boolean;
}

/**
 * What a bundle distributes, and how. What decides which resources there are and what they are called is plain, so that a preview
 * knows it: the profiles, whose text their names come from, `objectName`, `createNamespace` and the gate.
 */
export interface AppArmorProfileBundleArgs {
  /** The profiles that every node shall have; their order means nothing. */
  readonly profiles: readonly AppArmorProfile[];
  /** The namespace of the loader and the ConfigMaps. Default: "k8s-apparmor". */
  readonly namespace?: pulumi.Input<string>;
  /**
   * Whether to make the namespace, with the Pod Security label that the loader needs. Default: true, but for kube-system and its like,
   * for one that a bundle made before it makes, and for an Output, which is the name of a namespace that something else makes.
   */
  readonly createNamespace?: boolean;
  /**
   * The name of the DaemonSet, which begins the names of all other objects: at most 40 lower-case letters, digits and "-".
   * Default: the resource's name, made into such a one.
   */
  readonly objectName?: string;
  /**
   * A file that keeps the last generations of each profile (`loader.generations`, 3 by default, then a plain number), so that they stay
   * on the nodes: a workload that is rolled back then starts on every node, also after a reboot. Previews and updates write it; commit
   * it. Where the environment says `CI`, a file that would change is an error (`K8S_APPARMOR_HISTORY=write` or `check` overrides that).
   * Each bundle has its own. Relative paths begin where the program runs. Default: the bundle carries the present generation.
   */
  readonly historyFile?: string;
  /** How the loader runs. */
  readonly loader?: ProfileLoaderArgs;
  /** The Kubernetes versions that the manifests are for, such as a cluster's own. Default: ">=1.30". */
  readonly kubernetesVersion?: pulumi.Input<string>;
}
