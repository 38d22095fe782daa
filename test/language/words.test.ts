import fc from 'fast-check';
import { parseProfileText, type Profile } from '../../src/language';
import { decodeWord, literalPattern, printWord, wordBytes } from '../../src/language/words';

test.each([
  ['plain', 'plain'], ['a\\ b', 'a\\ b'], ['\\"', '"'], ['\\n', '\n'], ['\\101', 'A'], ['\\x41', 'A'], ['\\d65', 'A'],
  ['\\052', '\\*'], ['\\x2a', '\\*'], ['\\d42', '\\*'], ['\\*', '\\*'], ['\\\\', '\\\\'], ['\\303\\251', 'é'], ['é', 'é'],
  ['\\000', '\\000'], ['\\400', ' 0'], ['\\q', '\\q'], ['\\xff', '\udcff'], ['a\\', 'a\\'],
])('the escapes of %j decode to %j', (raw, decoded) => {
  expect(decodeWord(raw)).toBe(decoded);
});

test('bytes that are no UTF-8 survive', () => {
  expect([...wordBytes(decodeWord('a\\xff\\303\\251'))]).toEqual([0x61, 0xff, 0xc3, 0xa9]);
});

test.each([
  ['/a b', '"/a b"'], ['', '""'], ['/a,b', '/a,b'], ['/a,', '"/a,"'], ['/{a, b}', '"/{a, b}"'], ['/a"b', '"/a\\"b"'], ['/a!b', '"/a!b"'],
  ['/a\nb', '/a\\012b'], ['/\udcff', '/\\xff'], ['/\\*', '/\\*'],
  ['/a\\\\', '/a\\x5c'], ['/a b\\\\', '"/a b\\x5c"'], ['/a\u202eb', '/a\\xe2\\x80\\xaeb'], ['/\u009b', '/\\xc2\\x9b'],
])('%j is written as %s', (word, text) => {
  expect(printWord(word)).toBe(text);
});

test('a printed word is read as the same word', () => {
  const characters = fc.constantFrom(...'ab/ ,"!\\*{}[]@#()=\n\té', '\udcff', '😀');
  fc.assert(fc.property(fc.array(characters, { maxLength: 12 }), (signs) => {
    const word = decodeWord(`/${signs.join('')}x`);
    const { tree, diagnostics } = parseProfileText(`profile p {\n${printWord(word)} r,\n}\n`);
    expect(diagnostics).toEqual([]);
    expect((tree.body.items[0] as Profile).body.items).toEqual([expect.objectContaining({ path: word })]);
  }), { numRuns: 500 });
});

test('a literal pattern has no glob left', () => {
  expect(literalPattern('/a*[b]{c}?\\')).toBe('/a\\*\\[b\\]\\{c\\}\\?\\\\');
});
