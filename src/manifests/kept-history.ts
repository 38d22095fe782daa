import { BundleHistory, earlierGenerations, ProfileGeneration, withPresent } from './generations';
import { differsFromFile, historyMode, readHistory, staleHistory, writeHistory } from './generations-file';
import { DEFAULT_GENERATIONS } from './loader';

export interface KeptHistoryProps<Profile> {
  /** The bundle in messages, such as `The bundle "shop/profiles"`. */
  readonly who: string;
  /** Of the file. */
  readonly path: string;
  /** The bundle's. */
  readonly name: string;
  readonly present: readonly ProfileGeneration[];
  /** How many generations of a profile stay, the present one included. @default DEFAULT_GENERATIONS */
  readonly keep?: number;
  /** The profile that a generation was; throws where its text is not the one that its hash was taken of. */
  readonly restore: (generation: ProfileGeneration) => Profile;
}

/** A bundle's history with the file that keeps it: read at once, written when it is asked for. */
export class KeptHistory<Profile> {
  /** What the file keeps beside the present profiles. */
  readonly earlier: readonly Profile[];
  private readonly path: string;
  private readonly history: BundleHistory;

  /** @throws if the file holds something else than this bundle's history */
  constructor({ who, path, name, present, keep = DEFAULT_GENERATIONS, restore }: KeptHistoryProps<Profile>) {
    if (!Number.isSafeInteger(keep) || keep < 1) {
      throw new Error(`${who} would keep ${keep} generations: give "generations" a whole number from 1 on, the present one included.`);
    }
    this.path = path;
    this.history = withPresent(readHistory(path, name), present, keep);
    this.earlier = earlierGenerations(this.history, present).map((generation) => restored(path, generation, restore));
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

function restored<Profile>(path: string, generation: ProfileGeneration, restore: (generation: ProfileGeneration) => Profile): Profile {
  try {
    return restore(generation);
  } catch (error) {
    throw new Error(`The history file ${JSON.stringify(path)} holds a generation that cannot be used: ${(error as Error).message}; `
      + `restore the file from version control, or delete ${generation.profile}.${generation.hash} from it.`);
  }
}
