import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ABIS, compile, plainFeatures } from './compile';
import { type CompiledAutomaton, readCompiledPolicy } from './compiled-policy';
import { Random } from './random';
import { mediationAccess, mediationRules } from './random-mediation';
import { decidablePolicy } from '../../src/decide';
import { hasErrors } from '../../src/diagnostics';
import type { Access } from '../../src/rules/access';
import { accessBytes } from '../support/access-bytes';
import { type Generation, GENERATIONS, realParser } from '../support/real/parsers';

/** Questions for each parser and ABI; DECIDE_QUESTIONS asks for more. */
const QUESTIONS = Number(process.env.DECIDE_QUESTIONS ?? 10_000);
/** Network rules are compiled anew for ABI 5.0: the place where kernels look for them is another. */
const COMBINATIONS = GENERATIONS.flatMap((generation) => ABIS[generation].map((abi) => [generation, abi] as const));
const SEED = Number(process.env.DECIDE_SEED ?? 20_241);

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

/** These ABIs mediate unix sockets by address: a network rule is asked of them when they are made. */
function createdUnix(access: Access): Access {
  return access.class === 'network' && access.family === 'unix' ? { ...access, access: 'create' } : access;
}

/** Kernels of ABI 5.0 look for network rules elsewhere; unix sockets have a place of their own behind their family. */
function placeOf(access: Access, abi: string): Uint8Array {
  const bytes = accessBytes(access) ?? new Uint8Array();
  if (access.class !== 'network') {
    return bytes;
  }
  return Uint8Array.from([abi === '5.0' ? 15 : 14, ...bytes.subarray(1), ...(access.family === 'unix' ? [0, 0] : [])]);
}

/* eslint-disable no-bitwise -- packed permissions */
function compiledVerdict(policy: CompiledAutomaton | undefined, access: Access, [bit, abi]: readonly [number, string]): string {
  const bytes = placeOf(access, abi);
  if (policy === undefined || policy.walk(bytes.subarray(0, 1)) === 0) {
    return 'unmediated';
  }
  const state = policy.walk(bytes);
  const allowed = (policy.accept(state) & bit) !== 0;
  const [audit, quiet] = [policy.accept2(state) & 0x7F, (policy.accept2(state) >>> 7) & 0x7F];
  return bit > 0x7F ? (allowed ? 'allowed' : 'denied') : allowed ? `allowed ${(audit & bit) !== 0}` : `denied ${(quiet & bit) === 0}`;
}
/* eslint-enable no-bitwise */

test.each(COMBINATIONS)('rules that mediate by text decide as parser %s compiles them for ABI %s', (generation, abi) => {
  const [random, bits] = [new Random(SEED), new Bits()];
  let [asked, refused, rounds] = [0, 0, 0];
  const differences: string[] = [];
  while (asked < QUESTIONS && differences.length === 0) {
    const options = { priorities: generation !== '3.0', newer: generation !== '3.0' };
    const texts = Array.from({ length: 8 }, (_, index) => `profile p${index} {\n${mediationRules(random, options).join('\n')}\n}\n`);
    const fine = texts.filter((text) => !hasErrors(policyOf(generation, abi, text).diagnostics));
    rounds += texts.length;
    refused += texts.length - fine.length;
    const compiled = compile(generation, `abi <abi/${abi}>,\n${fine.join('')}`, abi);
    const policy = policyOf(generation, abi, fine.join(''));
    expect(compiled?.length ?? fine).toBe(fine.length);
    for (const profile of policy.profiles) {
      const decider = policy.decider(profile);
      const automaton = compiled?.find(({ name }) => name === profile.name)?.policy;
      for (let count = 0; count < 80; count++) {
        const access = createdUnix(mediationAccess(random));
        const [bit, { verdict, audited }] = [bits.of(access), decider.decide(access)];
        const [ours, theirs] = [bit > 0x7F || verdict === 'unmediated' ? verdict : `${verdict} ${audited}`, compiledVerdict(automaton, access, [bit, abi])];
        asked++;
        if (ours !== theirs) {
          differences.push(`${JSON.stringify(access)}: ours ${ours}, compiled ${theirs}\n${fine.find((text) => text.startsWith(`profile ${profile.name} `))}`);
        }
      }
    }
  }
  expect(differences.slice(0, 4)).toEqual([]);
  expect(refused / rounds).toBeLessThan(0.5);
  console.log(`parser ${generation}, ABI ${abi}: ${asked} questions to ${rounds - refused} random profiles, no difference`);
}, 3_600_000);

test('every access of sockets has a bit of its own', () => {
  const bits = new Bits();
  const found = SOCKETS.map((access) => bits.of({ class: 'network', family: 'inet', type: 'stream', access }));
  expect(new Set(found).size).toBe(SOCKETS.length);
});

test('parser 4.1 gives a unix rule that becomes a network rule every access, where a network rule without a family stands beside it', () => {
  const text = 'abi <abi/3.0>,\nprofile p { unix (create), network setattr, }\n';
  const features = plainFeatures('4.1', '3.0').replace(/af_unix \{yes\s*\}/, '');
  const { run, base } = realParser('4.1');
  const file = join(mkdtempSync(join(tmpdir(), 'k8s-apparmor-features-')), 'features');
  writeFileSync(file, features);
  const [{ policy }] = readCompiledPolicy(run(['-QKS', '-M', file, '--base', base], text).stdout);
  const bind: Access = { class: 'network', family: 'unix', type: 'stream', access: 'bind' };
  const compiled = policy?.accept(policy.walk(accessBytes(bind) ?? new Uint8Array())) ?? 0;
  const ours = decidablePolicy(text, { base, parser: '4.1', features });
  // Nothing in the rules asks for it: we decide by what they say.
  expect([compiled.toString(16), ours.decider(ours.profiles[0]).decide(bind).verdict]).toEqual(['1fc076', 'denied']);
});

function policyOf(generation: Generation, abi: string, text: string) {
  const { base } = realParser(generation);
  return decidablePolicy(`abi <abi/${abi}>,\n${text}`, { base, parser: generation, features: plainFeatures(generation, abi) });
}
