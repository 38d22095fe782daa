import fc from 'fast-check';
import { SourceText } from '../../src/diagnostics';

test.each([
  [0, 1, 1], [1, 1, 2], [2, 1, 3], [3, 2, 1], [4, 2, 2], [5, 3, 1], [6, 3, 2], [99, 3, 2], [-1, 1, 1],
])('offset %i of two short lines and one more is line %i, column %i', (offset, line, column) => {
  expect(new SourceText('x', 'ab\nc\nd').position(offset)).toEqual({ line, column });
});

test('a line comes without its line end, CRLF included', () => {
  const source = new SourceText('x', 'one\r\ntwo\n');
  expect([0, 1, 2, 3, 4].map((number) => source.line(number))).toEqual(['', 'one', 'two', '', '']);
});

test('every offset is found again from its line and column', () => {
  fc.assert(fc.property(fc.array(fc.constantFrom('a', '\n', 'é', ' ')).map((signs) => signs.join('')), (text) => {
    const lines = text.split('\n');
    const source = new SourceText('x', text);
    for (let offset = 0; offset <= text.length; offset++) {
      const { line, column } = source.position(offset);
      const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
      expect(before + column - 1).toBe(offset);
    }
  }), { numRuns: 200 });
});
