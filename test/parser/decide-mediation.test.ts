import { type CompiledAutomaton, readCompiledPolicy } from './compiled-policy';
import { Random } from './random';
import { mediationAccess, mediationRules } from './random-mediation';
import { decidablePolicy } from '../../src/decide';
import { hasErrors } from '../../src/diagnostics';
import type { Access } from '../../src/rules/access';
import { accessBytes } from '../support/access-bytes';
import { type Generation, GENERATIONS, realParser } from '../support/real/parsers';

/** Questions for each generation; DECIDE_QUESTIONS asks for more. */
const QUESTIONS = Number(process.env.DECIDE_QUESTIONS ?? 20_000);
const SEED = Number(process.env.DECIDE_SEED ?? 20_241);

function compile(generation: Generation, text: string) {
  const parser = realParser(generation);
  const { code, stdout } = parser.run(['-QKS', '-M', parser.abi('3.0'), '--base', parser.base], text, { timeoutMs: 20_000 });
  return code === 0 ? readCompiledPolicy(stdout) : undefined;
}

const SOCKETS = ['create', 'bind', 'listen', 'accept', 'connect', 'send', 'receive', 'getopt', 'setopt', 'getattr', 'setattr', 'shutdown'];

/** The bit of an access in compiled policies, learnt from rules that give only this access. */
class Bits {
  private readonly known = new Map<string, number>();

  of(access: Access): number {
    const name = nameOf(access);
    const known = this.known.get(name) ?? this.learn(access);
    this.known.set(name, known);
    return known;
  }

  private learn(access: Access): number {
    const rule = ruleOf(access);
    const policy = compile('5.0', `abi <abi/3.0>,\nprofile p { ${rule}, }\n`)?.[0].policy;
    return policy?.accept(policy.walk(accessBytes(access) ?? new Uint8Array())) ?? 0;
  }
}

function nameOf(access: Access): string {
  return access.class === 'mount' ? `mount ${access.operation}` : `${access.class} ${'access' in access ? access.access : ''}`;
}

function ruleOf(access: Access): string {
  switch (access.class) {
    case 'mount': return access.operation;
    case 'network': return `network ${access.access}`;
    default: return `${access.class} ${'access' in access ? access.access : ''}`;
  }
}

/* eslint-disable no-bitwise -- packed permissions */
function compiledVerdict(policy: CompiledAutomaton | undefined, access: Access, bit: number): string {
  const bytes = accessBytes(access) ?? new Uint8Array();
  if (policy === undefined || policy.walk(bytes.subarray(0, 1)) === 0) {
    return 'unmediated';
  }
  const state = policy.walk(bytes);
  const allowed = (policy.accept(state) & bit) !== 0;
  const [audit, quiet] = [policy.accept2(state) & 0x7F, (policy.accept2(state) >>> 7) & 0x7F];
  return bit > 0x7F ? (allowed ? 'allowed' : 'denied') : allowed ? `allowed ${(audit & bit) !== 0}` : `denied ${(quiet & bit) === 0}`;
}
/* eslint-enable no-bitwise */

test.each(GENERATIONS)('rules that mediate by text decide as parser %s compiles them', (generation) => {
  const [random, bits] = [new Random(SEED), new Bits()];
  let [asked, refused, rounds] = [0, 0, 0];
  const differences: string[] = [];
  while (asked < QUESTIONS && differences.length === 0) {
    const options = { priorities: generation !== '3.0', newer: generation !== '3.0' };
    const texts = Array.from({ length: 8 }, (_, index) => `profile p${index} {\n${mediationRules(random, options).join('\n')}\n}\n`);
    const fine = texts.filter((text) => !hasErrors(policyOf(generation, text).diagnostics));
    rounds += texts.length;
    refused += texts.length - fine.length;
    const compiled = compile(generation, `abi <abi/3.0>,\n${fine.join('')}`);
    const policy = policyOf(generation, fine.join(''));
    expect(compiled?.length ?? fine).toBe(fine.length);
    for (const profile of policy.profiles) {
      const decider = policy.decider(profile);
      const automaton = compiled?.find(({ name }) => name === profile.name)?.policy;
      for (let count = 0; count < 80; count++) {
        const access = mediationAccess(random);
        const [bit, { verdict, audited }] = [bits.of(access), decider.decide(access)];
        const [ours, theirs] = [bit > 0x7F || verdict === 'unmediated' ? verdict : `${verdict} ${audited}`, compiledVerdict(automaton, access, bit)];
        asked++;
        if (ours !== theirs) {
          differences.push(`${JSON.stringify(access)}: ours ${ours}, compiled ${theirs}\n${fine.find((text) => text.startsWith(`profile ${profile.name} `))}`);
        }
      }
    }
  }
  expect(differences.slice(0, 4)).toEqual([]);
  expect(refused / rounds).toBeLessThan(0.5);
  console.log(`parser ${generation}: ${asked} questions to ${rounds - refused} random profiles, no difference`);
}, 3_600_000);

test('every access of sockets has a bit of its own', () => {
  const bits = new Bits();
  const found = SOCKETS.map((access) => bits.of({ class: 'network', family: 'inet', type: 'stream', access }));
  expect(new Set(found).size).toBe(SOCKETS.length);
});

function policyOf(generation: Generation, text: string) {
  const parser = realParser(generation);
  return decidablePolicy(`abi <abi/3.0>,\n${text}`, { base: parser.base, parser: generation });
}
