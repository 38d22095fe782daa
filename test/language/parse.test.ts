import fc from 'fast-check';
import { isAccessRule, parseProfileText, printTree, type Item, type Profile } from '../../src/language';
import { cases } from '../rules/cases';

const bodyOf = (text: string): readonly Item[] => {
  const { tree, diagnostics } = parseProfileText(`profile p {\n${text}\n}\n`);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return (tree.body.items[0] as Profile).body.items;
};

test('nodes know where they stand, to the character', () => {
  const text = 'profile p {\n  # why\n  /a r, # and\n  network,\n}\n';
  const { tree } = parseProfileText(text);
  const profile = tree.body.items[0] as Profile;
  const pieces = profile.body.items.map(({ layout }) => text.slice(layout!.start, layout!.end));
  expect(pieces).toEqual(['/a r,', 'network,']);
  expect(text.slice(profile.body.items[1].layout!.lead, profile.body.items[1].layout!.start)).toBe(' # and\n  ');
});

test('a rule may span lines, with comments between its words', () => {
  expect(bodyOf('deny # no\n  owner\n /a # path\n rw\n,')).toEqual([
    expect.objectContaining({ type: 'file', path: '/a', permissions: 'rw', qualifiers: { access: 'deny', owner: 'owner' } }),
  ]);
});

test('several faults are found in one run, each in its place', () => {
  const { diagnostics } = parseProfileText([
    'profile p {', '  capability CAP_CHOWN,', '  /a rq,', '  signal set=nope,', '  /ok r,', '  network inet8,', '}', '',
  ].join('\n'));
  expect(diagnostics.map(({ code, source, range }) => [code, source.position(range.start).line])).toEqual([
    ['unknown-capability', 2], ['unknown-permission', 3], ['unknown-signal', 4], ['unknown-family', 6],
  ]);
});

test('what follows a rule that cannot be read is read', () => {
  const { tree } = parseProfileText('profile p {\n  /a rq,\n  /b r,\n  profile c /x /y {\n    /c r,\n  }\n  /d r,\n}\n');
  expect((tree.body.items[0] as Profile).body.items.filter(isAccessRule).map((rule) => 'path' in rule && rule.path)).toEqual(['/b', '/d']);
});

test('blocks are followed a thousand deep and no further', () => {
  const nested = (depth: number) => `profile p ${'{\n'.repeat(depth)}${'}'.repeat(depth)}\n`;
  expect(parseProfileText(nested(1000)).diagnostics).toEqual([]);
  expect(parseProfileText(nested(10_000)).diagnostics.map(({ code }) => code)).toContain('nesting-too-deep');
});

test.each(cases.map(({ text }) => [text]))('printing %j untouched gives it back', (text) => {
  const file = `# head\n\nprofile p {\n\t${text} # tail\n\n}\n`;
  expect(printTree(parseProfileText(file).tree)).toBe(file);
});

const PIECES = [
  ...cases.map(({ text }) => text), 'profile x {', 'profile "a b" /c flags=(complain) {', '{', '}', 'audit deny {', 'if $B {', '} else {', 'hat h {',
  '^h {', '@{A} = b c', '${B} = true', 'include <x>', 'include if exists "y"', 'abi <abi/4.0>,', 'alias /a -> /b,', '# c', '\n', ' ', ',', '"', '\\',
  '(', ')', '=', '->', '\0', 'é', '\r\n', '@{', '/a', 'rwx', '#include', 'priority=', 'else', 'x=(y', ':ns:', '&',
];
const runs = Number(process.env.K8S_APPARMOR_LONG_RUN ?? 20_000);

test(`whatever is read (${runs} texts): no crash, places inside of the text, and the text comes back`, () => {
  const texts = fc.array(fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...PIECES) }, fc.string({ maxLength: 5 })), { maxLength: 14 })
    .map((pieces) => pieces.join(' '));
  fc.assert(fc.property(texts, (text) => {
    const { tree, diagnostics } = parseProfileText(text);
    return printTree(tree) === text
      && diagnostics.every(({ range }) => range.start >= 0 && range.start <= range.end && range.end <= text.length);
  }), { numRuns: runs });
});

test.each([
  ['profile p {', 10_000], ['{', 10_000], ['if true {\n', 10_000], ['profile p { if ( ', 5000], ['}', 100_000], ['(', 100_000], ['"', 100_001],
  ['/a r,', 20_000], ['not ', 100_000], ['audit ', 50_000], ['@{A}=a\n', 20_000], ['signal (', 50_000], ['/a{', 100_000], ['\\', 100_000],
])('%j, %i times, is read to its end', (piece, times) => {
  const text = piece.repeat(times);
  const { tree, diagnostics } = parseProfileText(text);
  expect(printTree(tree)).toBe(text);
  expect(diagnostics.every(({ range }) => range.end <= text.length)).toBe(true);
});

test('a line of ten million characters is one word', () => {
  const text = `profile p {\n/${'a'.repeat(10_000_000)} r,\n}\n`;
  expect(parseProfileText(text).diagnostics).toEqual([]);
});
