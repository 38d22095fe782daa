import { cases } from './cases';
import { parseProfileText, type Profile } from '../../src/language';
import type { Access } from '../../src/rules/access';
import { type AccessRule, FAMILIES, familyOf, printRule, ruleFromAccess } from '../../src/rules/registry';
import type { PatternRelation } from '../../src/rules/rule';

function ruleOf(text: string): AccessRule {
  const { tree, diagnostics } = parseProfileText(`profile p {\n${text}\n}\n`);
  expect(diagnostics).toEqual([]);
  return (tree.body.items[0] as Profile).body.items[0] as AccessRule;
}

const plain = (rule: object) => JSON.parse(JSON.stringify({ ...rule, layout: undefined }));
const equalPatterns: PatternRelation = { includes: (wide, narrow) => wide === narrow, overlaps: (one, other) => one === other };

test('every family has a case', () => {
  expect(new Set(cases.map(({ rule }) => rule.type))).toEqual(new Set(Object.keys(FAMILIES)));
});

test.each(Object.entries(FAMILIES))('%s is registered by the type of its rules, with an order of its own', (type, family) => {
  expect(family.type).toBe(type);
  expect(Object.values(FAMILIES).filter(({ order }) => order === family.order)).toHaveLength(1);
});

test.each(cases)('$text is read', ({ text, rule }) => {
  expect(plain(ruleOf(text))).toMatchObject(rule);
});

test.each(cases)('$text is printed as it is written', ({ text }) => {
  expect(printRule(ruleOf(text))).toBe(text);
});

test.each(cases)('$text covers itself', ({ text }) => {
  const rule = ruleOf(text);
  expect(familyOf(rule).covers(rule, rule, equalPatterns)).toBe(true);
});

test.each([
  ['/a rw,', '/a r,', true], ['/a r,', '/a rw,', false], ['/a w,', '/a a,', true], ['/a px,', '/a ix,', false], ['capability,', 'capability kill,', true],
  ['capability kill,', 'capability,', false], ['network inet,', 'network inet stream,', true], ['network tcp,', 'network inet tcp,', true],
  ['network inet,', 'network,', false], ['signal,', 'signal send peer=a,', true], ['signal peer=a,', 'signal,', false],
  ['network port=1-9 ,', 'network port=3,', true], ['network port=3,', 'network port=1-9,', false], ['dbus send,', 'dbus send bus=a,', true],
  ['set rlimit as <= 2KB,', 'set rlimit as <= 2000,', true], ['set rlimit as <= 2000,', 'set rlimit as <= 2KB,', false], ['mount,', 'mount /a -> /b,', true],
])('%s covers %s: %s', (wide, narrow, expected) => {
  const [one, other] = [ruleOf(wide), ruleOf(narrow)];
  expect(familyOf(one).covers(one, other, equalPatterns)).toBe(expected);
});

const ACCESSES: ReadonlyArray<readonly [Access, string]> = [
  [{ class: 'file', path: '/etc/a b*', mask: 'wa' }, '"/etc/a b\\*" w,'],
  [{ class: 'file', path: '/x', mask: 'r', owner: true }, 'owner /x r,'],
  [{ class: 'exec', path: '/bin/sh' }, '/bin/sh ix,'],
  [{ class: 'link', path: '/new', target: '/old' }, 'link /new -> /old,'],
  [{ class: 'capability', capability: 'net_admin' }, 'capability net_admin,'],
  [{ class: 'network', family: 'inet', type: 'stream' }, 'network inet stream,'],
  [{ class: 'unix', type: 'stream', access: 'send', peer: 'x' }, 'unix (send) type=stream peer=(label=x),'],
  [{ class: 'mount', operation: 'mount', source: '/a', target: '/b/', fstype: 'ext4', options: ['ro'] }, 'mount fstype=ext4 options=ro /a -> /b/,'],
  [{ class: 'mount', operation: 'umount', target: '/b/' }, 'umount /b/,'],
  [{ class: 'mount', operation: 'pivot_root', source: '/o/', target: '/n/' }, 'pivot_root oldroot=/o/ /n/,'],
  [{ class: 'signal', access: 'send', signal: 'term', peer: 'x' }, 'signal send set=term peer=x,'],
  [{ class: 'ptrace', access: 'read', peer: 'x' }, 'ptrace read peer=x,'],
  [{ class: 'dbus', access: 'send', bus: 'system', path: '/p' }, 'dbus send bus=system path=/p,'],
  [{ class: 'userns' }, 'userns create,'],
  [{ class: 'change_profile', target: 'y' }, 'change_profile -> y,'],
  [{ class: 'mqueue', access: 'read', name: '/q' }, 'mqueue read /q,'],
  [{ class: 'io_uring', access: 'sqpoll' }, 'io_uring sqpoll,'],
  [{ class: 'rlimit', resource: 'nofile', value: 5 }, 'set rlimit nofile <= 5,'],
];

test.each(ACCESSES)('the rule for %j is %s, and reads back as itself', (access, text) => {
  const rule = ruleFromAccess(access)!;
  expect(printRule(rule)).toBe(text);
  expect(plain(ruleOf(text))).toEqual(plain(rule));
});
