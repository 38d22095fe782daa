import { patternFault } from '../../src/language/patterns';

test.each(['/a', '/a{b,c}', '/a{,b}', '/a{b,{c,d}}', '/[ab]', '/[^a]', '/[-b]', '/[z-a]', '/[{,}]', '/[\\]]', '/a\\{', '/a^', '/[[]'])('%s is a pattern', (pattern) => {
  expect(patternFault(pattern)).toBeUndefined();
});

test.each([
  ['/a{b', 'has a "{" without its "}"'], ['/a}', 'has a "}" without its "{"'], ['/a{b}', 'has a group without a comma'],
  ['/a{}', 'has a group without a comma'], ['/a{b,{c}}', 'has a group without a comma'], ['/a[', 'has a "[" without its "]"'],
  ['/a]', 'has a "]" without its "["'], ['/a[]', 'has an empty class'], ['/a[]b]', 'has an empty class'], ['/a[^]', 'has an empty class'],
  ['/a[b-]', 'has a class that ends in "-"'], ['/a\\', 'ends in a backslash'],
])('%s is none: it %s', (pattern, what) => {
  expect(patternFault(pattern)?.message).toBe(`the pattern "${pattern}" ${what}`);
});

test('groups are nested 49 deep at most', () => {
  const nested = (depth: number) => `/${'{a,'.repeat(depth)}b${'}'.repeat(depth)}`;
  expect(patternFault(nested(49))).toBeUndefined();
  expect(patternFault(nested(50))?.message).toMatch('nests groups more than 49 deep');
});
