import { goQuoted } from '../../src/manifests/go-quote';

// As Go 1.26 prints them with %q.
test.each([
  ['web', '"web"'],
  ['a "b" \\', '"a \\"b\\" \\\\"'],
  ['\u0007\b\t\n\v\f\r', '"\\a\\b\\t\\n\\v\\f\\r"'],
  ['\u0000\u001f\u007f', '"\\x00\\x1f\\x7f"'],
  ['\u0085\u00a0\u00ad\u2028\u3000\ufeff\u200b', '"\\u0085\\u00a0\\u00ad\\u2028\\u3000\\ufeff\\u200b"'],
  ['ünï 😀 <&>', '"ünï 😀 <&>"'],
  ['\u{e0001}\u{10ffff}', '"\\U000e0001\\U0010ffff"'],
])('%j is quoted as the API server quotes it', (text, quoted) => {
  expect(goQuoted(text)).toBe(quoted);
});
