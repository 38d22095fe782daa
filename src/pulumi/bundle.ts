import * as pulumi from '@pulumi/pulumi';
import type { JsonObject } from '../manifests/json';
import { loaderObjects } from '../manifests/loader';
import { loaderNamespace, loaderServiceAccount, PROJECT_LABELS } from '../manifests/loader-namespace';
import { oversizedProfiles, profileConfigMaps } from '../manifests/profile-config-maps';
import { profileNameFault } from '../manifests/profile-name';
import { type AppArmorProfile, ProfileKind } from '../profile';
import { registerBundle } from './bundle-registry';
import { emissionOf } from './confine-inputs';
import { resourceOf } from './object-resource';

/** How a loader runs. */
export interface ProfileLoaderArgs {
  /** What compiles the profiles: the node's own `apparmor_parser`, or the one in the image. Default: "host". */
  readonly parser?: 'host' | 'image';
  /** An image with a shell and, for the parser "image", with `apparmor_parser`. Default: "busybox:1.37". */
  readonly image?: string;
  /** Whether each node keeps copies in `/etc/apparmor.d`, so that a reboot loads the profiles before any pod. Default: true. */
  readonly keepCopies?: boolean;
  /** How many generations of a profile stay on a node, the present one included. Default: 3. */
  readonly generations?: number;
  /** Labels of the nodes that the profiles go to. Default: every Linux node. */
  readonly nodeSelector?: Readonly<Record<string, string>>;
}

/**
 * What a bundle distributes, and how. These are plain values, no Outputs: the names of profiles and ConfigMaps come from the
 * profiles' text, so that a preview knows them.
 */
export interface AppArmorProfileBundleArgs {
  /** The profiles that every node shall have; their order means nothing. */
  readonly profiles: readonly AppArmorProfile[];
  /** The namespace of the loader and the ConfigMaps. Default: "k8s-apparmor". */
  readonly namespace?: string;
  /** Whether to make the namespace, with the Pod Security label that the loader needs. Default: true, but for kube-system and its like. */
  readonly createNamespace?: boolean;
  /** The name of the DaemonSet, which begins the names of all other objects. Default: the resource's name. */
  readonly objectName?: string;
  /** How the loader runs. */
  readonly loader?: ProfileLoaderArgs;
  /** The Kubernetes versions that the manifests are for. Default: ">=1.30". */
  readonly kubernetesVersion?: string;
}

const DEFAULT_NAMESPACE = 'k8s-apparmor';
const BUILT_IN_NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];
const LONGEST_NAME = 40;

/**
 * Brings profiles to the nodes of a cluster: immutable ConfigMaps that carry them and a DaemonSet that loads them. A changed
 * profile is a new name in a new ConfigMap, made before the workloads change; the old one goes last.
 */
export class AppArmorProfileBundle extends pulumi.ComponentResource {
  /** The namespace of the loader and the ConfigMaps. */
  readonly namespace: string;
  /** The names of the profiles on the node, by their names in the program; known at preview. */
  readonly loadedNames: Readonly<Record<string, string>>;
  /** The names of the ConfigMaps that carry the profiles; known at preview. */
  readonly configMapNames: readonly string[];

  /** @throws {pulumi.RunError} if a profile is not one to distribute, or if no ConfigMap or pod could carry it. */
  constructor(name: string, args: AppArmorProfileBundleArgs, opts?: pulumi.ComponentResourceOptions) {
    super('k8s-apparmor:index:AppArmorProfileBundle', name, {}, opts);
    checkProfiles(name, args.profiles);
    this.namespace = args.namespace ?? DEFAULT_NAMESPACE;
    this.loadedNames = Object.fromEntries(args.profiles.map((profile) => [profile.name, profile.loadedName]));
    const create = args.createNamespace ?? !BUILT_IN_NAMESPACES.includes(this.namespace);
    const namespace = create ? [resourceOf(loaderNamespace(this.namespace), `${name}-namespace`, { parent: this })] : [];
    const objects = bundleObjects(name, this.namespace, args);
    const carriers = [
      resourceOf(objects.account, `${name}-service-account`, { parent: this, dependsOn: namespace }),
      ...objects.configMaps.map((map, index) => resourceOf(map, `${name}-profiles-${index}`, { parent: this, dependsOn: namespace })),
      resourceOf(objects.program, `${name}-program`, { parent: this, dependsOn: namespace }),
    ];
    this.configMapNames = objects.configMaps.map(nameOf);
    const loader = resourceOf(objects.daemonSet, `${name}-loader`, { parent: this, dependsOn: [...namespace, ...carriers] });
    registerBundle({ profiles: args.profiles, namespace: this.namespace, loader });
    this.registerOutputs({ namespace: this.namespace, loadedNames: this.loadedNames, configMapNames: this.configMapNames });
  }
}

interface BundleObjects {
  readonly account: JsonObject;
  readonly configMaps: readonly JsonObject[];
  readonly program: JsonObject;
  readonly daemonSet: JsonObject;
}

function bundleObjects(resourceName: string, namespace: string, args: AppArmorProfileBundleArgs): BundleObjects {
  const name = args.objectName ?? objectName(resourceName);
  const texts = args.profiles.map(textOf);
  const configMaps = profileConfigMaps(texts, { name, namespace, labels: { ...PROJECT_LABELS, 'app.kubernetes.io/instance': name } });
  const [program, daemonSet] = loaderObjects({
    ...args.loader,
    bundle: name,
    name,
    namespace,
    serviceAccountName: name,
    profileConfigMaps: configMaps.map(nameOf),
    profiles: args.profiles.map((profile) => ({ ...textOf(profile), loadedNames: profile.loadedNames(), mode: profile.mode })),
    labels: { ...PROJECT_LABELS },
    emission: emissionOf(args.kubernetesVersion),
  });
  return { account: loaderServiceAccount(name, namespace), configMaps, program, daemonSet };
}

function textOf(profile: AppArmorProfile): { name: string; loadedName: string; text: string } {
  return { name: profile.name, loadedName: profile.loadedName, text: profile.toText() };
}

function nameOf(object: JsonObject): string {
  return String((object.metadata as JsonObject).name);
}

/** A DNS label made of a resource's name, which may hold anything. */
function objectName(name: string): string {
  const label = name.toLowerCase().replace(/[^a-z0-9]+/g, '-').slice(0, LONGEST_NAME).replace(/^-|-$/g, '');
  if (label !== '') return label;
  throw new pulumi.RunError(`AppArmorProfileBundle "${name}": no object can be named by this; give "objectName".`);
}

function checkProfiles(bundle: string, profiles: readonly AppArmorProfile[]): void {
  const who = `AppArmorProfileBundle "${bundle}"`;
  const byName = new Map<string, string>();
  for (const profile of profiles) {
    if (profile.kind !== ProfileKind.DISTRIBUTED) {
      throw new pulumi.RunError(`${who} cannot distribute ${profile.name}, which has no text of ours: leave it out of "profiles"; pods can name it all the same.`);
    }
    const fault = profileNameFault(profile.loadedName);
    if (fault) throw new pulumi.RunError(`${who}: the profile name ${JSON.stringify(profile.loadedName)} ${fault}.`);
    if ((byName.get(profile.name) ?? profile.loadedName) !== profile.loadedName) {
      throw new pulumi.RunError(`${who}: several profiles are named "${profile.name}" and their content differs: give each its own name.`);
    }
    byName.set(profile.name, profile.loadedName);
  }
  const [tooLarge] = oversizedProfiles(profiles.map(textOf));
  if (tooLarge) throw new pulumi.RunError(`${who}: ${tooLarge}`);
}
