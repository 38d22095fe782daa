import fc from 'fast-check';

/** What has a meaning in profiles, in patterns, in TypeScript or on a terminal. */
const SPECIAL = [
  '*', '**', '?', '[', ']', '[a-z]', '{', '}', '{a,b}', '^', '\\', '\\\\', '"', '\'', ',', ', ', '#', '@{HOME}', '@', '$', '!', '(', ')', '=',
  '->', ':', '&', '//&', ' ', '\n', '\t',
  '\u202e', '\u200b', '\u009b', '\u2028', '\u001b[2J', 'é', '😀', '`', '${x}', ';', '<', '../', '..',
];
const PLAIN = ['a', 'b', 'x1', 'data', '.conf', '-', '_'];
const piece = fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...SPECIAL) }, { weight: 3, arbitrary: fc.constantFrom(...PLAIN) });
export const hostileText = fc.array(piece, { minLength: 1, maxLength: 6 })
  .map((parts) => parts.join(''));
/** Of a path. */
export const hostileComponent = hostileText.map((name) => name.replaceAll('/', '_'));
export const hostilePath = fc.array(hostileComponent, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join('/')}`);

/** Names that a pattern in the place of this one would let through, and the name itself does not. */
export function neighbours(name: string): string[] {
  const end = name.endsWith('/') ? name.slice(0, -1) : name;
  const changed = [...name].flatMap((character, at) => (character === '/' ? [] : ['q', 'a', '']
    .map((other) => [...name].map((one, index) => (index === at ? other : one)).join(''))));
  return [...changed, `${name}q`, `${end}/q`, `${end},`, name.slice(0, -1)].filter((other) => other !== name && !other.includes('//') && /^\/[^/]/.test(other));
}
