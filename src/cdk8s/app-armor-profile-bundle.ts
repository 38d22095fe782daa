import { ApiObject, ApiObjectProps, JsonPatch, Names } from 'cdk8s';
import { Construct } from 'constructs';
import { bundleNameFault, LONGEST_BUNDLE_NAME } from '../manifests/bundle-name';
import { JsonObject } from '../manifests/json';
import { loaderNamespace, loaderServiceAccount, PROJECT_LABELS } from '../manifests/loader-namespace';
import { DistributedProfile, oversizedProfiles, profileConfigMaps } from '../manifests/profile-config-maps';
import { AppArmorProfile, ProfileKind } from '../profile';
import { AppBundles } from './app-bundles';
import { HistoryOfBundle } from './bundle-history';
import { KubernetesVersion } from './kubernetes-version';
import { ProfileLoader, ProfileLoaderOptions } from './profile-loader';

/** What a bundle distributes, and how. */
export interface AppArmorProfileBundleProps {
  /** The profiles that every node shall have; their order means nothing. */
  readonly profiles: AppArmorProfile[];

  /**
   * The name of the loader; the names of the ConfigMaps begin with it. It has to be the bundle's own in the cluster: give one where
   * several apps with the same construct ids go to the same cluster, because the one that is applied last has the loader.
   *
   * @default - from the ids of the construct and those around it
   */
  readonly name?: string;

  /**
   * The namespace of the loader and the ConfigMaps.
   *
   * @default 'k8s-apparmor'
   */
  readonly namespace?: string;

  /**
   * Whether to make the namespace, with the Pod Security label `privileged` that the loader needs. Of several bundles in one
   * namespace the first makes it.
   *
   * @default - true, except for namespaces that every cluster brings, such as kube-system
   */
  readonly createNamespace?: boolean;

  /**
   * A file that keeps the last generations of each profile (`loader.generations`, 3 by default), so that they stay on the nodes: a
   * workload that is rolled back then starts on every node, also after a reboot. `App.synth()` writes it; commit it. Where the
   * environment says `CI`, a file that would change is an error (`K8S_APPARMOR_HISTORY=write` or `check` overrides that). Each bundle
   * has its own. Relative paths begin where the program runs.
   *
   * @default - the bundle carries the present generation; earlier ones are on nodes that keep copies of them
   */
  readonly historyFile?: string;

  /**
   * How the loader runs.
   *
   * @default - the host's parser, copies in /etc/apparmor.d, every Linux node
   */
  readonly loader?: ProfileLoaderOptions;

  /**
   * The releases that the manifests are for.
   *
   * @default - from the construct context, otherwise >=1.30
   */
  readonly kubernetesVersion?: KubernetesVersion;
}

const DEFAULT_NAMESPACE = 'k8s-apparmor';
const BUILT_IN_NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/**
 * Brings profiles to the nodes of a cluster: immutable ConfigMaps that carry them, a DaemonSet that loads them, its ServiceAccount
 * and its namespace. A changed profile is a new name in a new ConfigMap, so running containers keep the one that they have.
 *
 * @example
 * new AppArmorProfileBundle(chart, 'profiles', { profiles: [web], loader: { gate: true } });
 */
export class AppArmorProfileBundle extends Construct {
  /** The namespace of the loader and the ConfigMaps. */
  public readonly namespace: string;

  /** The loader that this bundle's profiles go through. */
  public readonly loader: ProfileLoader;

  /** The names of the ConfigMaps that carry the profiles. */
  public readonly configMapNames: string[];

  private readonly distributed: AppArmorProfile[];
  private readonly earlier: readonly AppArmorProfile[];
  private readonly history?: HistoryOfBundle;

