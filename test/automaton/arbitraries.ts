import fc from 'fast-check';

const plain = fc.constantFrom('a', 'b', '/', '/', '.', '\\*', '\\{', '\\[');
const set = fc.tuple(fc.constantFrom('', '^'), fc.constantFrom('a', 'ab', 'b/', 'c')).map(([negated, members]) => `[${negated}${members}]`);

/** Well-formed patterns over few characters, so that random texts often match. */
export const patterns: fc.Arbitrary<string> = fc.letrec<{ pattern: string; group: string }>((tie) => ({
  pattern: fc.array(
    fc.oneof(
      { maxDepth: 2, depthIdentifier: 'group' }, // Deeper ones take the naive matcher, which tries every way, too long.
      { weight: 5, arbitrary: plain }, { weight: 3, arbitrary: fc.constantFrom('*', '**', '?', '***') },
      { weight: 1, arbitrary: set }, { weight: 1, arbitrary: tie('group') },
    ),
    { maxLength: 7 },
  ).map((parts) => parts.join('')),
  group: fc.array(tie('pattern'), { minLength: 2, maxLength: 3, depthIdentifier: 'group' }).map((arms) => `{${arms.join(',')}}`),
})).pattern.map((pattern) => `/${pattern}`);

export const texts: fc.Arbitrary<string> = fc.array(fc.constantFrom('a', 'b', 'c', '/', '/', '.', '*', '{'), { maxLength: 8 })
  .map((chars) => `/${chars.join('')}`);
