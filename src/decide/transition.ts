import type { Transition } from './verdict';
import { Automaton, parsePattern } from '../automaton';
import { expandVariables, type FlatProfile, type Policy } from '../language';
import type { Clause, Ground } from '../rules/match';

const GLOB = /[*?[{\\]/;

/** Finds the profile that an executed program gets, as far as the profiles of the same policy tell. */
export class Transitions {
  constructor(private readonly policy: Policy, private readonly profile: FlatProfile, private readonly ground: Ground) {}

  /** What an exec clause leads to for a program. */
  of({ exec }: Clause, path: string): Transition | undefined {
    if (exec === undefined) {
      return undefined;
    }
    const { mode, scrub } = exec;
    const target = this.target(mode, exec.target, path) ?? this.fallback(mode);
    return { mode, scrub, ...(target === undefined ? {} : { target }) };
  }

  private target(mode: string, named: string | undefined, path: string): string | undefined {
    switch (mode[0]) {
      case 'i': return this.ground.profileName;
      case 'u': return 'unconfined';
      case 'p': return named ?? nameOf(attached(this.policy.profiles, path));
      case 'c': return named === undefined ? nameOf(attached(this.profile.children, path)) : `${this.ground.profileName}//${named}`;
      default: return undefined;
    }
  }

  private fallback(mode: string): string | undefined {
    return mode.length < 3 ? undefined : mode[1] === 'i' ? this.ground.profileName : 'unconfined';
  }
}

function nameOf(profile: FlatProfile | undefined): string | undefined {
  if (profile === undefined) {
    return undefined;
  }
  const name = expandVariables(profile.fullName, profile.variables).pattern ?? profile.fullName;
  return profile.namespace === undefined ? name : `:${profile.namespace}:${name}`;
}

/** The profile whose attachment fits best: the longest text before its first glob. Two equally good ones: none. */
function attached(profiles: readonly FlatProfile[], path: string): FlatProfile | undefined {
  const fitting = profiles.flatMap((profile) => {
    const pattern = profile.attachment === undefined ? undefined : expandVariables(profile.attachment, profile.variables).pattern;
    return pattern !== undefined && matches(pattern, path) ? [{ profile, length: literalLength(pattern) }] : [];
  }).sort((one, other) => other.length - one.length);
  return fitting.length > 1 && fitting[0].length === fitting[1].length ? undefined : fitting[0]?.profile;
}

function matches(pattern: string, path: string): boolean {
  return new Automaton([parsePattern(pattern)], (matching) => matching.length > 0).match(path);
}

function literalLength(pattern: string): number {
  const glob = pattern.search(GLOB);
  return glob === -1 ? Infinity : glob;
}
