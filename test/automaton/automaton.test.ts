import fc from 'fast-check';
import { patterns, texts } from './arbitraries';
import { naiveMatch } from './naive';
import { alternatives, Automaton, type Expression, LimitError, literal, NEVER, parsePattern, sequence } from '../../src/automaton';

const build = (all: readonly string[]) => new Automaton(all.map((pattern) => parsePattern(pattern)), (matching) => matching);

test('many patterns in one automaton match as each does alone, by the naive reading', () => {
  fc.assert(fc.property(fc.array(patterns, { minLength: 1, maxLength: 6 }), fc.array(texts, { minLength: 1, maxLength: 12 }), (all, some) => {
    const automaton = build(all);
    for (const text of some) {
      expect(automaton.match(text)).toEqual(all.flatMap((pattern, index) => (naiveMatch(pattern, text) ? [index] : [])));
    }
  }), { numRuns: 800 });
});

test('every pattern with its own text finds it among a thousand', () => {
  const automaton = build(Array.from({ length: 1000 }, (_, index) => `/srv/${index}/**`));
  for (let index = 0; index < 1000; index++) {
    expect(automaton.match(`/srv/${index}/x`)).toEqual([index]);
  }
  expect(automaton.match('/srv/1000/x')).toEqual([]);
});

test('bytes and text give the same', () => {
  const automaton = build(['/é?', '/[^a]']);
  expect(automaton.match('/éa')).toEqual([0]);
  expect(automaton.matchBytes(Buffer.from('/éa'))).toEqual([0]);
});

describe('texts with one way to go', () => {
  const all = ['/srv/é/config', '/srv/ç/config.d/x', '/usr/lib/a?c', '/usr/lib/abcd', '/var/x{,yz}'];
  const cases: ReadonlyArray<readonly [text: string, matching: readonly number[]]> = [
    ['/srv/é/config', [0]], ['/srv/é/confi', []], ['/srv/é/configs', []], ['/srv/ç/config', []], ['/srv/ç/config.d/x', [1]],
    ['/srv/è/config', []], ['/usr/lib/abc', [2]], ['/usr/lib/aéc', []], ['/usr/lib/abcd', [3]], ['/usr/lib/abcé', []], ['/var/x', [4]],
    ['/var/xyz', [4]], ['/var/xy', []], ['/var/xyzz', []], ['/srv', []], ['', []], ['é', []],
  ];

  test.each(cases)('%s', (text, matching) => {
    const [automaton, warm] = [build(all), build(all)];
    cases.forEach(([other]) => warm.match(other));
    expect([automaton.match(text), warm.match(text), warm.matchBytes(Buffer.from(text))]).toEqual([matching, matching, matching]);
  });

  test('their ends are forgotten with all states', () => {
    const long = Array.from({ length: 60 }, (_, index) => `/**${index % 7}/literal/text/${index}/**`);
    const limits = { cells: 400, members: 5000, work: 1e9 };
    const automaton = new Automaton([...all, ...long].map((pattern) => parsePattern(pattern)), (matching) => matching, limits);
    const fresh = build([...all, ...long]);
    const some = [...cases.map(([text]) => text), ...long.map((_, index) => `/a${index % 7}/literal/text/${index}/b`)];
    for (const text of [...some, ...some.reverse()]) {
      expect(automaton.match(text)).toEqual(fresh.match(text));
    }
  });
});

test('the result of a set of patterns is made once', () => {
  const summarise = jest.fn((matching: readonly number[]) => matching.join());
  const automaton = new Automaton([parsePattern('/a*')], summarise);
  ['/a', '/ab', '/abc', '/b'].forEach((text) => automaton.match(text));
  expect(summarise.mock.calls).toEqual([[[]], [[0]]]);
});

test('an expression that never matches does not, and the empty one matches the empty text', () => {
  const automaton = new Automaton([NEVER, sequence()], (matching) => matching);
  expect(automaton.match('')).toEqual([1]);
  expect(automaton.match('a')).toEqual([]);
});

describe('hostile patterns end in an answer or in a limit', () => {
  test('a pattern whose full automaton has 2^40 states answers for a text at once', () => {
    const pattern = `/**a${'?'.repeat(40)}`;
    expect(build([pattern]).match(`/${'a'.repeat(3000)}`)).toEqual([0]);
    expect(build([pattern]).match(`/${'ab'.repeat(2000)}b`)).toEqual(naiveEnd('ab'.repeat(2000) + 'b') ? [0] : []);
  });

  test('states are forgotten and made again without a wrong answer', () => {
    const limits = { cells: 2000, members: 5000, work: 1e9 };
    const automaton = new Automaton([parsePattern(`/**a${'?'.repeat(30)}`)], (matching) => matching, limits);
    const random = fc.sample(fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 2000, maxLength: 2000 }), { numRuns: 10, seed: 7 });
    for (const text of random) {
      expect(automaton.match(`/${text}`)).toEqual(text.at(-31) === 'a' ? [0] : []);
    }
  });

  test('too many parts are refused', () => {
    const wide: Expression = alternatives(...Array.from({ length: 1000 }, () => literal('a'.repeat(3000))));
    expect(() => new Automaton([wide], () => 0)).toThrow(LimitError);
    expect(() => new Automaton([wide], () => 0)).toThrow('the patterns have more than 2097152 parts together');
  });

  test('a text that needs too much work is refused', () => {
    const patterns40 = Array.from({ length: 40 }, (_, index) => parsePattern(`/**a${'?'.repeat(400 + index)}`));
    const automaton = new Automaton(patterns40, (matching) => matching, { cells: 1e6, members: 1e6, work: 100_000 });
    const [text] = fc.sample(fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 500, maxLength: 500 }), { numRuns: 1, seed: 7 });
    expect(() => automaton.match(`/${text}`)).toThrow('matching needs more than 100000 steps');
  });
});

function naiveEnd(text: string): boolean {
  return text.at(-41) === 'a';
}
