import { type FileReader, includeFiles, parseProfileText, resolve, type ResolveOptions } from '../../src/language';
import { printRule } from '../../src/rules/registry';

function policy(text: string, tree: Readonly<Record<string, string>> = {}, options: ResolveOptions = {}) {
  const folders = new Set(Object.keys(tree).flatMap((path) => path.split('/').map((_part, at, parts) => parts.slice(0, at).join('/'))));
  const files: FileReader = {
    kind: (path) => (path in tree ? 'file' : folders.has(path) ? 'directory' : 'missing'),
    read: (path) => Buffer.from(tree[path]),
    list: (path) => Object.keys(tree).filter((file) => file.startsWith(`${path}/`)).map((file) => file.slice(path.length + 1)),
  };
  return resolve(parseProfileText(text, { fileName: '/x' }).tree, { base: '/base', files, ...options });
}

const rules = (text: string, tree?: Readonly<Record<string, string>>, options?: ResolveOptions) =>
  policy(text, tree, options).profiles[0].rules.map(printRule);

test('included files are read in the order of the search list, once in each profile', () => {
  const tree = { '/base/a': '/base r,\n', '/mine/a': '/mine r,\ninclude <b>\n', '/base/b': '/b r,\ninclude <a>\n' };
  expect(rules('profile p {\n  include <a>\n  include <a>\n  include <b>\n}\n', tree)).toEqual(['/base r,', '/b r,']);
  expect(rules('profile p {\n  include <a>\n}\n', tree, { includeDirs: ['/mine'] })).toEqual(['/mine r,', '/b r,']);
});

test('a folder brings its files but those that package managers leave behind', () => {
  const tree = { '/base/d/a': '/a r,\n', '/base/d/b': '/b r,\n', '/base/d/c.dpkg-old': '/c r,\n', '/base/d/.e': '/e r,\n', '/base/d/README': 'x\n' };
  expect(rules('profile p {\n  include <d>\n}\n', tree)).toEqual(['/b r,', '/a r,']);
});

test('a file that is missing is forgiven only where the include says so', () => {
  expect(policy('include if exists <gone>\n').diagnostics).toEqual([]);
  expect(policy('include <gone>\n').diagnostics.map(({ code }) => code)).toEqual(['include-not-found']);
});

test('faults of included files tell which includes led there', () => {
  const tree = { '/base/a': 'include <b>\n', '/base/b': '/b{x} r,\n' };
  const [{ source, includedFrom = [] }] = policy('profile p {\n  include <a>\n}\n', tree).diagnostics;
  expect([source.name, ...includedFrom.map((place) => place.source.name)]).toEqual(['/base/b', '/base/a', '/x']);
});

test('what was learnt of an included file with one text says of another where that one includes it', () => {
  const tree = { '/base/a': '/a px,\n' };
  const files: FileReader = { kind: (path) => (path in tree || path === '/base' ? path in tree ? 'file' : 'directory' : 'missing'), read: () => Buffer.from(tree['/base/a']), list: () => [] };
  const options = { base: '/base', files };
  const includes = includeFiles(options);
  const faults = (text: string, fileName: string) => resolve(parseProfileText(text, { fileName }).tree, { ...options, includes }).diagnostics;
  expect(faults('profile p {\n  include <a>\n}\n', '/one')).toEqual([]);
  const [{ code, includedFrom: [place] = [] }] = faults('profile q {\n  /a ix,\n  include <a>\n}\n', '/two');
  expect([code, place.source.name, place.range.start]).toEqual(['exec-conflict', '/two', 23]);
});

test('only the branch of an if that is taken counts', () => {
  const body = 'if $B {\n  /yes r,\n} else if defined @{A} {\n  /maybe r,\n} else {\n  /no r,\n}';
  expect(rules(`$B = true\nprofile p {\n${body}\n}\n`)).toEqual(['/yes r,']);
  expect(rules(`$B = false\n@{A} = x\nprofile p {\n${body}\n}\n`)).toEqual(['/maybe r,']);
  expect(rules(`$B = false\nprofile p {\n${body}\n}\n`)).toEqual(['/no r,']);
});

test.each([
  ['1 < 2', true], ['0x10 == 16', false], ['0x10 >= 16', true], ['010 <= 8', true], ['b > a', true], ['a in @{S}', true], ['c in @{S}', false],
  ['@{S} == @{S}', true], ['@{S} != a', true], ['not true or true and false', false], ['not (true and false)', true], ['TRUE', true],
])('%s is %s', (condition, value) => {
  expect(rules(`@{S} = a b\nprofile p {\nif ${condition} {\n/x r,\n}\n}\n`)).toEqual(value ? ['/x r,'] : []);
});

