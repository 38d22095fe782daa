import type { Random } from './random';

/** Random file rules over few names, so that they overlap, and texts near the edges of their patterns. */
const SEGMENTS = ['a', 'b', 'ab', 'a.b', '*', '**', '?', 'a*', '*b', '**b', '[ab]', '[^a]', '[a-c]x', '{a,b}', '{a,*}', '{,b}c', '{a/b,c}', 'a?', '\\*', 'é', '[!a]', 'a,b'];
const LETTERS = ['r', 'w', 'a', 'k', 'l', 'm', 'rw', 'rk', 'ra', 'rwk', 'mr', 'rl', 'rwlkm'];
const GLOB_MODES = ['ix', 'px', 'Px', 'ux', 'Cx', 'pix', 'Pix', 'cux', 'PUx', 'px -> t1', 'Cx -> kid'];
const GLOB = /[*?^]/;

export interface RandomPolicyOptions {
  /** Whether to write priorities (parsers from 4.1 on). */
  readonly priorities: boolean;
  readonly prompt?: boolean;
}

export function randomPath(random: Random): string {
  const segments = random.list(1, 3, () => random.pick(SEGMENTS));
  return `/${segments.join(random.chance(85) ? '/' : '')}${random.chance(12) ? '/' : ''}`;
}

/** The rules of one profile's body, without its braces. */
export function randomRules(random: Random, { priorities }: RandomPolicyOptions): string[] {
  const globMode = random.pick(GLOB_MODES);
  const exact = new Set<string>();
  return random.list(1, 9, () => {
    const path = random.chance(3) ? `@{V}${randomPath(random)}` : randomPath(random);
    const qualifiers = qualifiersOf(random, priorities);
    const kind = random.below(100);
    if (kind < 6) {
      return `  ${qualifiers.text}link ${random.chance(40) ? 'subset ' : ''}${path} -> ${randomPath(random)},`;
    }
    const letters = random.chance(80) ? random.pick(LETTERS) : '';
    if (qualifiers.deny) {
      return `  ${qualifiers.text}${path} ${letters}${letters === '' || random.chance(25) ? 'x' : ''},`;
    }
    const exec = letters === '' || random.chance(25) ? execMode(random, path, globMode, exact) : '';
    return `  ${qualifiers.text}${path} ${letters}${exec === '' && letters === '' ? 'r' : exec},`;
  });
}

function qualifiersOf(random: Random, priorities: boolean): { text: string; deny: boolean } {
  const deny = random.chance(22);
  const words = [
    priorities && random.chance(12) ? `priority=${random.below(3) - 1}` : '',
    random.chance(20) ? 'audit' : '',
    deny ? 'deny' : '',
    random.chance(18) ? 'owner' : random.chance(6) ? 'other' : '',
  ];
  return { text: words.filter((word) => word !== '').map((word) => `${word} `).join(''), deny };
}

/** Globs of one profile share a mode, exact paths have their own: most such texts have no conflict. */
function execMode(random: Random, path: string, globMode: string, exact: Set<string>): string {
  if (GLOB.test(path) || exact.size > 0) {
    return GLOB.test(path) ? globMode : '';
  }
  exact.add(path);
  return random.pick(GLOB_MODES);
}

/** Texts that a pattern nearly matches, or matches. */
export function nearbyPaths(random: Random, pattern: string, count: number): string[] {
  return Array.from({ length: count }, () => {
    let text = instance(random, pattern);
    for (let change = random.below(3); change > 0; change--) {
      const at = 1 + random.below(Math.max(1, text.length - 1));
      const char = random.pick(['a', 'b', '/', 'c', 'x', '', '', 'é', '*', '/a']);
      text = text.slice(0, at) + char + text.slice(at + random.below(2));
    }
    return text.startsWith('/') ? text : `/${text}`;
  });
}

/** One text that the pattern matches, for most patterns. */
function instance(random: Random, pattern: string): string {
  let text = pattern;
  for (let rounds = 0; /\{[^{}]*,[^{}]*\}/.test(text) && rounds < 60; rounds++) {
    text = text.replace(/\{([^{}]*,[^{}]*)\}/, (_group, arms: string) => random.pick(arms.split(',')));
  }
  return text
    .replace(/\\(.)/g, '$1')
    .replace(/\[\^?([^\]])[^\]]*\]/g, (set, first: string) => (set[1] === '^' ? random.pick(['x', 'b', '/']) : first))
    .replace(/\*\*/g, () => random.pick(['a', 'a/b', 'ab/c/', '', 'x/a']))
    .replace(/\*/g, () => random.pick(['a', 'ab', '', 'b', 'x.b']))
    .replace(/\?/g, () => random.pick(['a', 'b', 'x']));
}
