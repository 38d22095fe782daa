import { verdictCases } from './verdict-cases';
import { checkText, type ParserGeneration } from '../../src/language';

/** There is no file. */
const EMPTY = { kind: () => 'missing' as const, read: () => new Uint8Array(), list: () => [] };

test.each<ParserGeneration>(['3.0', '4.1', '5.0'])('near-misses of every family are judged as parser %s judges them', (parser) => {
  const wrong = verdictCases().filter(({ text, acceptedBy }) => {
    const accepted = checkText(text, { parser, files: EMPTY }).every(({ severity }) => severity !== 'error');
    return accepted !== acceptedBy.includes(parser);
  });
  expect(wrong.map(({ name }) => name)).toEqual([]);
  expect(verdictCases().length).toBeGreaterThan(500);
});
