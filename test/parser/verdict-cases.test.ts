/** The table of near-misses that our own tests go by says what the real parsers say. */
import { judgeAll } from './verdicts';
import { verdictCases } from '../language/verdict-cases';
import { GENERATIONS, realParser } from '../support/real/parsers';

test.each(GENERATIONS)('parser %s accepts and refuses the near-misses as the table says', async (generation) => {
  const { base } = realParser(generation);
  const cases = verdictCases();
  const verdicts = await judgeAll(cases.map(({ name, text }) => ({ name, text, base, change: '' })), generation);
  const wrong = cases.filter(({ acceptedBy }, at) => verdicts[at].real !== acceptedBy.includes(generation));
  expect(wrong.map(({ name }) => name)).toEqual([]);
}, 300_000);
