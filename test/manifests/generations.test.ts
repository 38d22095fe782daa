import * as fc from 'fast-check';
import { BundleHistory, earlierGenerations, ProfileGeneration, splitLoadedName, withPresent } from '../../src/manifests/generations';

const EMPTY: BundleHistory = { bundle: 'shop', profiles: [] };
const NAMES = ['p.a', 'p.b', 'p.c'];
const generation = (profile: string, content: number): ProfileGeneration => ({ profile, hash: String(content).padStart(8, '0'), text: `${profile} ${content}` });
const key = ({ profile, hash }: ProfileGeneration) => `${profile}.${hash}`;
const carried = (history: BundleHistory) => earlierGenerations(history, []).map(key).sort();

/** What a program holds after each of its changes: some of the profiles, each in one of a few contents. */
const states = fc.array(fc.tuple(...NAMES.map(() => fc.option(fc.nat(4)))), { maxLength: 25 })
  .map((rows) => rows.map((row) => row.flatMap((content, index) => (content === null ? [] : [generation(NAMES[index], content)]))));

test('keeps of each profile the contents that were used last, the present one first', () => {
  const contents = [1, 2, 3, 4];
  const history = contents.reduce((before, content) => withPresent(before, [generation('p.a', content)], 3), EMPTY);
  expect(history.profiles).toEqual([{ profile: 'p.a', generations: [4, 3, 2].map((content) => ({ hash: `0000000${content}`, text: `p.a ${content}` })) }]);
  expect(earlierGenerations(history, [generation('p.a', 4)]).map(key)).toEqual(['p.a.00000003', 'p.a.00000002']);
});

test('takes a content that comes back for the present one, and loses none of those before it', () => {
  const history = [1, 2, 3, 1, 4].reduce((before, content) => withPresent(before, [generation('p.a', content)], 3), EMPTY);
  expect(history.profiles[0].generations.map(({ hash }) => Number(hash))).toEqual([4, 1, 3]);
});

test('lets the contents of a profile that has left go, one with each change of the bundle', () => {
  let history = [1, 2, 3].reduce((before, content) => withPresent(before, [generation('p.a', content)], 3), EMPTY);
  const kept = [1, 1, 2, 3].map((content) => {
    history = withPresent(history, [generation('p.b', content)], 3);
    return carried(history).filter((name) => name.startsWith('p.a.'));
  });
  expect(kept).toEqual([['p.a.00000002', 'p.a.00000003'], ['p.a.00000002', 'p.a.00000003'], ['p.a.00000003'], []]);
});

test('keeps nothing of what has left where one generation is kept', () => {
  const history = withPresent(withPresent(EMPTY, [generation('p.a', 1)], 1), [generation('p.b', 1)], 1);
  expect(carried(history)).toEqual(['p.b.00000001']);
});

test('after any changes: what the last N distinct states of the bundle used is there, no more than N contents a profile, and nothing changes twice', () => {
  fc.assert(fc.property(states, fc.integer({ min: 1, max: 4 }), (changes, keep) => {
    let history = EMPTY;
    const distinct: ProfileGeneration[][] = [];
    for (const present of changes) {
      history = withPresent(history, present, keep);
      expect(withPresent(history, present, keep)).toEqual(history);
      const last = distinct[distinct.length - 1] ?? [];
      if (present.map(key).join() !== last.map(key).join()) distinct.push(present);
      const lately = new Set(distinct.slice(-keep).flat().map(key));
      expect(carried(history)).toEqual(expect.arrayContaining([...lately]));
      for (const { generations } of history.profiles) expect(generations.length).toBeLessThanOrEqual(keep);
      for (const one of earlierGenerations(history, [])) expect(one.text).toBe(`${one.profile} ${Number(one.hash)}`);
    }
  }), { numRuns: 300 });
});

test('does not depend on the order in which a program names its profiles', () => {
  fc.assert(fc.property(states, (changes) => {
    const run = (turned: boolean) => changes.reduce((before, present) => withPresent(before, turned ? [...present].reverse() : present, 3), EMPTY);
    expect(run(true)).toEqual(run(false));
  }), { numRuns: 100 });
});

test.each([
  ['k8s-apparmor.web.1a2b3c4d', { profile: 'k8s-apparmor.web', hash: '1a2b3c4d' }],
  ['my.own.web.v2.1a2b3c4d', { profile: 'my.own.web.v2', hash: '1a2b3c4d' }],
  ['web', undefined],
  ['.1a2b3c4d', undefined],
])('reads the name %s', (name, parts) => {
  expect(splitLoadedName(name)).toEqual(parts);
});
