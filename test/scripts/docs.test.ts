import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pages } from '../../scripts/docs';
import { ERROR_EXAMPLES } from '../../scripts/error-examples';
import { CODES } from '../../src/diagnostics';
import { checkText, type FileReader } from '../../src/language';
import { ABI_FEATURES } from '../../src/profile/abi-features';

const DOCS = join(__dirname, '..', '..', 'docs');

test.each([...pages()])('docs/%s is what `npm run docs` writes', (path, text) => {
  const file = join(DOCS, path);
  expect(existsSync(file) ? readFileSync(file, 'utf8') : 'missing').toBe(text);
});

test('there is no page for a lint that is gone', () => {
  expect(readdirSync(join(DOCS, 'lints')).map((file) => `lints/${file}`).filter((path) => !pages().has(path))).toEqual([]);
});

/** A node with the features files of AppArmor and nothing else. */
const NODE: FileReader = {
  kind: (path) => (path === '/' ? 'directory' : path.slice(1) in ABI_FEATURES ? 'file' : 'missing'),
  read: (path) => Buffer.from(ABI_FEATURES[path.slice(1)]),
  list: () => [],
};

const codesIn = (text: string) => checkText(text, { base: '/', files: NODE }).map(({ code }) => code);

describe.each(Object.entries(ERROR_EXAMPLES))('%s', (code, { wrong, right }) => {
  test('is found in its wrong example', () => {
    expect(codesIn(wrong)).toContain(code);
  });

  test('is not found in its right example, nor anything else', () => {
    expect(codesIn(right)).toEqual([]);
  });
});

test('only errors of files, of depth, of bytes and of numbers are without an example', () => {
  expect(Object.keys(CODES).filter((code) => !(code in ERROR_EXAMPLES))).toMatchInlineSnapshot(`
[
  "unreadable-file",
  "file-too-large",
  "invalid-utf8",
  "nul-byte",
  "nesting-too-deep",
  "unsupported-by-parser",
  "include-unreadable",
  "include-loop",
  "include-misplaced",
  "bad-escape",
  "too-many-transitions",
]
`);
});
