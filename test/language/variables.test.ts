import { expandVariables, patternsOfAliases, referencesOf, type Variables } from '../../src/language';

const VARIABLES: Variables = new Map([
  ['ONE', ['x']], ['TWO', ['a', 'b']], ['DIR', ['/home/', '/root/']], ['NEST', ['@{TWO}c']], ['LOOP', ['@{POOL}']], ['POOL', ['@{LOOP}']],
  ['EMPTY', ['']], ['LOST', ['@{GONE}']],
]);

test.each([
  ['/a', '/a'], ['/@{ONE}', '/x'], ['/@{TWO}', '/{a,b}'], ['/@{TWO}@{TWO}', '/{a,b}{a,b}'], ['@{DIR}/x', '{/home,/root}/x'],
  ['/srv/@{DIR}x', '/srv/{home/,root/}x'], ['/@{DIR}', '/{/home/,/root/}'], ['/@{NEST}', '/{ac,bc}'], ['/a@{EMPTY}b', '/ab'],
  ['/\\@{ONE}', '/\\@{ONE}'], ['/@{a,b}', '/@{a,b}'], ['/@ONE', '/@ONE'],
])('%s stands for %s', (word, pattern) => {
  expect(expandVariables(word, VARIABLES)).toEqual({ pattern });
});

test.each([
  ['/@{GONE}', 'undefined-variable', '@{GONE} is not declared'],
  ['/@{LOST}', 'undefined-variable', '@{GONE} is not declared'],
  ['/@{LOOP}', 'recursive-variable', 'the value of @{LOOP} leads back to itself'],
  ['/@{4A}', 'variable-syntax', '"@{4A}" is no variable'],
  ['/@{attach_path}', 'undefined-variable', '@{attach_path} has no value, for the profile has no attachment'],
])('%s is %s', (word, code, message) => {
  expect(expandVariables(word, VARIABLES).fault).toMatchObject({ code, message });
});

test('an expansion that grows beyond all bounds is refused, not computed', () => {
  const values = Array.from({ length: 100 }, (_value, at) => `value${at}`);
  const grow = new Map([['A', values], ['B', values.map((value) => `@{A}${value}`)], ['C', values.map((value) => `@{B}${value}`)]]);
  expect(expandVariables('/@{C}', grow).fault?.code).toBe('variable-value');
});

test('references tell where they stand', () => {
  expect(referencesOf('/@{A}/@{B}')).toEqual([{ name: 'A', start: 1, end: 5 }, { name: 'B', start: 6, end: 10 }]);
});

test('aliases add copies for what starts with their text', () => {
  const aliases = [{ from: '/usr', to: '/opt' }, { from: '/usr', to: '/srv' }, { from: '/var', to: '/x' }];
  expect(patternsOfAliases('/usr/bin', aliases)).toEqual(['/usr/bin', '/opt/bin', '/srv/bin']);
});
