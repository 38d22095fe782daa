import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CODES } from '../../src/diagnostics';
import { parseProfileText } from '../../src/language';
import { LINTS, lintTree } from '../../src/lint';

const FOLDER = join(__dirname, '..', '..', 'src', 'lint', 'lints');

function idsIn(text: string): string[] {
  const { tree, diagnostics } = parseProfileText(text, { fileName: 'web' });
  expect(diagnostics).toEqual([]);
  return lintTree(tree.layout!.source, tree, { preset: 'strict' }).map(({ id }) => id);
}

test('no lint has the name of an error of the language', () => {
  expect(LINTS.map(({ id }) => id).filter((id) => id in CODES)).toEqual([]);
});

test('every file of the folder is a lint with the id of its name, sorted in the registry', () => {
  const files = readdirSync(FOLDER).map((file) => file.replace(/\.ts$/, '')).sort();
  expect(LINTS.map(({ id }) => id)).toEqual(files);
  expect(files.every((file) => existsSync(join(FOLDER, `${file}.ts`)))).toBe(true);
});

describe.each(LINTS.map((lint) => [lint.id, lint] as const))('%s', (id, lint) => {
  test('fires in its wrong example', () => {
    expect(idsIn(lint.wrong)).toContain(id);
  });

  test('does not fire in its right example', () => {
    expect(idsIn(lint.right)).not.toContain(id);
  });

  test('has sentences for reason, summary and exceptions, and an imperative for the better way', () => {
    for (const sentence of [lint.summary, lint.reason, lint.exceptions]) {
      expect(sentence).toMatch(/^[A-Z`].*\.$/s);
    }
    expect(lint.better).toMatch(/^[a-z].*[^.]$/);
  });
});
