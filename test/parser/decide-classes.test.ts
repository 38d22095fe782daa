import { ABIS, compile, plainFeatures } from './compile';
import { CompiledAutomaton, type CompiledProfile } from './compiled-policy';
import { Random } from './random';
import { classAccess, classRules } from './random-classes';
import { decidablePolicy } from '../../src/decide';
import { hasErrors } from '../../src/diagnostics';
import type { Access } from '../../src/rules/access';
import { classBytes } from '../support/access-bytes';
import { type Generation, GENERATIONS, realParser } from '../support/real/parsers';

/** Questions for each parser and ABI; DECIDE_QUESTIONS asks for more. */
const QUESTIONS = Number(process.env.DECIDE_QUESTIONS ?? 8_000);
const SEED = Number(process.env.DECIDE_SEED ?? 20_241);
const COMBINATIONS = GENERATIONS.flatMap((generation) => ABIS[generation].map((abi) => [generation, abi] as const));

/** What a compiled profile has for one access: a place in one of its automata, and the bit that answers there. */
interface Place {
  readonly automaton: (profile: CompiledProfile) => CompiledAutomaton | undefined;
  readonly bytes: Uint8Array;
  readonly bit: number;
  /** Whether the automaton says what is logged, too. */
  readonly audited: boolean;
}

const policyOf = ({ policy }: CompiledProfile) => policy;
const fileOf = ({ file }: CompiledProfile) => file;

/** Permissions as compiled policies have them (kernel: security/apparmor/include/{perms,audit}.h). */
const BITS: Readonly<Record<string, number>> = {
  'dbus send': 2,
  'dbus receive': 4,
  'dbus bind': 0x40,
  'dbus eavesdrop': 0x20,
  'userns': 8,
  'io_uring sqpoll': 0x10,
  'io_uring override_creds': 8,
  'mqueue create': 0x10,
  'mqueue open': 0x40,
  'mqueue delete': 0x20,
  'mqueue read': 4,
  'mqueue write': 2,
  'mqueue getattr': 0x8000,
  'mqueue setattr': 0x4000,
};
const [CHANGE, ON_EXEC] = [0x80000000, 0x40000000];

function placesOf(access: Access): readonly Place[] {
  if (access.class === 'change_profile') {
    const { target, exec } = access;
    const place = (text: string, bit: number): Place => ({ automaton: fileOf, bytes: Buffer.from(text), bit, audited: false });
    return exec === undefined ? [place(target, CHANGE)] : [place(target, ON_EXEC), place(exec, ON_EXEC), place(`${exec}\0${target}`, ON_EXEC)];
  }
  const bit = BITS[access.class + ('access' in access ? ` ${access.access}` : '')];
  return [{ automaton: policyOf, bytes: classBytes(access), bit, audited: bit <= 0x7F }];
}

/* eslint-disable no-bitwise -- packed permissions */
function compiledVerdict(profile: CompiledProfile, access: Access): string {
  const verdicts = placesOf(access).map(({ automaton, bytes, bit, audited }) => {
    const walked = automaton(profile);
    if (automaton === policyOf && (walked === undefined || walked.walk(bytes.subarray(0, 1)) === 0)) {
      return 'unmediated';
    }
    const state = walked?.walk(bytes) ?? 0;
    const [allow, more] = [walked?.accept(state) ?? 0, walked?.accept2(state) ?? 0];
    const allowed = (allow & bit) !== 0;
    const logged = allowed ? (more & bit) !== 0 : ((more >>> 7) & bit) === 0;
    return `${allowed ? 'allowed' : 'denied'}${audited ? ` ${logged}` : ''}`;
  });
  return verdicts.find((verdict) => verdict.startsWith('denied')) ?? verdicts[0];
}
/* eslint-enable no-bitwise */

test.each(COMBINATIONS)('rules of rarer families decide as parser %s compiles them for ABI %s', (generation, abi) => {
  const [random, head] = [new Random(SEED), `abi <abi/${abi}>,\n`];
  const [base, features] = [realParser(generation).base, plainFeatures(generation, abi)];
  let [asked, rounds] = [0, 0];
  const differences: string[] = [];
  while (asked < QUESTIONS && differences.length === 0) {
    const texts = Array.from({ length: 8 }, (_, index) => `profile p${index} {\n${classRules(random, { newer: generation !== '3.0' }).join('\n')}\n}\n`)
      .filter((text) => !hasErrors(decidablePolicy(head + text, { base, parser: generation, features }).diagnostics));
    rounds++;
    const policy = decidablePolicy(head + texts.join(''), { base, parser: generation, features });
    const compiled = compile(generation, head + texts.join(''), abi) ?? [];
    expect(compiled.length).toBe(texts.length);
    for (const profile of policy.profiles) {
      const [decider, theirs] = [policy.decider(profile), compiled.find(({ name }) => name === profile.name) as CompiledProfile];
      for (let count = 0; count < 60; count++, asked++) {
        const access = classAccess(random);
        const [{ verdict, audited }, expected] = [decider.decide(access), compiledVerdict(theirs, access)];
        const ours = verdict === 'unmediated' || !/ /.test(expected) ? verdict : `${verdict} ${audited}`;
        if (ours !== expected) {
          differences.push(`${JSON.stringify(access)}: ours ${ours}, compiled ${expected}\n${texts.find((text) => text.startsWith(`profile ${profile.name} `))}`);
        }
      }
    }
  }
  expect(differences.slice(0, 4)).toEqual([]);
  expect(rounds).toBeLessThan(QUESTIONS / 100);
  console.log(`parser ${generation}, ABI ${abi}: ${asked} questions, no difference`);
}, 600_000);

function onlyBit(generation: Generation, abi: string, rule: string, access: Access): number {
  const profile = compile(generation, `abi <abi/${abi}>,\nprofile p { ${rule}, }\n`, abi)?.[0];
  const { policy } = profile as CompiledProfile;
  return policy?.accept(policy.walk(classBytes(access))) ?? 0;
}

test('each permission has the bit that the comparison looks at', () => {
  const found = Object.keys(BITS).map((rule) => {
    const [name, access] = rule.split(' ');
    return [rule, onlyBit('5.0', '5.0', rule, { class: name, access, bus: 'b', name: '/q', label: 'l' } as Access)];
  });
  // The mark that says that a class is mediated stands at the texts that are nothing but the class.
  expect(Object.fromEntries(found)).toEqual({ ...BITS, 'userns': BITS.userns + 4, 'io_uring sqpoll': BITS['io_uring sqpoll'] + 4 });
});
