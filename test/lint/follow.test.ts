import type { FileReader } from '../../src/language';
import { lintText } from '../../src/lint';
import { ownIncludes } from '../../src/lint/follow';

const TREE: Readonly<Record<string, string>> = {
  '/app/snippets/writes': '/etc/app w,\n',
  '/app/snippets/known': '# lint-ignore write-to-etc: renders its own file\n/etc/app w,\n',
  '/app/snippets/reads': '/srv/** r,\n/srv/** r,\ninclude <snippets/reads>\n',
  '/app/tunables/mine': '@{CONFIG} = /etc/app\n',
  '/dist/abstractions/base': '/etc/base w,\n',
  '/dist/tunables/global': '',
  '/dist/local/web': '/etc/local w,\n',
  '/dist/web.d/more': '/etc/more w,\n',
};

const FILES: FileReader = {
  kind: (path) => (path in TREE ? 'file' : Object.keys(TREE).some((file) => file.startsWith(`${path}/`)) ? 'directory' : 'missing'),
  read: (path) => Buffer.from(TREE[path]),
  list: (path) => Object.keys(TREE).filter((file) => file.startsWith(`${path}/`)).map((file) => file.slice(path.length + 1)),
};

function found(file: string, rules: string, includeDirs: readonly string[] = [], preamble = '') {
  const text = `abi <abi/3.0>,\n${preamble}profile web {\n  signal receive peer=unconfined,\n${rules}}\n`;
  return lintText(text, file, { follow: ownIncludes(file, includeDirs, FILES) })
    .map(({ id, source, range }) => `${source.name}:${source.position(range.start).line} ${id}`);
}

test('a dangerous rule of an included file is found where it stands, beside the profile or in an include folder', () => {
  expect(found('/app/web', 'include <snippets/writes>\n')).toEqual(['/app/snippets/writes:1 write-to-etc']);
  expect(found('/elsewhere/web', 'include <snippets/writes>\n', ['/app'])).toEqual(['/app/snippets/writes:1 write-to-etc']);
  expect(found('/elsewhere/web', 'include "/app/snippets/writes"\n')).toEqual(['/app/snippets/writes:1 write-to-etc']);
  expect(found('/elsewhere/web', 'include <snippets/writes>\n')).toEqual([]);
});

test('an included file silences with its own comments', () => {
  expect(found('/app/web', 'include <snippets/known>\n')).toEqual([]);
});

test('a rule that an included one covers is found, and never the included one', () => {
  expect(found('/app/web', '/srv/www r,\ninclude <snippets/reads>\n')).toEqual(['/app/web:4 covered-rule']);
  expect(found('/app/web', '/srv/** r,\ninclude <snippets/reads>\n')).toEqual(['/app/web:4 duplicate-rule']);
});

test('variables of included tunables have their values', () => {
  expect(found('/app/web', '@{CONFIG}/x w,\n', [], 'include <tunables/mine>\n')).toEqual(['/app/web:5 write-to-etc']);
});

test('what comes with AppArmor is not looked at, what administrators add to it is', () => {
  expect(found('/dist/web', 'include <abstractions/base>\ninclude <local/web>\ninclude <web.d>\n'))
    .toEqual(['/dist/local/web:1 write-to-etc', '/dist/web.d/more:1 write-to-etc']);
});
