import type { CommonFeatures } from './features';
import { expandVariables, type FlatProfile, type ParserGeneration, patternsOfAliases, type Policy } from '../language';
import { AccessError, collapseSlashes, type Ground } from '../rules/match';

const ORDER: readonly ParserGeneration[] = ['3.0', '4.1', '5.0'];

/** What the rules of one profile stand on. */
export function groundOf(policy: Policy, profile: FlatProfile, features: CommonFeatures, parser: ParserGeneration): Ground {
  const expand = (word: string): string => {
    const { pattern, fault } = expandVariables(word, profile.variables);
    if (fault !== undefined) {
      throw new AccessError(`the profile '${profile.fullName}' cannot be decided upon: ${fault.message}`);
    }
    return pattern;
  };
  return {
    profileName: expand(profile.fullName),
    parser,
    has: (feature) => features.has(feature),
    lists: (feature, word) => features.lists(feature, word),
    kernelLists: (feature, word) => features.kernelLists(feature, word),
    atLeast: (generation) => ORDER.indexOf(parser) >= ORDER.indexOf(generation),
    expand,
    paths: (word) => patternsOfAliases(expand(word), policy.aliases).map(collapseSlashes),
    pathPairs: (one, other) => pairs(expand(one), expand(other), policy.aliases),
  };
}

/** An alias gives a link rule one copy, with both paths rewritten where they begin with its prefix. */
function pairs(one: string, other: string, aliases: Policy['aliases']): ReadonlyArray<readonly [string, string]> {
  const copies = aliases.filter(({ from }) => one.startsWith(from) || other.startsWith(from))
    .map(({ from, to }) => [rewritten(one, from, to), rewritten(other, from, to)]);
  return [[one, other], ...copies].map(([path, target]) => [collapseSlashes(path), collapseSlashes(target)] as const);
}

function rewritten(pattern: string, from: string, to: string): string {
  return pattern.startsWith(from) ? to + pattern.slice(from.length) : pattern;
}
