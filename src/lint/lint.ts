import type { Place } from '../diagnostics';
import type { Subject } from './subject';
import type { Node } from '../rules/rule';

/** How bad a finding is: an `error` opens the confinement, a `warning` probably does, a `note` is for reviewers. */
export type Level = 'error' | 'warning' | 'note';

/** `recommended` lints always run; `strict` ones where they are asked for. */
export type Preset = 'recommended' | 'strict';

export const LEVELS: readonly Level[] = ['error', 'warning', 'note'];

/** Says that something is wrong at a node, or at a place of the text. The help defaults to the lint's better way. */
export type Report = (at: Node | Place, message: string, help?: string) => void;

/** One thing that no compiler refuses and that reviewers want to know. One file each; its page in docs/lints is made from it. */
export interface Lint {
  /** The file's name; findings and suppressions go by it. Never renamed. */
  readonly id: string;
  readonly level: Level;
  readonly preset: Preset;
  /** What it finds, one sentence. */
  readonly summary: string;
  /** Why that is bad. */
  readonly reason: string;
  /** What to do instead, as an imperative without a capital: it ends findings. */
  readonly better: string;
  /** When it is right to do it all the same. */
  readonly exceptions: string;
  /** A whole text in which it fires. */
  readonly wrong: string;
  /** The same, written better: it does not fire. */
  readonly right: string;
  /** Findings in included files do not count: other profiles may need what this one does not. */
  readonly ownOnly?: true;
  check(subject: Subject, report: Report): void;
}

/** What a lint found. Plain data. */
export interface Finding extends Place {
  readonly id: string;
  readonly level: Level;
  /** What is wrong, with the value. */
  readonly message: string;
  /** What to write instead; may be empty. */
  readonly help: string;
}

/** An example for a lint's page: these lines in a profile with a pinned abi. */
export function inProfile(...lines: readonly string[]): string {
  return `abi <abi/3.0>,\n\nprofile web {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`;
}
