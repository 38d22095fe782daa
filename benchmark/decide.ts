import { LimitError, patternCovers } from '../src/automaton';
import { decidablePolicy } from '../src/decide';
import type { Access } from '../src/rules/access';

/** Decisions a second against profiles of 1,000 and 10,000 rules, and what hostile patterns come to. */
export async function run(print: (line: string) => void): Promise<void> {
  const small = rate(1_000, print);
  const large = rate(10_000, print);
  print(`10,000 rules take ${(small / large).toFixed(2)} times as long per decision as 1,000`);
  hostile(print);
}

const DECISIONS = 2_000_000;

/** Rules as profiles have them: many paths, some globs; accesses that hit and miss. */
function rate(rules: number, print: (line: string) => void): number {
  const body = Array.from({ length: rules }, (_, index) => RULES[index % RULES.length].replaceAll('N', String(index)));
  const begin = performance.now();
  const policy = decidablePolicy(`profile bench {\n${body.join('\n')}\n}\n`);
  const decider = policy.decider(policy.profiles[0]);
  const built = performance.now();
  const accesses = Array.from({ length: 20_000 }, (_, index) => accessOf(index * 7919 % (rules * 2)));
  accesses.forEach((access) => decider.decide(access));
  const warm = performance.now();
  for (let count = 0; count < DECISIONS; count++) {
    decider.decide(accesses[count % accesses.length]);
  }
  const perSecond = DECISIONS / (performance.now() - warm) * 1000;
  print(`${rules} rules: ${Math.round(perSecond).toLocaleString('en')} decisions a second over ${accesses.length} paths; `
    + `read and compiled in ${(built - begin).toFixed(0)} ms, the first round of all paths ${(warm - built).toFixed(0)} ms`);
  return perSecond;
}

const RULES = [
  '  /srv/app/N/config.yaml r,', '  /srv/app/N/data/** rw,', '  /usr/lib/x/libN.so.* mr,', '  owner /home/*/.cache/N/{,**} rwk,', '  deny /srv/app/N/secret/* rw,',
];

function accessOf(index: number): Access {
  const path = [`/srv/app/${index}/config.yaml`, `/srv/app/${index}/data/a/b/c.txt`, `/usr/lib/x/lib${index}.so.1.2`, `/home/me/.cache/${index}/x`, `/srv/app/${index}/secret/key`][index % 5];
  return { class: 'file', path, mask: index % 3 === 0 ? 'rw' : 'r', owner: index % 2 === 0 };
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
