import { resolve } from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import type { AppArmorProfileBundleArgs } from './bundle-args';
import { type BundleObjects, bundleObjects, textOf } from './bundle-objects';
import { distribution, registerBundle } from './bundle-registry';
import { resourceOf } from './object-resource';
import { bundleNameFault, LONGEST_BUNDLE_NAME } from '../manifests/bundle-name';
import { type ProfileGeneration, generationOf } from '../manifests/generations';
import { nameOf } from '../manifests/json';
import { KeptHistory } from '../manifests/kept-history';
import { oversizedProfiles } from '../manifests/profile-config-maps';
import { profileNameFault, withoutGeneration } from '../manifests/profile-name';
import { type AppArmorProfile, ProfileKind, profileOfGeneration } from '../profile';

const DEFAULT_NAMESPACE = 'k8s-apparmor';
const BUILT_IN_NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/**
 * Brings profiles to the nodes of a cluster: immutable ConfigMaps that carry them and a DaemonSet that loads them. A changed
 * profile is a new name in a new ConfigMap, made before the workloads change; the old one goes last.
 */
export class AppArmorProfileBundle extends pulumi.ComponentResource {
  /** The namespace of the loader and the ConfigMaps. */
  readonly namespace: pulumi.Output<string>;
  /** The names of the profiles on the node, by their names in the program; known at preview. */
  readonly loadedNames: Readonly<Record<string, string>>;
  /** The names of the ConfigMaps that carry the profiles; known at preview. */
  readonly configMapNames: readonly string[];

  /** @throws {pulumi.RunError} if a profile is not one to distribute, or if no ConfigMap or pod could carry it. */
  constructor(name: string, args: AppArmorProfileBundleArgs, opts?: pulumi.ComponentResourceOptions) {
    super('k8s-apparmor:index:AppArmorProfileBundle', name, {}, opts);
    const who = `AppArmorProfileBundle "${name}"`;
    checkProfiles(who, args.profiles);
    const namespace = args.namespace ?? DEFAULT_NAMESPACE;
    const ownName = args.objectName === undefined ? objectName(who, name) : checkedName(who, args.objectName);
    const history = args.historyFile === undefined ? undefined : bundleHistory(who, ownName, args.historyFile, args);
    const objects = bundleObjects(who, ownName, { ...args, namespace, profiles: [...args.profiles, ...history?.earlier ?? []] });
    const namespaceResource = makesNamespace(namespace, args.createNamespace)
      ? resourceOf(objects.namespace, `${name}-namespace`, { parent: this }) : undefined;
    const loader = registerObjects(this, name, objects, namespaceResource ?? namespaceMadeBefore(namespace));
    history?.write();
    const { profiles, historyFile } = args;
    const gated = args.loader?.gate ?? false;
    registerBundle({ name, profiles, namespace, namespaceResource, loader, gated, historyFile: historyFile && resolve(historyFile) });
    this.namespace = pulumi.output(namespace);
    this.loadedNames = Object.fromEntries(args.profiles.map((profile) => [profile.name, profile.loadedName]));
    this.configMapNames = objects.configMaps.map(nameOf);
    this.registerOutputs({ namespace: this.namespace, loadedNames: this.loadedNames, configMapNames: this.configMapNames });
  }
}

function bundleHistory(who: string, name: string, path: string, { profiles, loader }: AppArmorProfileBundleArgs): KeptHistory<AppArmorProfile> {
  const keep = loader?.generations;
  if (keep !== undefined && typeof keep !== 'number') {
    throw new pulumi.RunError(`${who} has a history file, which is written before Outputs are known: give "generations" a plain number.`);
  }
  const others = distribution().bundles.filter((bundle) => bundle.historyFile === resolve(path)).map((bundle) => bundle.name);
  if (others.length > 0) {
    throw new pulumi.RunError(`The bundles "${others[0]}" and ${who} have the same history file ${JSON.stringify(path)}: give each its own.`);
  }
  const present = profiles.flatMap((profile) => generationOf(profile.loadedName, () => profile.toText()));
  try {
    const restore = ({ profile, hash, text }: ProfileGeneration) => profileOfGeneration(profile, hash, text);
    const history = new KeptHistory({ who, path, name, present, keep, restore });
    history.check();
    return history;
  } catch (error) {
    throw new pulumi.RunError((error as Error).message);
  }
}

