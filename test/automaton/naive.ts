/**
 * A second reading of the globs of apparmor.d(5), slow and simple, to judge the automaton by: tries every way to split
 * the text. Takes well-formed patterns of ASCII characters only.
 */
export function naiveMatch(pattern: string, text: string): boolean {
  return rest(tokens(pattern), text);
}

type Token = { one: (char: string) => boolean } | { many: (char: string) => boolean } | { arms: Token[][] };

const notSlash = (char: string) => char !== '/' && char !== '\0';
const notNul = (char: string) => char !== '\0';

function rest(pattern: Token[], text: string): boolean {
  if (pattern.length === 0) {
    return text === '';
  }
  const [first, ...others] = pattern;
  if ('one' in first) {
    return text !== '' && first.one(text[0]) && rest(others, text.slice(1));
  }
  if ('many' in first) {
    return rest(others, text) || (text !== '' && first.many(text[0]) && rest(pattern, text.slice(1)));
  }
  return first.arms.some((arm) => rest([...arm, ...others], text));
}

function tokens(pattern: string): Token[] {
  const out: Token[] = [];
  let literalSlash = false;
  for (let at = 0; at < pattern.length;) {
    const char = pattern[at];
    const afterSlash = literalSlash;
    literalSlash = false;
    if (char === '*') {
      const wide = pattern[at + 1] === '*';
      const behind = pattern.slice(at).replace(/^\*+/, '');
      if (afterSlash && (behind === '' || behind[0] === '/')) {
        out.push({ one: notSlash });
      }
      out.push({ many: wide ? notNul : notSlash });
      at += wide ? 2 : 1;
    } else if (char === '?') {
      out.push({ one: notSlash });
      at++;
    } else if (char === '[') {
      const end = pattern.indexOf(']', at);
      const inside = pattern.slice(at + 1, end);
      const negated = inside[0] === '^';
      const members = inside.slice(negated ? 1 : 0);
      out.push({ one: (byte) => members.includes(byte) !== negated });
      at = end + 1;
    } else if (char === '{') {
      const end = closing(pattern, at);
      out.push({ arms: split(pattern.slice(at + 1, end)).map(armTokens) });
      at = end + 1;
    } else {
      const meant = char === '\\' ? pattern[at + 1] : char;
      out.push({ one: (byte) => byte === meant });
      literalSlash = meant === '/';
      at += char === '\\' ? 2 : 1;
    }
  }
  return out;
}

/** Inside a group a star at the end of an arm is followed by `,` or `}`, not by the end. */
function armTokens(arm: string): Token[] {
  const marked = tokens(`${arm},`);
  return marked.slice(0, -1);
}

function closing(pattern: string, open: number): number {
  let depth = 0;
  for (let at = open; ; at++) {
    if (pattern[at] === '\\') {
      at++;
    } else if (pattern[at] === '{') {
      depth++;
    } else if (pattern[at] === '}' && --depth === 0) {
      return at;
    }
  }
}

function split(inside: string): string[] {
  const arms = [''];
  let depth = 0;
  for (let at = 0; at < inside.length; at++) {
    const char = inside[at];
    depth += char === '{' ? 1 : char === '}' ? -1 : 0;
    if (char === ',' && depth === 0) {
      arms.push('');
    } else {
      arms[arms.length - 1] += char === '\\' ? char + inside[++at] : char;
    }
  }
  return arms;
}