test.each([
  ['audit', 'deny', 'deny /x r,', 'audit /x r,'],
  ['audit', 'audit deny', 'audit deny /x r,', 'audit /x r,'],
  ['', 'deny', 'deny /x r,', 'audit /x r,'],
  ['', 'audit deny', 'deny /x r,', '/x r,'],
  ['', 'owner', 'owner /x r,', 'owner /x r,'],
  ['owner', 'audit', 'audit owner /x r,', 'audit owner /x r,'],
  ['owner', 'deny', 'deny owner /x r,', 'audit owner /x r,'],
  ['allow', 'deny owner', 'deny owner /x r,', 'audit allow owner /x r,'],
  ['deny', 'audit', undefined, 'deny /x r,'],
  ['audit deny', '', undefined, 'audit deny /x r,'],
  ['audit deny', 'deny', undefined, 'deny /x r,'],
])('in a block [%s] a rule [%s] is [%s] to parser 3.0 and [%s] to newer ones', (block, own, old, newer) => {
  const text = `profile p {\n${block} {\n${own} /x r,\n}\n}\n`;
  expect(rules(text, {}, { parser: '4.1' })).toEqual([newer]);
  expect(rules(text)).toEqual([newer]);
  if (old === undefined) {
    expect(policy(text, {}, { parser: '3.0' }).diagnostics.map(({ code }) => code)).toContain('qualifier-not-allowed');
  } else {
    expect(rules(text, {}, { parser: '3.0' })).toEqual([old]);
  }
});

test('a block for the owner leaves nothing of a rule for others, and says so', () => {
  const text = 'profile p {\n  owner {\n    other /x r,\n    capability chown,\n  }\n}\n';
  expect(rules(text)).toEqual([]);
  expect(policy(text).diagnostics.map(({ code }) => code)).toEqual(['rule-dropped', 'rule-dropped']);
});

test('profiles come with their children, full names, attachments and modes', () => {
  const [web] = policy('profile web /bin/web flags=(complain, audit) {\n  ^hat {\n    /h r,\n  }\n  profile /bin/sub {\n  }\n}\n').profiles;
  expect(web).toMatchObject({ name: 'web', fullName: 'web', attachment: '/bin/web', mode: 'complain', flags: ['audit'], hat: false });
  expect(web.children.map(({ fullName, hat, attachment, mode }) => ({ fullName, hat, attachment, mode }))).toEqual([
    { fullName: 'web//hat', hat: true, attachment: undefined, mode: 'enforce' },
    { fullName: 'web///bin/sub', hat: false, attachment: '/bin/sub', mode: 'enforce' },
  ]);
});

test('variables are those of the whole preamble and the built-in ones of the profile', () => {
  const [profile] = policy('@{A} = a\n@{A} += b a\nprofile "p*" /bin/p {\n}\n').profiles;
  expect(Object.fromEntries(profile.variables)).toEqual({
    A: ['a', 'b'], profile_name: ['p\\*'], attach_path: ['/bin/p'], exec_path: ['/bin/p'],
  });
});

test('a rule that the kernel named by its features does not enforce is reported', () => {
  const text = 'profile p {\n  network inet ip=1.2.3.4,\n  network send inet,\n  dbus,\n  /a r,\n}\n';
  const { diagnostics } = policy(text, {}, { features: 'network_v8 {af_mask {inet\n}\n}\n' });
  expect(diagnostics.map(({ severity, message }) => [severity, message])).toEqual([
    ['warning', 'the features in force ignore the addresses and ports of network rules, so the rule holds for all of them'],
    ['warning', 'the features in force do not mediate dbus'],
  ]);
});

test.each([
  ['/a px,\n/a ix,', true], ['/a px,\n/a* ix,', false], ['/a* px,\n/ab* ix,', true], ['owner /a px,\nother /a ix,', false],
  ['priority=1 /a px,\n/a ix,', false], ['/a cx -> b,\n/a px -> p//b,', false], ['/{a,b} px,\n/a ix,', true], ['/[ab] px,\n/a ix,', true],
  ['/a px,\nfile,', false], ['/a* px,\nfile,', true], ['deny /a x,\n/a px,', false], ['/a* px,\n/*b ix,', true], ['/a* px,\n/b* ix,', false],
  ['change_profile safe /a -> b,\nchange_profile unsafe /a -> b,', true], ['change_profile safe /a -> b,\nchange_profile unsafe /a -> c,', false],
])('%j conflicts: %s', (body, conflict) => {
  expect(policy(`profile p {\n${body}\n}\n`).diagnostics.map(({ code }) => code)).toEqual(conflict ? ['exec-conflict'] : []);
});

test('without includes a text is resolved as far as it goes', () => {
  const { profiles, diagnostics } = policy('include <gone>\nprofile p {\n  include <gone>\n  /@{X} r,\n}\n', {}, { followIncludes: false });
  expect([diagnostics, profiles[0].rules.map(printRule)]).toEqual([[], ['/@{X} r,']]);
});