  /**
   * @throws if a profile is not one to distribute (the runtime's default, one that nodes bring, none), if the name is no DNS label, or
   * if the history file holds something else than this bundle's history
   */
  constructor(scope: Construct, id: string, props: AppArmorProfileBundleProps) {
    super(scope, id);
    this.distributed = [...props.profiles];
    this.distributed.forEach((profile) => this.refuseUndistributed(profile));
    this.namespace = props.namespace ?? DEFAULT_NAMESPACE;
    const name = props.name === undefined ? Names.toDnsLabel(this, { maxLen: LONGEST_BUNDLE_NAME }) : checkedName(props.name);

    const bundles = AppBundles.of(this);
    bundles.addLoaderNamespace(this.namespace);
    this.distributed.forEach((profile) => bundles.add(profile, this));
    this.node.addValidation({ validate: () => this.faults() });
    this.history = props.historyFile === undefined ? undefined
      : new HistoryOfBundle(this, { path: props.historyFile, name, profiles: this.distributed, keep: props.loader?.generations });
    this.earlier = this.history?.earlier ?? [];

    const create = props.createNamespace ?? !BUILT_IN_NAMESPACES.includes(this.namespace);
    const namespace = create && bundles.claimNamespace(this.namespace) ? this.addNamespace() : undefined;
    const account = new ApiObject(this, 'ServiceAccount', apiObjectProps(loaderServiceAccount(name, this.namespace)));
    this.configMapNames = this.addConfigMaps(name);
    this.loader = new ProfileLoader(this, 'Loader', {
      ...props.loader,
      kubernetesVersion: props.loader?.kubernetesVersion ?? props.kubernetesVersion,
      profiles: [...this.distributed, ...this.earlier],
      configMapNames: this.configMapNames,
      namespace: this.namespace,
      name,
      serviceAccountName: account.name,
    });
    if (namespace) this.node.children.filter((child) => child !== namespace).forEach((child) => child.node.addDependency(namespace));
  }

  /** The profiles of this bundle. */
  public get profiles(): AppArmorProfile[] {
    return [...this.distributed];
  }

  /** The generations that the history file keeps beside the present ones, which the loader keeps on the nodes too. */
  public get earlierGenerations(): AppArmorProfile[] {
    return [...this.earlier];
  }

  /**
   * Writes the history file, which `App.synth()` and `App.synthYaml()` do by themselves: for programs that hand a chart to something
   * else, such as AWS CDK's `addCdk8sChart`.
   *
   * @throws if the file has to change and may not (see `historyFile`), or cannot be written
   */
  public writeHistory(): void {
    this.history?.write();
  }

  private refuseUndistributed(profile: AppArmorProfile): void {
    if (profile.kind === ProfileKind.DISTRIBUTED) return;
    throw new Error(`The bundle "${this.node.path}" cannot distribute ${profile.name}, which has no text of ours: `
      + 'leave it out of "profiles"; pods can name it all the same.');
  }

  private addNamespace(): ApiObject {
    const namespace = new ApiObject(this, 'Namespace', apiObjectProps(loaderNamespace(this.namespace)));
    // A chart's namespace is given to every object, even to one that is in none.
    if (namespace.metadata.namespace !== undefined) namespace.addJsonPatch(JsonPatch.remove('/metadata/namespace'));
    return namespace;
  }

  private addConfigMaps(name: string): string[] {
    const profiles = [...this.distributed, ...this.earlier].map(textOf);
    const labels = { ...PROJECT_LABELS, 'app.kubernetes.io/instance': name };
    return profileConfigMaps(profiles, { name, namespace: this.namespace, labels })
      .map((map, index) => new ApiObject(this, `Profiles${index}`, apiObjectProps(map)).name);
  }

  private faults(): string[] {
    const bundles = AppBundles.of(this);
    const texts = this.distributed.map(textOf);
    return [...new Set([
      ...oversizedProfiles(texts),
      ...this.distributed.flatMap((profile) => bundles.faultsOf(profile)),
      ...this.distributed.filter((profile) => bundles.conflictsOf(profile).length > 0).map((profile) =>
        `Several profiles are named "${profile.name}" and their content differs (bundles: ${bundles.conflictsOf(profile).join(', ')}): `
        + 'give each its own name, or use one profile value everywhere.'),
    ])];
  }
}

function textOf(profile: AppArmorProfile): DistributedProfile {
  return { name: profile.name, loadedName: profile.loadedName, text: profile.toText() };
}

function checkedName(name: string): string {
  const fault = bundleNameFault(name);
  if (fault) throw new Error(`The bundle name ${JSON.stringify(name)} ${fault}.`);
  return name;
}

/** Our plain objects have all that an ApiObject takes. */
function apiObjectProps(object: JsonObject): ApiObjectProps {
  return object as unknown as ApiObjectProps;
}
