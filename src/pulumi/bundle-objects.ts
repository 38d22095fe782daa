import * as pulumi from '@pulumi/pulumi';
import type { AppArmorProfileBundleArgs, ProfileLoaderArgs } from './bundle-args';
import { emissionOf } from './confine-inputs';
import { Placeholders } from './placeholders';
import { combine, settle, VALUE } from './settle';
import { gate, type Gate, type GateProps } from '../manifests/gate';
import { gateAccess } from '../manifests/gate-policy';
import { type JsonObject, nameOf } from '../manifests/json';
import type { Emission } from '../manifests/kubernetes-versions';
import { loaderObjects, type LoaderParser, type LoaderProps } from '../manifests/loader';
import { loaderNamespace, loaderServiceAccount, PROJECT_LABELS } from '../manifests/loader-namespace';
import { profileConfigMaps } from '../manifests/profile-config-maps';
import type { AppArmorProfile } from '../profile';

/** The objects of a bundle, in which Outputs may stand. */
export interface BundleObjects {
  readonly namespace: JsonObject;
  readonly account: JsonObject;
  readonly configMaps: readonly JsonObject[];
  readonly program: JsonObject;
  readonly daemonSet: JsonObject;
  /** The gate's program and rights; none without a gate. */
  readonly gate: readonly JsonObject[];
}

/** What decides which parts the loader's pod has; the rest is text in its places. */
interface PodParts {
  readonly parser?: LoaderParser;
  readonly keepCopies?: boolean;
  readonly emission: Emission;
}

type LoaderTexts = Omit<LoaderProps, 'emission' | 'keepCopies' | 'parser'>;

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * @param who the bundle in messages
 * @param name the DaemonSet's name, which begins the others
 * @throws {pulumi.RunError} if a namespace is none, or if there is a gate for releases that cannot hold it
 */
export function bundleObjects(who: string, name: string, args: AppArmorProfileBundleArgs & Required<Pick<AppArmorProfileBundleArgs, 'namespace'>>): BundleObjects {
  const words = new Placeholders();
  const namespace = words.text(args.namespace, (text) => checkNamespace(who, text));
  const labels = { ...PROJECT_LABELS };
  const configMaps = profileConfigMaps(args.profiles.map(textOf), { name, namespace, labels: { ...labels, 'app.kubernetes.io/instance': name } });
  const own = gateOf({ name, namespace, serviceAccountName: name, bundle: name, labels }, args, words);
  const [program, daemonSet] = loaderOf(who, args, {
    ...loaderTexts(args.loader ?? {}, words),
    bundle: name,
    name,
    namespace,
    serviceAccountName: name,
    profileConfigMaps: configMaps.map(nameOf),
    profiles: args.profiles.map((profile) => ({ ...textOf(profile), loadedNames: profile.loadedNames(), mode: profile.mode })),
    labels,
    ...own && { extraContainers: [own.container], extraVolumes: own.volumes },
  }, words);
  return {
    ...words.fill({
      namespace: loaderNamespace(namespace),
      account: loaderServiceAccount(name, namespace),
      configMaps,
      gate: own ? [own.program, ...own.access] : [],
    }),
    program,
    daemonSet,
  };
}

/** How a profile is distributed. */
export function textOf(profile: AppArmorProfile): { name: string; loadedName: string; text: string } {
  return { name: profile.name, loadedName: profile.loadedName, text: profile.toText() };
}

/** @throws {pulumi.RunError} if no namespace can have this name, which policies of the cluster hold too */
export function checkNamespace(who: string, namespace: string): void {
  if (LABEL.test(namespace)) return;
  throw new pulumi.RunError(`${who} is for the namespace ${JSON.stringify(namespace)}, which no cluster can have: `
    + 'give at most 63 lower-case letters, digits and "-", with a letter or digit at both ends.');
}

function loaderTexts({ image, generations, nodeSelector }: ProfileLoaderArgs, words: Placeholders): Partial<LoaderTexts> {
  return {
    ...image !== undefined && { image: words.text(image) },
    ...generations !== undefined && { generations: words.printed(generations) },
    ...nodeSelector !== undefined && { nodeSelector: words.map(nodeSelector) },
  };
}

/** The program and the DaemonSet; the latter's pod is an Output where its parts are not known yet. */
function loaderOf(who: string, { loader = {}, kubernetesVersion }: AppArmorProfileBundleArgs, texts: LoaderTexts, words: Placeholders): JsonObject[] {
  const settings = [settle(loader.parser, VALUE), settle(loader.keepCopies, VALUE), emissionOf(kubernetesVersion)];
  const parts = combine(settings, ([parser, keepCopies, emission]) => ({ parser, keepCopies, emission })) as PodParts | pulumi.Output<PodParts>;
  const build = (plain: PodParts): JsonObject[] => {
    if (texts.extraContainers && plain.emission !== 'fields') {
      throw new pulumi.RunError(`${who} has a gate, and Kubernetes releases before 1.30 cannot hold it to its own node: `
        + 'set "kubernetesVersion" to ">=1.30", or leave the gate off.');
    }
    return words.fill(loaderObjects({ ...texts, ...plain }));
  };
  if (!pulumi.Output.isInstance(parts)) return build(parts);
  const [program, daemonSet] = build({ emission: 'fields' });
  return [program, { ...daemonSet, spec: parts.apply((plain) => build(plain)[1].spec) as never }];
}

function gateOf(
  props: Omit<GateProps, 'loadedNames'>, { loader = {}, profiles }: AppArmorProfileBundleArgs, words: Placeholders,
): Gate & { readonly access: readonly JsonObject[] } | undefined {
  if (!loader.gate && !loader.startupTaint) return undefined;
  const image = loader.gateImage === undefined ? undefined : words.text(loader.gateImage);
  const all: GateProps = { ...props, loadedNames: profiles.map(({ loadedName }) => loadedName), taint: loader.startupTaint, image };
  return { ...gate(all), access: gateAccess(all) };
}
