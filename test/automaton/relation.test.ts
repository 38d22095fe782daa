import fc from 'fast-check';
import { patterns, texts } from './arbitraries';
import { naiveMatch } from './naive';
import { LimitError, matchingSets, patternCovers, patternsOverlap } from '../../src/automaton';

test.each([
  ['/a/**', '/a/*', true], ['/a/*', '/a/**', false], ['/**', '/a/*/b', true], ['/{a,b}', '/a', true], ['/a', '/{a,b}', false],
  ['/[a-z]', '/{a,q,z}', true], ['/a/{,**}', '/a/**', true], ['/a/**', '/a/{,**}', false], ['/[^a]', '/?', false], ['/{?,a}', '/?', true],
])('%s covers %s: %s', (wide, narrow, expected) => expect(patternCovers(wide, narrow)).toBe(expected));

test.each([
  ['/a*', '/*b', true], ['/a?', '/ab', true], ['/a/*', '/a/', false], ['/{a,b}', '/{c,d}', false], ['/**/x', '/y/**', true], ['/a*', '/b*', false],
])('%s overlaps %s: %s', (one, other, expected) => {
  expect(patternsOverlap(one, other)).toBe(expected);
  expect(patternsOverlap(other, one)).toBe(expected);
});

test('what covers matches all that is covered, and overlapping is seen in texts', () => {
  fc.assert(fc.property(patterns, patterns, fc.array(texts, { minLength: 20, maxLength: 20 }), (one, other, some) => {
    const covers = patternCovers(one, other);
    const overlap = patternsOverlap(one, other);
    for (const text of some) {
      const [byOne, byOther] = [naiveMatch(one, text), naiveMatch(other, text)];
      expect(covers && byOther && !byOne).toBe(false);
      expect(!overlap && byOther && byOne).toBe(false);
    }
  }), { numRuns: 2000 });
});

test('covering is reflexive and transitive and bounded by an alternation', () => {
  fc.assert(fc.property(patterns, patterns, (one, other) => {
    const both = `{${one},${other}}`;
    // A star at the end of an arm may match nothing, so the alternation can only be wider.
    expect(patternCovers(one, one) && patternCovers(both, one) && patternCovers(both, other)).toBe(true);
    expect(patternCovers(`{${both},/zz}`, one)).toBe(true);
  }), { numRuns: 500 });
});

test('the sets of patterns that one text can match are all found', () => {
  const found = [...matchingSets(['/a*', '/*b', '/c'])].map((set) => set.join('+')).sort();
  expect(found).toEqual(['', '0', '0+1', '1', '2']);
});

test('patterns that are too hard to compare end in a limit', () => {
  expect(() => patternCovers(`/**b${'?'.repeat(30)}`, `/**a${'?'.repeat(30)}`)).toThrow(LimitError);
  expect(() => patternsOverlap(`/**b${'?'.repeat(40)}[c]`, `/**a${'?'.repeat(40)}[^c]`)).toThrow('the patterns need more than 20000 states to be compared');
});
