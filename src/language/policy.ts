import type { Diagnostic } from '../diagnostics';
import type { Profile } from './tree';
import type { AccessRule } from '../rules/registry';

/** The mode of a profile; `enforce` where no flag says otherwise. */
export type ProfileMode = 'enforce' | 'complain' | 'kill' | 'unconfined' | 'prompt' | 'default_allow';

/** Declared values of every set variable, as written (they may refer to others); `@{}` is not part of the name. */
export type Variables = ReadonlyMap<string, readonly string[]>;

/** A profile as the kernel gets it: includes read, conditions decided, blocks dissolved. */
export interface FlatProfile {
  /** Own name, variables unexpanded. */
  readonly name: string;
  /** With the names of its parents: `parent//child`. */
  readonly fullName: string;
  readonly namespace?: string;
  /** Pattern of programs, variables unexpanded; a name that is a path is an attachment, too. */
  readonly attachment?: string;
  readonly hat: boolean;
  readonly mode: ProfileMode;
  /** All flags as written, without the mode. */
  readonly flags: readonly string[];
  /** In the order of the text; `layout.source` tells the file each came from. What every profile gets unasked is not among them. */
  readonly rules: readonly AccessRule[];
  readonly children: readonly FlatProfile[];
  /** Global variables and, in front of them, the built-in ones of this profile. */
  readonly variables: Variables;
  readonly node: Profile;
}

/** One text with everything it includes. */
export interface Policy {
  readonly profiles: readonly FlatProfile[];
  readonly aliases: readonly { readonly from: string; readonly to: string }[];
  /** The first `abi` declaration as written, without brackets: `abi/4.0`. */
  readonly abi?: string;
  /** Path of the features file that the declaration names, where it was found. */
  readonly abiFile?: string;
  readonly variables: Variables;
  readonly diagnostics: readonly Diagnostic[];
}
