import { resolve } from 'node:path';
import { Construct, IConstruct } from 'constructs';
import { generationOf } from '../manifests/generations';
import { KeptHistory } from '../manifests/kept-history';
import { AppArmorProfile, profileOfGeneration } from '../profile';

interface HistoryProps {
  readonly path: string;
  /** The bundle's. */
  readonly name: string;
  readonly profiles: readonly AppArmorProfile[];
  readonly keep?: number;
}

/** The history file of one bundle: read when the bundle is made, written when the app is synthesised. */
export class HistoryOfBundle extends KeptHistory<AppArmorProfile> {
  /** @throws if the file holds something else than this bundle's history */
  constructor(bundle: Construct, { path, name, profiles, keep }: HistoryProps) {
    super({
      who: `The bundle "${bundle.node.path}"`,
      path,
      name,
      present: profiles.flatMap((profile) => generationOf(profile.loadedName, () => profile.toText())),
      keep,
      restore: ({ profile, hash, text }) => profileOfGeneration(profile, hash, text),
    });
    Histories.of(bundle).add(bundle, this, resolve(path));
  }
}

/** The histories of one app. They are written by its synthesis, not by charts that tests turn into JSON. */
class Histories {
  static of(scope: IConstruct): Histories {
    const root = scope.node.root as Synthesised;
    if (!root[HISTORIES]) {
      Object.defineProperty(root, HISTORIES, { value: new Histories() });
      for (const method of ['synth', 'synthYaml'] as const) followSynthesis(root, method);
    }
    return root[HISTORIES]!;
  }

  private readonly byPath = new Map<string, { readonly history: HistoryOfBundle; readonly bundlePath: string }>();

  add(bundle: Construct, history: HistoryOfBundle, path: string): void {
    const other = this.byPath.get(path);
    if (other) {
      throw new Error(`The bundles "${other.bundlePath}" and "${bundle.node.path}" have the same history file ${JSON.stringify(path)}: give each its own.`);
    }
    this.byPath.set(path, { history, bundlePath: bundle.node.path });
  }

  check(): void {
    this.byPath.forEach(({ history }) => history.check());
  }

  write(): void {
    this.byPath.forEach(({ history }) => history.write());
  }
}

/**
 * Has an app's class check the histories before a synthesis and write them after it. The class, because that is where the kernel of
 * jsii looks for the methods that programs in other languages call: it passes over what the object itself has.
 */
function followSynthesis(app: Synthesised, method: 'synth' | 'synthYaml'): void {
  const owner = ownerOf(app, method);
  const original = owner?.[method];
  if (!owner || !original || FOLLOWED in original) return;
  const followed = function (this: Synthesised): unknown {
    this[HISTORIES]?.check();
    const result = original.call(this);
    this[HISTORIES]?.write();
    return result;
  };
  Object.defineProperty(followed, FOLLOWED, { value: true });
  Object.defineProperty(owner, method, { value: followed, configurable: true, writable: true });
}

/** The prototype that an object has a method from. */
function ownerOf(app: Synthesised, method: string): Synthesised | undefined {
  let owner: object | null = Object.getPrototypeOf(app);
  while (owner !== null && !Object.hasOwn(owner, method)) owner = Object.getPrototypeOf(owner);
  return owner === null ? undefined : owner as Synthesised;
}

/** The same in every copy of this library that an app may have loaded. */
const HISTORIES: unique symbol = Symbol.for('k8s-apparmor.histories') as never;
const FOLLOWED: unique symbol = Symbol.for('k8s-apparmor.synthesis-followed') as never;

interface Synthesised extends IConstruct {
  [HISTORIES]?: Histories;
  synth?(): unknown;
  synthYaml?(): unknown;
}
