import { describeRange, emissionFor, parseReleaseRange } from '../../src/manifests/kubernetes-versions';

test.each([
  ['>=1.30', '>=1.30', 'fields'],
  ['1.30', '1.30', 'fields'],
  ['v1.33.13', '1.33', 'fields'],
  ['>1.29', '>=1.30', 'fields'],
  ['<=1.29', '1.4 - 1.29', 'annotations'],
  ['<1.30', '1.4 - 1.29', 'annotations'],
  ['1.28 - 1.31', '1.28 - 1.31', 'annotations'],
  ['>= 1.28 <1.31', '1.28 - 1.30', 'annotations'],
  ['>=1.31 <=1.37', '1.31 - 1.37', 'fields'],
  ['1.30.x', '1.30', 'fields'],
])('reads %s as %s and names profiles by %s', (text, range, emission) => {
  const read = parseReleaseRange(text);
  expect(describeRange(read)).toBe(range);
  expect(emissionFor(read)).toBe(emission);
});

const WAYS = 'write ">=1.30", "<=1.29", "1.28 - 1.31", ">=1.28 <1.31" or a single release such as "1.30".';

test.each([
  ['latest', `"latest" in "latest" is no Kubernetes version: ${WAYS}`],
  ['', `"" names no Kubernetes version: ${WAYS}`],
  ['1.31 - 1.30', '"1.31 - 1.30" is an empty range of Kubernetes versions: its newest release is older than its oldest.'],
  ['>=1.3', '">=1.3" reaches below Kubernetes 1.4, the first release with AppArmor: begin the range there or later.'],
])('refuses %p with a way out', (text, message) => {
  expect(() => parseReleaseRange(text)).toThrow(message);
});
