import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ABIS, compile, inOtherOrders, plainFeatures } from './compile';
import { CompiledAutomaton, type CompiledProfile } from './compiled-policy';
import { Random } from './random';
import { nearbyPaths, randomPath, randomRules } from './random-policy';
import { allProfiles, decidablePolicy, type Decider } from '../../src/decide';
import { hasErrors } from '../../src/diagnostics';
import { expandVariables, type FlatProfile } from '../../src/language';
import { type Generation, GENERATIONS, realParser } from '../support/real/parsers';

/** Questions to random profiles for each generation; the full count is asked by DECIDE_QUESTIONS=1000000. */
const QUESTIONS = Number(process.env.DECIDE_QUESTIONS ?? 60_000);
const SEED = Number(process.env.DECIDE_SEED ?? 20_241);

/** Letters and the bits that compiled policies have for them, in the owner's half; the other half is 14 bits higher. */
const LETTERS: ReadonlyArray<readonly [letter: string, bit: number]> = [['r', 4], ['w', 2], ['a', 8], ['l', 16], ['k', 32], ['m', 64]];
const EXEC = 1;
const START = CompiledAutomaton.START;
const VARIABLES = '@{V} = /a /b/c\n';
const headOf = (abi: string) => `abi <abi/${abi}>,\n${VARIABLES}`;

/* eslint-disable no-bitwise -- packed permissions */
interface Half {
  readonly allow: number;
  readonly exec: number;
  readonly audit: number;
  readonly quiet: number;
}

function half(automaton: CompiledAutomaton | undefined, state: number, owner: boolean): Half {
  const [accept, accept2] = automaton === undefined ? [0, 0] : [automaton.accept(state), automaton.accept2(state)];
  const shift = owner ? 0 : 14;
  return {
    allow: (accept >>> shift) & 0x7F,
    exec: (accept >>> shift) & 0x3FFF,
    audit: (accept2 >>> shift) & 0x7F,
    quiet: (accept2 >>> (shift + 7)) & 0x7F,
  };
}

function verdictOf({ allow, audit, quiet }: Half, bit: number): string {
  return (allow & bit) !== 0 ? `allowed ${(audit & bit) !== 0}` : `denied ${(quiet & bit) === 0}`;
}

/** The mode of an exec permission as its 14 bits say. */
function modeOf(exec: number, targets: readonly string[]): string {
  const index = (exec >> 10) & 0xF;
  const scrub = (exec & 0x100) === 0;
  const fallback = (exec & 0x200) !== 0 ? 'i' : (exec & 0x80) !== 0 || (index === 1) ? 'u' : '';
  const named = index >= 4 ? ` -> ${targets[index - 4]}` : '';
  const first = index === 2 || index >= 4 ? 'p' : index === 3 ? 'c' : '';
  return `${first}${fallback}x${scrub && `${first}${fallback}x` !== 'ix' ? ' scrub' : ''}${named}`;
}
/* eslint-enable no-bitwise */

function oursMode({ mode, scrub, target }: { mode: string; scrub: boolean; target?: string }, named: boolean): string {
  // A child by name is compiled as a profile by its full name.
  const compiled = named && mode.startsWith('c') ? `p${mode.slice(1)}` : mode;
  return `${compiled}${scrub && compiled !== 'ix' ? ' scrub' : ''}${named ? ` -> ${target}` : ''}`;
}

class Comparison {
  asked = 0;
  undetermined = 0;
  readonly differences: string[] = [];

  /** @param again the same profile compiled from its rules in another order, again and again */
  constructor(
    private readonly decider: Decider, private readonly compiled: CompiledProfile, private readonly text: string,
    private readonly again: () => readonly CompiledProfile[] = () => [],
  ) {}

  file(path: string): void {
    const bytes = Buffer.from(path);
    const permissions = ({ file }: CompiledProfile, owner: boolean) => half(file, file?.walk(bytes) ?? 0, owner);
    for (const owner of [true, false]) {
      for (const [letter, bit] of LETTERS) {
        const { verdict, audited } = this.decider.decide({ class: 'file', path, mask: letter, owner });
        this.same(`${letter} ${path} owner=${owner}`, `${verdict} ${audited}`, (compiled) => verdictOf(permissions(compiled, owner), bit));
      }
      this.exec(path, owner, permissions);
    }
  }

  private exec(path: string, owner: boolean, permissions: (compiled: CompiledProfile, owner: boolean) => Half): void {
    const { verdict, audited, transition } = this.decider.decide({ class: 'exec', path, owner });
    const named = modeOf(permissions(this.compiled, owner).exec, this.compiled.targets).includes('->');
    const ours = transition === undefined ? '' : ` ${oursMode(transition, named)}`;
    this.same(`x ${path} owner=${owner}`, `${verdict} ${audited}${ours}`, (compiled) => {
      const expected = permissions(compiled, owner);
      const theirs = verdictOf(expected, EXEC);
      return theirs.startsWith('allowed') ? `${theirs} ${modeOf(expected.exec, compiled.targets)}` : theirs;
    });
  }

  /** Both the name's own permission and the pair's; the test of subsets is the kernel's, and only for owners. */
  link(path: string, target: string): void {
    const { verdict } = this.decider.decide({ class: 'link', path, target, owner: false });
    this.same(`link ${path} -> ${target}`, verdict, ({ file }) => {
      const states = [path, `${path}\0${target}`].map((text) => file?.walk(Buffer.from(text)) ?? 0);
      return states.every((state) => verdictOf(half(file, state, false), 16).startsWith('allowed')) ? 'allowed' : 'denied';
    });
  }

