import { resolve } from 'node:path';
import { Construct, IConstruct } from 'constructs';
import { BundleHistory, earlierGenerations, ProfileGeneration, splitLoadedName, withPresent } from '../manifests/generations';
import { differsFromFile, historyMode, readHistory, staleHistory, writeHistory } from '../manifests/generations-file';
import { DEFAULT_GENERATIONS } from '../manifests/loader';
import { AppArmorProfile, profileOfGeneration } from '../profile';

interface HistoryProps {
  readonly path: string;
  /** The bundle's. */
  readonly name: string;
  readonly profiles: readonly AppArmorProfile[];
  readonly keep?: number;
}

/** The history file of one bundle: read when the bundle is made, written when the app is synthesised. */
export class HistoryOfBundle {
  /** What the file keeps beside the present profiles. */
  readonly earlier: readonly AppArmorProfile[];
  private readonly path: string;
  private readonly history: BundleHistory;

  /** @throws if the file holds something else than this bundle's history */
  constructor(bundle: Construct, { path, name, profiles, keep = DEFAULT_GENERATIONS }: HistoryProps) {
    if (!Number.isSafeInteger(keep) || keep < 1) {
      throw new Error(`The bundle "${bundle.node.path}" would keep ${keep} generations: give "generations" a whole number from 1 on, the present one included.`);
    }
    const present = profiles.flatMap(generationOf);
    this.path = path;
    this.history = withPresent(readHistory(path, name), present, keep);
    this.earlier = earlierGenerations(this.history, present).map((generation) => restored(path, generation));
    Histories.of(bundle).add(bundle, this, resolve(path));
  }

  /** @throws if the file has to change and may not */
  check(): void {
    if (historyMode(process.env) === 'check' && differsFromFile(this.path, this.history)) throw new Error(staleHistory(this.path));
  }

  /** @throws if the file has to change and may not, or cannot be written */
  write(): void {
    this.check();
    writeHistory(this.path, this.history);
  }
}

function generationOf(profile: AppArmorProfile): ProfileGeneration[] {
  const name = splitLoadedName(profile.loadedName);
  return name ? [{ ...name, text: profile.toText() }] : [];
}

function restored(path: string, { profile, hash, text }: ProfileGeneration): AppArmorProfile {
  try {
    return profileOfGeneration(profile, hash, text);
  } catch (error) {
    throw new Error(`The history file ${JSON.stringify(path)} holds a generation that cannot be used: ${(error as Error).message}; `
      + `restore the file from version control, or delete ${profile}.${hash} from it.`);
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
