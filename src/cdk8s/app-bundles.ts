/** What the bundles of one app distribute together; kept at the root, so that no construct has to be searched for. */
import { IConstruct } from 'constructs';
import { profileNameFault, withoutGeneration } from '../manifests/profile-name';
import { AppArmorProfile, ProfileKind } from '../profile';

interface Distributed {
  readonly profile: AppArmorProfile;
  readonly bundlePath: string;
}

export class AppBundles {
  static of(scope: IConstruct): AppBundles {
    // Not by `node.root`, which makes a list of all scopes: every workload asks.
    let root: IConstruct & { [APP_BUNDLES]?: AppBundles } = scope;
    while (root.node.scope) root = root.node.scope;
    if (!root[APP_BUNDLES]) Object.defineProperty(root, APP_BUNDLES, { value: new AppBundles() });
    return root[APP_BUNDLES]!;
  }

  private readonly namespaces = new Set<string>();
  private readonly byLoadedName = new Map<string, Distributed>();
  private readonly loaders = new Set<string>();
  private readonly gatedNames = new Set<string>();
  /** By the name without the content's hash. */
  private readonly byPlainName = new Map<string, Distributed[]>();
  /** Profiles without a fault: what is distributed once stays so. */
  private readonly sound = new WeakSet<AppArmorProfile>();

  /** True the first time that a namespace is named: one of several bundles makes it. */
  claimNamespace(name: string): boolean {
    if (this.namespaces.has(name)) return false;
    this.namespaces.add(name);
    return true;
  }

  add(profile: AppArmorProfile, bundle: IConstruct): void {
    const distributed = { profile, bundlePath: bundle.node.path };
    const plain = plainName(profile);
    this.byPlainName.set(plain, [...this.byPlainName.get(plain) ?? [], distributed]);
    if (!this.byLoadedName.has(profile.loadedName)) this.byLoadedName.set(profile.loadedName, distributed);
  }

  /** Where a loader of this app runs. */
  addLoaderNamespace(name: string): void {
    this.loaders.add(name);
  }

  loaderNamespaces(): string[] {
    return [...this.loaders].sort();
  }

  /** Profiles whose nodes have a label. */
  addGated(loadedNames: readonly string[]): void {
    loadedNames.forEach((name) => this.gatedNames.add(name));
  }

  /** The loaded names of profiles whose nodes have a label, which pods have to require. */
  get gated(): ReadonlySet<string> {
    return this.gatedNames;
  }

  /** Every profile that some bundle distributes, once. */
  profiles(): AppArmorProfile[] {
    return [...this.byLoadedName.values()].map(({ profile }) => profile);
  }

  /** What keeps a pod from ever getting the profile, as sentences with the fix. */
  faultsOf(profile: AppArmorProfile): string[] {
    if (this.sound.has(profile)) return [];
    const faults = this.findFaults(profile);
    if (faults.length === 0) this.sound.add(profile);
    return faults;
  }

  private findFaults(profile: AppArmorProfile): string[] {
    if (profile.kind !== ProfileKind.DISTRIBUTED && profile.kind !== ProfileKind.PRELOADED) return [];
    const name = profileNameFault(profile.loadedName);
    if (name) return [`The profile name ${JSON.stringify(profile.loadedName)} ${name}.`];
    return profile.kind === ProfileKind.DISTRIBUTED ? this.missing(profile) : [];
  }

  /** Profiles of the same name as this one, in any bundle, whose text is another. */
  conflictsOf(profile: AppArmorProfile): string[] {
    const others = (this.byPlainName.get(plainName(profile)) ?? []).filter((other) => other.profile.toText() !== profile.toText());
    return [...new Set(others.map((other) => other.bundlePath))];
  }

  private missing(profile: AppArmorProfile): string[] {
    if (this.byLoadedName.has(profile.loadedName)) return [];
    const [other] = this.byPlainName.get(plainName(profile)) ?? [];
    return [other
      ? `The profile "${profile.name}" (${profile.loadedName}) is in no bundle: the bundle "${other.bundlePath}" has another content under this name `
        + `(${other.profile.loadedName}); use one and the same profile value in both places.`
      : `The profile "${profile.name}" is in no AppArmorProfileBundle of this app, so no node would load it: `
        + 'add it to the "profiles" of a bundle, or use AppArmorProfile.preloaded(name) if the nodes bring it.'];
  }
}

/** The same in every copy of this library that an app may have loaded. */
const APP_BUNDLES: unique symbol = Symbol.for('k8s-apparmor.bundles') as never;

function plainName(profile: AppArmorProfile): string {
  return withoutGeneration(profile.loadedName);
}
