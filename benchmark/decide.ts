import { LimitError, patternCovers } from '../src/automaton';
import { decidablePolicy } from '../src/decide';
import type { FileAccess } from '../src/rules/access';

/** Decisions a second against profiles of 1,000 and 10,000 rules, and what hostile patterns come to. */
export async function run(print: (line: string) => void): Promise<void> {
  const small = rate(1_000, print);
  const large = rate(10_000, print);
  print(`10,000 rules take ${(small / large).toFixed(2)} times as long per decision as 1,000`);
  hostile(print);
}

const DECISIONS = 4_000_000;
const PATHS = 20_000;

/** Rules as profiles have them: many paths, some globs; accesses that hit and miss. */
function rate(rules: number, print: (line: string) => void): number {
  const body = Array.from({ length: rules }, (_, index) => RULES[index % RULES.length].replaceAll('N', String(index)));
  const begin = performance.now();
  const policy = decidablePolicy(`profile bench {\n${body.join('\n')}\n}\n`);
  const decider = policy.decider(policy.profiles[0]);
  const built = performance.now();
  const accesses = Array.from({ length: PATHS }, (_, index) => accessOf(index * 7919 % (rules * 2), Math.floor(index / (rules * 2))));
  accesses.forEach((access) => decider.decide(access));
  const warm = performance.now();
  const start = process.cpuUsage();
  for (let count = 0; count < DECISIONS; count++) {
    decider.decide(accesses[count % accesses.length]);
  }
  const { user, system } = process.cpuUsage(start);
  const perSecond = DECISIONS / (user + system) * 1_000_000;
  print(`${rules} rules: ${Math.round(perSecond).toLocaleString('en')} decisions a second of processor time over ${new Set(accesses.map(({ path }) => path)).size} paths; `
    + `read and compiled in ${(built - begin).toFixed(0)} ms, the first round of all paths ${(warm - built).toFixed(0)} ms`);
  return perSecond;
}

const RULES = [
  '  /srv/app/N/config.yaml r,', '  /srv/app/N/data/** rw,', '  /usr/lib/x/libN.so.* mr,', '  owner /home/*/.cache/N/{,**} rwk,', '  deny /srv/app/N/secret/* rw,',
];

/** Twice as many names as rules have, so that half of them are no rule's, each in as many paths as are needed. */
function accessOf(name: number, round: number): FileAccess {
  const path = [
    `/srv/app/${name}/config.yaml${round || ''}`, `/srv/app/${name}/data/a/b/c${round}.txt`, `/usr/lib/x/lib${name}.so.1.${round}`,
    `/home/me${round}/.cache/${name}/x`, `/srv/app/${name}/secret/key${round}`,
  ][name % 5];
  return { class: 'file', path, mask: name % 3 === 0 ? 'rw' : 'r', owner: name % 2 === 0 };
}

function hostile(print: (line: string) => void): void {
  const begin = performance.now();
  let outcome = 'compared';
  try {
    patternCovers(`/**b${'?'.repeat(40)}`, `/**a${'?'.repeat(40)}`);
  } catch (error) {
    outcome = error instanceof LimitError ? `refused: ${error.message}` : String(error);
  }
  print(`two patterns whose automata have 2^40 states: ${outcome}, in ${(performance.now() - begin).toFixed(0)} ms`);
  const policy = decidablePolicy(`profile bench {\n${Array.from({ length: 50 }, (_, index) => `  /**${'ab'[index % 2]}${'?'.repeat(20 + index)} r,`).join('\n')}\n}\n`);
  const decider = policy.decider(policy.profiles[0]);
  const start = performance.now();
  decider.decide({ class: 'file', path: `/${'abba'.repeat(1000)}`, mask: 'r' });
  print(`50 such patterns as rules, a path of 4,000 bytes: decided in ${(performance.now() - start).toFixed(0)} ms`);
}
