import { tryCalls } from './ask-kernel';
import { type Call, type CallOptions, callRules, PEER_PROFILES, randomCalls } from './random-calls';
import { decidablePolicy, type Decider } from '../../src/decide';
import { hasErrors } from '../../src/diagnostics';
import type { Access } from '../../src/rules/access';
import { Random } from '../parser/random';
import { say } from '../support/real/cache';
import { realParser } from '../support/real/parsers';
import { GENERATION_OF, type Kernel, KERNELS } from '../support/real/vm';

jest.setTimeout(900_000);

const PROFILES = Number(process.env.DECIDE_PROFILES ?? 60);
const SEED = Number(process.env.DECIDE_SEED ?? 31);

/** The newest ABI that each kernel's parser has. */
const ABIS: Readonly<Record<Kernel, string>> = { 6.1: '3.0', 6.12: '4.0', 7.2: '5.0' };

const [EPERM, EACCES] = [1, 13];

interface Tried extends Call {
  readonly profile: string;
}

function policyOf(kernel: Kernel, text: string, features?: string) {
  const parser = GENERATION_OF[kernel];
  return decidablePolicy(`abi <abi/${ABIS[kernel]}>,\n${text}`, { base: realParser(parser).base, parser, ...(features === undefined ? {} : { features }) });
}

/** Parser 4.1 mixes up the network rule that it makes of a unix rule with those without a family (test/parser/decide-mediation). */
function mixesUnix(text: string): boolean {
  return /\bunix\b.*,$/m.test(text) && /\bnetwork(?! *(?:\([^)]*\)|[a-z]+)? *(?:inet6?|unix|netlink|packet|rose|appletalk|mctp)\b)/m.test(text);
}

function profileTexts(kernel: Kernel, random: Random, options: CallOptions): Map<string, string> {
  const texts = new Map<string, string>();
  while (texts.size < PROFILES) {
    const name = `s${texts.size}`;
    const text = `profile ${name} {\n${callRules(random, options).join('\n')}\n}\n`;
    if (!hasErrors(policyOf(kernel, text).diagnostics) && !(kernel === '6.12' && mixesUnix(text))) {
      texts.set(name, text);
    }
  }
  return texts;
}

/** Kernels hold no unconfined tracer to the rules of the traced, whatever they say to who asks for them alone. */
function isUnconfinedTracer(access: Access): boolean {
  return access.class === 'ptrace' && (access.access === 'tracedby' || access.access === 'readby') && access.peer === 'unconfined';
}

/** What AppArmor answers with an error number of its own; undefined where a check in front of it hides the answer. */
function kernelVerdict(access: Access, error: number, decider: Decider): string | undefined {
  if (access.class === 'capability' || access.class === 'ptrace') {
    return error === EPERM || error === EACCES ? 'denied' : 'allowed'; // setpriority(2) has EACCES.
  }
  const hidden = access.class === 'mount' && (access.operation === 'umount' || access.operation === 'pivot_root') && error === EPERM
    && decider.decide({ class: 'capability', capability: 'sys_admin' }).verdict === 'denied';
  return hidden ? undefined : error === EACCES ? 'denied' : 'allowed';
}

test.each(KERNELS)('kernel %s treats system calls as we decide, but for unconfined tracers, whom it lets do anything', async (kernel) => {
  const random = new Random(SEED);
  const options = { newer: GENERATION_OF[kernel] !== '3.0', unix: kernel === '7.2' };
  const texts = profileTexts(kernel, random, options);
  const tried = [...texts.keys()].flatMap((profile) => randomCalls(random, options).map((one): Tried => ({ ...one, profile })));
  const plan = tried.flatMap(({ line, profile }, index) => (tried[index - 1]?.profile === profile ? [line] : [`profile ${profile}`, line]));
  const text = [...texts.values(), PEER_PROFILES].join('');
  const { errors, features, seconds } = await tryCalls(kernel, `abi <abi/${ABIS[kernel]}>,\n${text}`, plan);
  expect(errors.length).toBe(tried.length);
  const policy = policyOf(kernel, text, features);
  const deciders = new Map(policy.profiles.map((profile) => [profile.name, policy.decider(profile)]));
  const counts: Record<string, { allowed: number; denied: number; unmediated: number }> = {};
  expect(tried.filter(({ access }, index) => isUnconfinedTracer(access) && errors[index] !== 0)).toEqual([]);
  const differences = tried.flatMap(({ access, profile, line }, index) => {
    const decider = deciders.get(profile) as Decider;
    const { verdict } = decider.decide(access);
    const theirs = kernelVerdict(access, errors[index], decider);
    (counts[access.class] ??= { allowed: 0, denied: 0, unmediated: 0 })[verdict]++;
    const ours = verdict === 'unmediated' ? 'allowed' : verdict;
    return theirs === undefined || ours === theirs || isUnconfinedTracer(access) ? [] : [`${JSON.stringify(access)} (${line}): ours ${verdict}, kernel ${errors[index]}\n${texts.get(profile)}`];
  });
  say(`kernel ${kernel}: ${tried.length} system calls under ${PROFILES} profiles, ${differences.length} differences, ${JSON.stringify(counts)}, ${seconds.toFixed(1)} s`);
  expect(differences.slice(0, 8)).toEqual([]);
});
