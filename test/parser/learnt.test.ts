import fc from 'fast-check';
import { compile } from './compile';
import { CompiledAutomaton } from './compiled-policy';
import { wordBytes } from '../../src/language';
import { Findings, printProfiles, suggest } from '../../src/learn';
import { hostilePath, neighbours } from '../support/hostile-names';
import { GENERATIONS } from '../support/real/parsers';

const NAMES = 120;
const READ = 4;

/** The profile that is learnt from a program that reads these files. */
function learnt(name: string, paths: readonly string[]): string {
  const findings = new Findings();
  for (const path of paths) {
    findings.add({ record: { event: 'DENIED', profile: name }, accesses: [{ class: 'file', path, mask: 'r' }] }, 1);
  }
  const suggestions = [...findings.subjects.values()].map((subject) => suggest(subject, { strictness: 'exact', fineSockets: false }));
  return printProfiles(suggestions, { explain: true, abi: 'abi/3.0' });
}

test.each(GENERATIONS)('what is learnt for a name of any characters allows this name and none beside it, as parser %s compiles it', (generation) => {
  const paths = fc.sample(hostilePath, { numRuns: NAMES, seed: 20_251 });
  const text = paths.map((path, at) => learnt(`p${at}`, [path]).replace(/^abi .*\n/, '')).join('\n');
  const compiled = compile(generation, `abi <abi/3.0>,\n${text}`);
  expect(compiled?.length).toBe(NAMES);
  const readable = (at: number, path: string) => {
    const automaton = compiled!.find(({ name }) => name === `p${at}`)!.file;
    // eslint-disable-next-line no-bitwise -- packed permissions
    return automaton !== undefined && (automaton.accept(automaton.walk(wordBytes(path), CompiledAutomaton.START)) & READ) !== 0;
  };
  expect(paths.filter((path, at) => !readable(at, path))).toEqual([]);
  expect(paths.flatMap((path, at) => neighbours(path).filter((other) => readable(at, other)).map((other) => [path, other]))).toEqual([]);
});
