import * as fc from 'fast-check';
import { JsonObject } from '../../src/manifests/json';
import { appliedBytes, DistributedProfile, oversizedProfiles, profileConfigMaps, SHARD_BYTES } from '../../src/manifests/profile-config-maps';

const PROPS = { name: 'shop', namespace: 'k8s-apparmor' };
const profile = (name: string, text: string): DistributedProfile => ({ name, loadedName: `k8s-apparmor.${name}.00000000`, text });
const nameOf = (map: JsonObject) => (map.metadata as { name: string }).name;
const dataOf = (map: JsonObject) => map.data as Record<string, string>;

/** What `kubectl apply` writes into its annotation: Go's JSON. */
function goJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

test('puts profiles into one immutable ConfigMap, named by its content', () => {
  const maps = profileConfigMaps([profile('b', 'B'), profile('a', 'A')], PROPS);
  expect(maps).toEqual([{
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: expect.stringMatching(/^shop-[0-9a-f]{10}$/), namespace: 'k8s-apparmor' },
    immutable: true,
    data: { 'k8s-apparmor.a.00000000': 'A', 'k8s-apparmor.b.00000000': 'B' },
  }]);
});

test('gives other content another name and the same content the same name in any order', () => {
  const [one] = profileConfigMaps([profile('a', 'A'), profile('b', 'B')], PROPS);
  const [turned] = profileConfigMaps([profile('b', 'B'), profile('a', 'A'), profile('a', 'A')], PROPS);
  const [other] = profileConfigMaps([profile('a', 'A'), profile('b', 'C')], PROPS);
  expect(nameOf(turned)).toBe(nameOf(one));
  expect(nameOf(other)).not.toBe(nameOf(one));
});

test('makes no ConfigMap for no profile', () => {
  expect(profileConfigMaps([], PROPS)).toEqual([]);
});

test('loses no profile and stays below what client-side apply takes, whatever the texts are', () => {
  const text = fc.tuple(fc.constantFrom('a', '<abi/3.0>\n', '"', '\u2028', 'ü'), fc.integer({ min: 1, max: 24_000 }))
    .map(([part, times]) => part.repeat(times));
  fc.assert(fc.property(fc.array(text, { maxLength: 12 }), (texts) => {
    const profiles = texts.map((one, index) => profile(`p${index}`, one)).filter((one) => oversizedProfiles([one]).length === 0);
    const maps = profileConfigMaps(profiles, PROPS);
    const together = Object.assign({}, ...maps.map(dataOf)) as Record<string, string>;
    expect(together).toEqual(Object.fromEntries(profiles.map((one) => [one.loadedName, one.text])));
    for (const map of maps) {
      expect(Buffer.byteLength(goJson(map))).toBeLessThan(256 * 1024);
      if (Object.keys(dataOf(map)).length > 1) expect(Buffer.byteLength(goJson(dataOf(map)))).toBeLessThanOrEqual(SHARD_BYTES + 2);
    }
  }), { numRuns: 60 });
});

test('counts bytes as kubectl writes them', () => {
  for (const text of ['', 'a\n\t"\\', '<abi/3.0>,', 'ü\u2028€']) expect(appliedBytes(text)).toBe(Buffer.byteLength(goJson(text)));
});

test('names a profile that no object holds, its size and what to do', () => {
  expect(oversizedProfiles([profile('web', 'x'.repeat(300_000)), profile('small', 'x')])).toEqual([
    'The profile "web" takes 300031 bytes in a ConfigMap, and one object holds at most 261120 under "kubectl apply", however many '
    + 'ConfigMaps there are: drop rules that a pattern covers, or split the profile by container.',
  ]);
});
