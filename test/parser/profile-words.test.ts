import { ERROR_EXAMPLES } from '../../scripts/error-examples';
import { checkText } from '../../src/language';
import { LINTS } from '../../src/lint';
import {
  AppArmorAbi, AppArmorProfile, DbusAccess, ExecTransition, IoUringAccess, MqueueAccess, NetworkFamily, ProfileBase, ProfileMode, PtraceAccess,
  Resource, Rule, Signal, SignalAccess, SocketAccess, SocketType,
} from '../../src/profile';
import { MOUNT_OPTIONS } from '../../src/profile/mount';
import { CAPABILITIES } from '../../src/rules/capability';
import { GENERATIONS, realParser, type Generation } from '../support/real/parsers';

const FEATURES: Readonly<Record<Generation, string>> = { '3.0': '3.0', '4.1': '4.0', '5.0': '5.0' };

function run(generation: Generation, text: string) {
  const parser = realParser(generation);
  return parser.run(['-QKS', '-M', parser.abi(FEATURES[generation]), '--base', parser.base], text);
}

/** Generations that do not take a text without a word, with what they say. */
function refusals(generations: readonly Generation[], text: string): string[] {
  return generations.flatMap((generation) => {
    const { code, stderr } = run(generation, text);
    return code === 0 && stderr === '' ? [] : [`${generation}: ${stderr}`];
  });
}

const access = Object.values(SocketAccess);
const wordsOf3: Record<string, () => Rule[]> = {
  'every capability': () => CAPABILITIES.map((name) => Rule.capability(name)),
  'every network family': () => Object.values(NetworkFamily).map((family) => Rule.network(family)),
  'every socket type': () => Object.values(SocketType).map((type) => Rule.network(NetworkFamily.INET, type)),
  'every signal': () => [...Object.values(Signal).map((signal) => Rule.signal({ signals: [signal] })), Rule.signal({ realTimeSignals: [0, 32] })],
  'every signal access': () => Object.values(SignalAccess).map((one) => Rule.signal({ access: [one] })),
  'every ptrace access': () => Object.values(PtraceAccess).map((one) => Rule.ptrace({ access: [one] })),
  'every dbus access': () => Object.values(DbusAccess).map((one) => Rule.dbus({ access: [one] })),
  'every unix access': () => access.map((one) => Rule.unix({ access: [one] })),
  'every unix type': () => Object.values(SocketType).map((type) => Rule.unix({ type })),
  'every limit': () => Object.values(Resource).map((resource) => Rule.rlimit(resource, 'infinity')),
  'every transition': () => [
    ExecTransition.inherit(), ExecTransition.unconfined(), ExecTransition.profile('a'), ExecTransition.child('b'), ExecTransition.profile().orInherit(),
    ExecTransition.profile('c').orUnconfined(), ExecTransition.child('d').orInherit(), ExecTransition.child().orUnconfined(),
  ].flatMap((transition, index) => [Rule.execute(`/bin/a${index}`, transition), Rule.execute(`/bin/b${index}`, transition.keepEnvironment())]),
};

test.each(Object.entries(wordsOf3))('%s of a profile for abi/3.0 is known to all parsers', (_what, rules) => {
  expect(refusals(GENERATIONS, new AppArmorProfile({ name: 'p', rules: rules() }).toText())).toEqual([]);
});

test.each(MOUNT_OPTIONS)('the mount option %s is known to all parsers, or refused for abi/3.0', (option) => {
  const rule = Rule.mount({ options: [option] });
  let text: string | undefined;
  try {
    text = new AppArmorProfile({ name: 'p', rules: [rule] }).toText();
  } catch {
    text = undefined;
  }
  expect(text === undefined ? [] : refusals(GENERATIONS, text)).toEqual([]);
  expect(refusals(['4.1', '5.0'], new AppArmorProfile({ name: 'p', abi: AppArmorAbi.V4_0, rules: [rule] }).toText())).toEqual([]);
});

test('every access of newer families is known to the parsers of their abi', () => {
  const mqueue = Object.values(MqueueAccess).map((one) => Rule.mqueue({ access: [one] }));
  expect(refusals(['4.1', '5.0'], new AppArmorProfile({ name: 'p', abi: AppArmorAbi.V4_0, rules: [...mqueue, Rule.userns(), Rule.all()] }).toText())).toEqual([]);
  const uring = Object.values(IoUringAccess).map((one) => Rule.ioUring({ access: [one] }));
  const network = access.map((one) => Rule.network(NetworkFamily.INET, undefined, { access: [one], ip: '10.0.0.1', port: '1-2' }));
  expect(refusals(['5.0'], new AppArmorProfile({ name: 'p', abi: AppArmorAbi.V5_0, rules: [...uring, ...network] }).toText())).toEqual([]);
});

test.each(Object.values(ProfileMode))('%s profiles with the runtime-default base are accepted, for each abi by its parsers', (mode) => {
  const text = (abi: AppArmorAbi) => new AppArmorProfile({ name: 'p', base: ProfileBase.RUNTIME_DEFAULT, mode, abi, rules: [Rule.hat('h', [])] }).toText();
  expect(refusals(GENERATIONS, text(AppArmorAbi.V3_0))).toEqual([]);
  expect(refusals(['4.1', '5.0'], text(AppArmorAbi.V4_0))).toEqual([]);
  expect(refusals(['5.0'], text(AppArmorAbi.V5_0))).toEqual([]);
});

test('a profile from a text compiles to the same as the text under the new name', () => {
  const source = (name: string) => `abi <abi/3.0>,\ninclude <tunables/global>\nprofile ${name} {\n  include <abstractions/base>\n  signal peer=${name},` +
    ` ptrace peer=${name}{,//*},\n  /bin/a Px -> ${name}//kid,\n  ^kid { /b r, }\n}\n`;
  const profile = AppArmorProfile.fromText(source('web'));
  for (const generation of GENERATIONS) {
    const [one, other] = [profile.toText(), source(profile.loadedName)].map((text) => run(generation, text));
    expect(one.stderr).toBe('');
    expect(one.stdout.equals(other.stdout)).toBe(true);
  }
});

test.each(LINTS.flatMap(({ id, wrong, right }) => [[id, 'wrong', wrong], [id, 'right', right]]))('the text of the lint %s that is %s is one that parsers take', (id, _which, text) => {
  const generations: Generation[] = /userns/.test(text) ? ['5.0'] : ['3.0', '5.0'];
  const said = refusals(generations, text).filter((line) => !line.includes("Could not open 'abi/mine'"));
  expect([id, ...said]).toEqual([id]);
});

test.each(Object.entries(ERROR_EXAMPLES))('the real parser agrees on the examples of %s', (code, { wrong, right }) => {
  const isError = checkText(wrong).some((one) => one.code === code && one.severity === 'error');
  expect([code, run('5.0', wrong).code === 0]).toEqual([code, !isError]);
  expect([code, run('5.0', right).code]).toEqual([code, 0]);
});
