import type { Fault } from './cursor';
import { type Features, parseFeatures } from './features';
import type { ChangeProfileRule } from '../rules/change-profile';
import type { FileRule } from '../rules/file';

/** A word's references, and the fault that its pattern has whatever the variables are. */
export interface WordFacts {
  readonly names: readonly string[];
  readonly fault?: Fault;
}

/** What is known of a rule where variables have these values. */
export interface RuleFacts {
  /** Of the variables, see `Memory.state`; undefined: whatever they are. */
  readonly state: number | undefined;
  readonly fault?: Fault;
}

/** A rule that is compared with the others of its profile. */
export interface Notable {
  readonly rule: FileRule | ChangeProfileRule;
  /** Of the programs that the rule starts, with variables expanded. */
  readonly pattern?: string;
}

/** What is known of rules without a fault where variables have these values and these features are in force. */
export interface PartFacts {
  readonly state: number;
  readonly features: readonly Features[];
  readonly notable: readonly Notable[];
}

/** What many texts share, beside the files that they include: everything that does not depend on a single text. */
export class Memory {
  readonly words = new Map<string, WordFacts>();
  readonly rules = new WeakMap<object, RuleFacts>();
  readonly parts = new WeakMap<object, PartFacts>();
  private readonly features = new Map<string, Features>();
  private readonly steps = new WeakMap<object, Map<number, number>>();
  private states = 0;

  /**
   * A number for the values of all variables behind an assignment: two texts that made the same assignments (those of the same
   * included files) in the same order get the same one.
   */
  state(before: number, assignment: object): number {
    let next = this.steps.get(assignment);
    if (next === undefined) {
      next = new Map();
      this.steps.set(assignment, next);
    }
    let state = next.get(before);
    if (state === undefined) {
      state = ++this.states;
      next.set(before, state);
    }
    return state;
  }

  /** The features of a text in the features file format, read once. */
  featuresOf(text: string): Features {
    const features = this.features.get(text) ?? parseFeatures(text);
    this.features.set(text, features);
    return features;
  }
}
