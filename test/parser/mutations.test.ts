/**
 * Texts made by token mutations, judged by the real parser and by ours. `K8S_APPARMOR_MUTATIONS=COUNT[,SEED]` runs more or
 * others than the usual ones. Of 50,000 the newest parser accepted 10,383, of which ours refused 19, and refused 39,596, of
 * which ours accepted 13. The classes of difference that are known and stay, none of which a person would write:
 *
 * - an include in the middle of something else: the real parser splices the file in wherever it stands; ours refuses it, since
 *   no tree can hold it;
 * - words that end in a colon (5.0): the next character becomes part of them, blank or comma; ours says what swallows what;
 * - classes such as `[0-9-f]` and `[0-a-f]`, where a range follows a range: the real parser's reading depends on how its
 *   expression is put together;
 * - what follows the value of a boolean on the line below it (5.0), where the real parser has left the state for values;
 * - `@{attach_path}` in a text in which it is defined for another profile, `@{name` closed by another sign, and a variable that
 *   only the target of pivot_root uses: the real parser looks at more words, or later;
 * - `rtmin+32rtmin+32` and other numbers with a tail, of which the real parser reads the beginning.
 */
import { Mutator } from './mutation';
import { originals } from './originals';
import { acceptedBy, agreement, judgeAll, type Verdicts } from './verdicts';
import { diagnosticLine } from '../../src/diagnostics';
import type { ParserGeneration } from '../../src/language';

const [count = 5000, seed = 20] = (process.env.K8S_APPARMOR_MUTATIONS ?? '').split(',').filter((part) => part !== '').map(Number);
const LEAST: Readonly<Record<ParserGeneration, number>> = { '5.0': 0.995, '4.1': 0.995, '3.0': 0.995 };
/** Older parsers get a share of the texts: they run the same code of ours but for a few tables. */
const SHARES: ReadonlyArray<readonly [ParserGeneration, number]> = [['5.0', 1], ['4.1', 0.2], ['3.0', 0.2]];

function difference({ mutant, real, realWords, errors }: Verdicts): string {
  const ours = errors.length === 0 ? 'accepted' : diagnosticLine(errors[0]);
  return `${mutant.name} (${mutant.change}): ${real === true ? 'accepted' : realWords}; ours: ${ours}`;
}

describe.each(SHARES)('parser %s', (generation, share) => {
  const texts = Math.round(count * share);

  test(`${texts} mutated texts are accepted and refused as the real parser does`, async () => {
    const mutator = new Mutator(await acceptedBy(generation, originals(generation)), seed);
    const verdicts = await judgeAll(Array.from({ length: texts }, () => mutator.mutant()), generation);
    const { accepted, refused, wronglyRefused, wronglyAccepted, timedOut } = agreement(verdicts);
    process.stdout.write([
      `${generation}: ${accepted.length} accepted, ${wronglyRefused.length} of them refused by us;`,
      `${refused.length} refused, ${wronglyAccepted.length} of them accepted by us; ${timedOut} without a verdict (out of time, or the real parser crashed)`,
      ...[...wronglyRefused, ...wronglyAccepted].map((one) => `  ${difference(one)}`), '',
    ].join('\n'));
    expect(accepted.length / texts).toBeGreaterThan(0.2);
    expect(1 - wronglyRefused.length / accepted.length).toBeGreaterThanOrEqual(LEAST[generation]);
    expect(1 - wronglyAccepted.length / refused.length).toBeGreaterThanOrEqual(LEAST[generation]);
  }, Math.max(600_000, count * 200));
});
