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
      for (const method of ['synth', 'synthYaml'] as const) root[HISTORIES]!.follow(root, method);
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

  private follow(app: Synthesised, method: 'synth' | 'synthYaml'): void {
    const original = app[method]?.bind(app);
    if (!original) return;
    const value = () => {
      const histories = [...this.byPath.values()].map(({ history }) => history);
      histories.forEach((history) => history.check());
      const result = original();
      histories.forEach((history) => history.write());
      return result;
    };
    Object.defineProperty(app, method, { value, configurable: true, writable: true });
  }
}

const HISTORIES: unique symbol = Symbol.for('k8s-apparmor.histories') as never;

interface Synthesised extends IConstruct {
  [HISTORIES]?: Histories;
  synth?(): unknown;
  synthYaml?(): unknown;
}
