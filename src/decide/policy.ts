import { type Diagnostic, hasErrors } from '../diagnostics';
import { type FlatProfile, parseProfileText, resolve, type ResolveOptions } from '../language';
import { Decider, type DecideOptions } from './decide';
import { DISK } from '../language/disk';
import { loadText } from '../language/include-files';

/** A policy that is ready to be asked. */
export interface DecidablePolicy {
  readonly profiles: readonly FlatProfile[];
  /** All that is wrong with the text; with errors among them no profile can be decided upon. */
  readonly diagnostics: readonly Diagnostic[];
  /** Answers for one profile. Each call makes a new one: keep it. */
  decider(profile: FlatProfile): Decider;
}

export type PolicyOptions = Omit<ResolveOptions, 'features'> & Pick<DecideOptions, 'features'> & { readonly fileName?: string };

/** Reads a policy with all that it includes, and the features that its `abi` declaration names. */
export function decidablePolicy(text: string, options: PolicyOptions = {}): DecidablePolicy {
  const { fileName, features, ...resolving } = options;
  const { tree, diagnostics } = parseProfileText(text, { fileName, parser: options.parser });
  const policy = resolve(tree, resolving);
  const abi = policy.abiFile === undefined ? undefined : loadText(options.files ?? DISK, policy.abiFile).text;
  return {
    profiles: policy.profiles,
    diagnostics: hasErrors(diagnostics) ? diagnostics : [...diagnostics, ...policy.diagnostics],
    decider: (profile) => new Decider(policy, profile, { features, abi, parser: options.parser }),
  };
}

/** Every profile of a policy, children and hats behind their parents. */
export function allProfiles(profiles: readonly FlatProfile[]): readonly FlatProfile[] {
  return profiles.flatMap((profile) => [profile, ...allProfiles(profile.children)]);
}