  private same(question: string, ours: string, theirs: (compiled: CompiledProfile) => string): void {
    this.asked++;
    const compiled = theirs(this.compiled);
    if (ours === compiled || this.differences.length > 2) {
      return;
    }
    // Order means nothing, in a profile and in a policy. Where the parser itself answers one and the other, there is no right one.
    if (this.again().map(theirs).includes(ours)) {
      this.undetermined++;
    } else {
      this.differences.push(`${question}: ours ${ours}, compiled ${compiled}\n${this.text}`);
    }
  }
}

test.each(GENERATIONS)('random profiles decide as the automaton that parser %s compiles them to', (generation) => {
  const random = new Random(SEED);
  let [asked, refused, rounds, undetermined] = [0, 0, 0, 0];
  const differences: string[] = [];
  while (asked < QUESTIONS && differences.length === 0) {
    const bodies = Array.from({ length: 8 }, () => randomRules(random, { priorities: generation !== '3.0' }));
    const texts = bodies.map((rules, index) => `profile p${index} {\n${rules.join('\n')}\n  profile kid { }\n}\n`)
      .filter((text) => compileAlone(generation, text, () => refused++));
    const abi = ABIS[generation][(rounds / bodies.length) % ABIS[generation].length];
    rounds += bodies.length;
    const whole = `${headOf(abi)}${texts.join('')}`;
    const compiled = compile(generation, whole, abi) ?? [];
    const policy = decidablePolicy(whole, { base: realParser(generation).base, parser: generation, features: plainFeatures(generation, abi) });
    expect(policy.diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message)).toEqual([]);
    for (const profile of policy.profiles) {
      const text = texts.find((candidate) => candidate.startsWith(`profile ${profile.name} `)) ?? '';
      const again = () => inOtherOrders(generation, text, random, headOf(abi));
      const comparison = new Comparison(policy.decider(profile), profileNamed(compiled, profile.fullName), text, again);
      ask(comparison, profile, random);
      asked += comparison.asked;
      undetermined += comparison.undetermined;
      differences.push(...comparison.differences);
    }
  }
  expect(differences).toEqual([]);
  expect(undetermined / asked).toBeLessThan(0.001);
  expect(refused / rounds).toBeLessThan(0.5);
  console.log(`parser ${generation}: ${asked} questions to ${rounds - refused} random profiles, no difference; ${undetermined} where the parser's answer hangs on the order of rules`);
}, 3_600_000);

/** Texts with conflicting exec modes are refused; one of them would take its whole batch along. */
function compileAlone(generation: Generation, text: string, refused: () => void): boolean {
  const policy = decidablePolicy(`${VARIABLES}${text}`, { base: realParser(generation).base, parser: generation });
  const fine = !hasErrors(policy.diagnostics);
  if (!fine) {
    refused();
  }
  return fine;
}

function profileNamed(compiled: readonly CompiledProfile[], name: string): CompiledProfile {
  const found = compiled.find((profile) => profile.name === name);
  if (found === undefined) {
    throw new Error(`the compiled policy has no profile ${name}`);
  }
  return found;
}

function ask(comparison: Comparison, profile: FlatProfile, random: Random): void {
  const paths = profile.rules.flatMap((rule) => (rule.type === 'file' || rule.type === 'link' ? [rule.path ?? '/{**,}'] : []))
    .map((path) => expandVariables(path, profile.variables).pattern ?? path);
  const targets = profile.rules.flatMap((rule) => (rule.type === 'link' ? [rule.target] : []));
  for (const pattern of paths) {
    nearbyPaths(random, pattern, 6).forEach((path) => comparison.file(path));
    for (const path of nearbyPaths(random, pattern, 2)) {
      const [target] = nearbyPaths(random, random.pick([...targets, ...paths, randomPath(random)]), 1);
      comparison.link(path, target);
    }
  }
}

/** Modes are the kernel's business: an automaton says what the rules do. */
function enforced(profile: FlatProfile): FlatProfile {
  return { ...profile, mode: 'enforce', flags: [] };
}

test('every profile that Debian ships decides as its compiled automaton', () => {
  const { base } = realParser('5.0');
  const random = new Random(SEED);
  let [asked, profiles] = [0, 0];
  const differences: string[] = [];
  for (const file of readdirSync(base).filter((name) => statSync(join(base, name)).isFile())) {
    const text = readFileSync(join(base, file), 'utf8');
    const compiled = compile('5.0', text);
    const policy = decidablePolicy(text, { base, fileName: file });
    if (compiled === undefined || hasErrors(policy.diagnostics)) {
      differences.push(`${file}: refused`);
      continue;
    }
    for (const profile of allProfiles(policy.profiles)) {
      const name = expandVariables(profile.fullName, profile.variables).pattern ?? profile.fullName;
      const comparison = new Comparison(policy.decider(enforced(profile)), profileNamed(compiled, name), file);
      ask(comparison, profile, random);
      asked += comparison.asked;
      profiles++;
      differences.push(...comparison.differences);
    }
  }
  expect(differences).toEqual([]);
  console.log(`${asked} questions to ${profiles} profiles that Debian ships, no difference`);
  expect(asked).toBeGreaterThan(10_000);
}, 300_000);

test('the reader finds the start of an automaton', () => {
  const [profile] = compile('5.0', 'profile p { /a r, }\n') ?? [];
  expect(profile.file?.walk(Buffer.from('/a'), START)).not.toBe(0);
});
