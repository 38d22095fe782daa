import * as fc from 'fast-check';
import { AppArmorProfile, ProfileMode, profileOfGeneration, Rule } from '../../src/profile';

const plain = (profile: AppArmorProfile) => profile.loadedName.replace(/\.[0-9a-f]{8}$/, '');
const hash = (profile: AppArmorProfile) => profile.loadedName.slice(-8);
const again = (profile: AppArmorProfile, text = profile.toText()) => profileOfGeneration(plain(profile), hash(profile), text);

const shown = (profile: AppArmorProfile) => [profile.loadedName, profile.toText(), profile.mode, profile.loadedNames()];

const words = fc.stringMatching(/^[a-z]{1,8}$/);
const rules = fc.oneof(
  fc.tuple(words, words).map(([one, other]) => Rule.read(`/${one}/${other}/**`)),
  words.map((name) => Rule.signal({ peer: `k8s-apparmor.${name}` })),
  fc.constant(Rule.signal({ peer: '@{profile_name}' })),
  fc.constant(Rule.ptrace({ peer: 'k8s-apparmor.web' })),
  words.map((why) => Rule.capability('chown').because(why)),
);

test('a typed profile of an earlier generation comes back as it was', () => {
  const modes = fc.constantFrom(...Object.values(ProfileMode));
  const prefixes = fc.stringMatching(/^[a-z][a-z.]{0,9}[a-z]$/);
  fc.assert(fc.property(fc.array(rules, { maxLength: 8 }), modes, prefixes, (some, mode, prefix) => {
    const profile = new AppArmorProfile({ name: 'web', rules: some, mode, prefix });
    const back = again(profile);
    expect(shown(back)).toEqual(shown(profile));
  }), { numRuns: 60 });
});

test('a profile that its author wrote comes back as it was, children and peers of its own name included', () => {
  const profile = AppArmorProfile.fromText([
    '# ours', 'include <tunables/global>', 'profile web flags=(complain) {', '  include <abstractions/base>', '  signal peer=web,', '  signal peer=web//child,',
    '  ptrace peer={web,other},', '  /bin/sh cx -> child,  # shell', '  profile child { /bin/sh r, }', '}', '',
  ].join('\n'));
  const back = again(profile);
  expect(shown(back)).toEqual(shown(profile));
  expect(back.mode).toBe('complain');
});

test('a prefix and a name of full length, with dots, are found again', () => {
  const profile = new AppArmorProfile({ name: `${'n'.repeat(30)}.${'n'.repeat(32)}`, prefix: `${'p'.repeat(30)}.${'p'.repeat(32)}`, rules: [] });
  expect(again(profile).loadedName).toBe(profile.loadedName);
});

const web = new AppArmorProfile({ name: 'web', rules: [Rule.read('/srv/**')] });

test.each<[string, string, string]>([
  ['another rule', web.toText().replace('/srv', '/etc'), 'is not the one that its hash was taken of; somebody has changed it'],
  ['another name', web.toText().replace(web.loadedName, 'k8s-apparmor.web.00000000'), 'is not the one that its hash was taken of; somebody has changed it'],
  ['more at its end', `${web.toText()}\n`, 'is not the one that its hash was taken of; somebody has changed it'],
  ['no line end', web.toText().trimEnd(), 'is not the one that its hash was taken of; somebody has changed it'],
  ['a second profile', `${web.toText()}profile more /usr/bin/sudo { }\n`, 'holds 2 profiles'],
  ['no profile', 'abi <abi/3.0>,\n', 'holds no profile'],
  ['an error', web.toText().replace('}', ''), 'error'],
])('refuses a text with %s', (_what, text, says) => {
  expect(() => again(web, text)).toThrow(says);
});