/** @returns the loader, which starts after all that it needs */
function registerObjects(parent: pulumi.Resource, name: string, objects: BundleObjects, namespace: pulumi.Resource | undefined): pulumi.Resource {
  const before = namespace ? [namespace] : [];
  const make = (object: JsonResource, suffix: string) => resourceOf(object, `${name}-${suffix}`, { parent, dependsOn: before });
  const carriers = [
    make(objects.account, 'service-account'),
    ...objects.configMaps.map((map, index) => make(map, `profiles-${index}`)),
    make(objects.program, 'program'),
    ...objects.gate.map((object) => make(object, `gate-${String(object.kind).replace(/(?!^)[A-Z]/g, '-$&').toLowerCase()}`)),
  ];
  return resourceOf(objects.daemonSet, `${name}-loader`, { parent, dependsOn: [...before, ...carriers] });
}

type JsonResource = Parameters<typeof resourceOf>[0];

function makesNamespace(namespace: pulumi.Input<string>, asked: boolean | undefined): boolean {
  return asked ?? (typeof namespace === 'string' && !BUILT_IN_NAMESPACES.includes(namespace) && !namespaceMadeBefore(namespace));
}

function namespaceMadeBefore(namespace: pulumi.Input<string>): pulumi.Resource | undefined {
  return distribution().bundles.find((bundle) => bundle.namespace === namespace && bundle.namespaceResource)?.namespaceResource;
}

/** A DNS label made of a resource's name, which may hold anything. */
function objectName(who: string, name: string): string {
  const label = name.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-/, '').slice(0, LONGEST_BUNDLE_NAME).replace(/-$/, '');
  if (label !== '') return label;
  throw new pulumi.RunError(`${who}: no object can be named by this; give "objectName".`);
}

function checkedName(who: string, name: string): string {
  const fault = bundleNameFault(name);
  if (fault) throw new pulumi.RunError(`${who}: the objectName ${JSON.stringify(name)} ${fault}.`);
  return name;
}

function checkProfiles(who: string, profiles: readonly AppArmorProfile[]): void {
  const known = new Map<string, { readonly profile: AppArmorProfile; readonly bundle?: string }>();
  for (const bundle of distribution().bundles) {
    bundle.profiles.forEach((profile) => known.set(withoutGeneration(profile.loadedName), { profile, bundle: bundle.name }));
  }
  for (const profile of profiles) {
    if (profile.kind !== ProfileKind.DISTRIBUTED) {
      throw new pulumi.RunError(`${who} cannot distribute ${profile.name}, which has no text of ours: leave it out of "profiles"; pods can name it all the same.`);
    }
    const fault = profileNameFault(profile.loadedName);
    if (fault) throw new pulumi.RunError(`${who}: the profile name ${JSON.stringify(profile.loadedName)} ${fault}.`);
    const other = known.get(withoutGeneration(profile.loadedName));
    if (other && other.profile.loadedName !== profile.loadedName) {
      const where = other.bundle === undefined ? '' : `, here and in the bundle "${other.bundle}",`;
      throw new pulumi.RunError(`${who}: several profiles are named "${profile.name}"${where} and their content differs: `
        + 'give each its own name, or use one profile value everywhere.');
    }
    known.set(withoutGeneration(profile.loadedName), { profile });
  }
  const [tooLarge] = oversizedProfiles(profiles.map(textOf));
  if (tooLarge) throw new pulumi.RunError(`${who}: ${tooLarge}`);
}
