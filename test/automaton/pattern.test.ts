import { Automaton, isExact, LimitError, parsePattern, PatternError } from '../../src/automaton';

const matches = (pattern: string, text: string, options = {}) =>
  new Automaton([parsePattern(pattern, options)], (matching) => matching.length > 0).match(text);

describe('a pattern matches as apparmor.d(5) says', () => {
  test.each([
    ['/a/*', '/a/b', true], ['/a/*', '/a/', false], ['/a/*', '/a/b/', false], ['/a/*b', '/a/b', true], ['/a/*/c', '/a//c', false],
    ['/a/**', '/a/b/c', true], ['/a/**', '/a/', false], ['/a/**', '/a//x', false], ['/a/**', '/a/b/', true], ['/a**', '/a', true],
    ['/a/***', '/a/b/c', true], ['/a/***', '/a/', false],
    ['/a/{*,b}', '/a/', true], ['/a{,/**}', '/a/', true], ['/a{,/**}', '/a', true], ['/a/{,**}', '/a/', true], ['/a/{,**}', '/a/b/c', true],
    ['/?', '/a', true], ['/?', '//', false], ['/?', '/é', false], ['/??', '/é', true], ['/[é]', '/é', false], ['/[é][é]', '/é', true],
    ['/[a-c]', '/b', true], ['/[z-a]', '/m', true], ['/[-a]', '/-', true], ['/[a\\-c]', '/b', true], ['/[^ab]', '/c', true], ['/[^ab]', '//', true],
    ['/[,{}]', '/{', true], ['/[\\]]', '/]', true], ['/[!a]', '/!', true], ['/{a,b{c,d}}', '/bd', true], ['/{a,b{c,d}}', '/b', false],
    ['/a.b+c$^(|)', '/a.b+c$^(|)', true], ['/a.b', '/axb', false], ['/\\*', '/*', true], ['/\\*', '/a', false], ['/a\\b', '/ab', true],
    ['/a,b', '/a,b', true], ['/a\\{b', '/a{b', true], ['/a/\\**', '/a/*x', true],
  ])('%s on %s: %s', (pattern, text, expected) => expect(matches(pattern, text)).toBe(expected));

  test('a lone byte, kept as a lone surrogate, is that byte', () => {
    expect(matches('/\udcff', '/\udcff')).toBe(true);
    expect(matches('/?', '/\udcff')).toBe(true);
    expect(matches('/??', '/\udcff')).toBe(false);
  });

  test('NUL is taken by stars only where the user says so', () => {
    expect(matches('@a*', '@a\0b')).toBe(false);
    expect(matches('@a*', '@a\0b', { nul: true })).toBe(true);
    expect(matches('@a\\000b', '@a\0b', { nul: true })).toBe(true);
  });
});

describe('a malformed pattern names its fault and its place', () => {
  test.each([
    ['/a{b', 2, 'the group opened by `{` is not closed; write `\\{` for the character itself'],
    ['/a{b}', 2, 'the group in `{…}` has only one choice; separate choices by commas'],
    ['/a{}', 2, 'the group in `{…}` has only one choice; separate choices by commas'],
    ['/a}', 2, '`}` closes no group; write `\\}` for the character itself'],
    ['/a]', 2, '`]` closes no set; write `\\]` for the character itself'],
    ['/a[b', 2, 'the set opened by `[` is not closed; write `\\[` for the character itself'],
    ['/a[]', 2, 'the set in `[…]` is empty; write `\\]` for the character itself'],
    ['/a[b-]', 2, 'a range in `[…]` lacks an end; a `-` for itself stands first in the set'],
    ['/a[b-c-d]', 2, 'a range in `[…]` lacks an end; a `-` for itself stands first in the set'],
    ['/a[*]', 3, '`*` in `[…]` is not taken for itself by parsers; write `\\*`'],
    ['/a\\', 2, 'a backslash stands at the end; write `\\\\` for the character itself'],
    [`/${'{a,'.repeat(50)}${'}'.repeat(50)}`, 148, 'groups are nested deeper than the 49 that parsers follow'],
  ])('%s', (pattern, offset, message) => {
    expect(() => parsePattern(pattern)).toThrow(expect.objectContaining({ message, offset }));
    expect(() => parsePattern(pattern)).toThrow(PatternError);
  });

  test('an endless one is refused by its length', () => {
    expect(() => parsePattern('/' + 'a'.repeat(300_000))).toThrow(LimitError);
    expect(() => parsePattern('/' + 'a'.repeat(300_000))).toThrow('has 300001 characters; at most 262144 are read');
  });
});

test.each([
  ['/a{b,c}', true, true], ['/[ab]', true, false], ['/[^ab]', false, false], ['/*', false, false], ['/a?', false, false], ['/a', true, true],
])('%s is exact: %s, for 3.0: %s', (pattern, newer, older) => {
  expect(isExact(parsePattern(pattern))).toBe(newer);
  expect(isExact(parsePattern(pattern), false)).toBe(older);
});
