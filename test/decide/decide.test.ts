import { AccessError, allProfiles, decidablePolicy, readAccess, type Verdict } from '../../src/decide';
import type { Access } from '../../src/rules/access';

const V8 = 'network_v8 {af_mask {inet}}\nmount {mask {mount}}\nsignal {mask {term}}\nptrace {mask {read}}\ncaps {mask {sys_admin bpf}}\n';
const FILES = {
  kind: (path: string) => (path === '/base' || path === '/base/abi' ? 'directory' as const : path === '/base/abi/v8' ? 'file' as const : 'missing' as const),
  read: () => Buffer.from(V8),
  list: () => [],
};

function decide(body: string, access: Access, options: { flags?: string; parser?: '3.0' | '4.1' | '5.0'; features?: string } = {}): Verdict {
  const text = `abi <abi/v8>,\nprofile web ${options.flags ?? ''} {\n${body}\n}\n`;
  const policy = decidablePolicy(text, { files: FILES, base: '/base', fileName: 'web', parser: options.parser, features: options.features ?? V8 });
  expect(policy.diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message)).toEqual([]);
  return policy.decider(policy.profiles[0]).decide(access);
}

const file = (path: string, mask: string, owner = false): Access => ({ class: 'file', path, mask, owner });
const exec = (path: string): Access => ({ class: 'exec', path });
const brief = ({ verdict, audited }: Verdict) => `${verdict}${audited ? ' audited' : ''}`;

test.each<[body: string, access: Access, expected: string]>([
  ['/a r,', file('/a', 'r'), 'allowed'],
  ['/a r,', file('/a', 'rw'), 'denied audited'],
  ['/a w,', file('/a', 'a'), 'allowed'],
  ['/a a,', file('/a', 'w'), 'denied audited'],
  ['/a rw, deny /a w,', file('/a', 'w'), 'denied'],
  ['/a rw, audit deny /a w,', file('/a', 'w'), 'denied audited'],
  ['/a rw, deny /a a,', file('/a', 'w'), 'allowed'],
  ['audit /a r,', file('/a', 'r'), 'allowed audited'],
  ['owner /a r,', file('/a', 'r', true), 'allowed'],
  ['owner /a r,', file('/a', 'r'), 'denied audited'],
  ['deny /* r, priority=1 /a r,', file('/a', 'r'), 'allowed'],
  ['/a ix,', file('/a', 'm'), 'allowed'],
  ['/a px,', file('/a', 'm'), 'denied audited'],
  ['link /a -> /b,', { class: 'link', path: '/a', target: '/b' }, 'allowed'],
  ['link /a -> /b,', { class: 'link', path: '/a', target: '/c' }, 'denied audited'],
  ['/a rl, /b w,', { class: 'link', path: '/a', target: '/b', owner: true }, 'denied audited'],
  ['/a rl, /b rw,', { class: 'link', path: '/a', target: '/b', owner: true }, 'allowed'],
  ['capability chown,', { class: 'capability', capability: 'chown' }, 'allowed'],
  ['capability, deny capability chown,', { class: 'capability', capability: 'chown' }, 'denied'],
  ['capability bpf,', { class: 'capability', capability: 'bpf' }, 'allowed'],
  ['network inet stream,', { class: 'network', family: 'inet', type: 'stream' }, 'allowed'],
  ['network tcp,', { class: 'network', family: 'inet6', type: 'stream' }, 'allowed'],
  ['network inet stream,', { class: 'network', family: 'inet', type: 'dgram' }, 'denied audited'],
  ['unix stream,'.replace('stream', 'type=stream'), { class: 'unix', type: 'stream' }, 'allowed'],
  ['signal send set=term peer=a*,', { class: 'signal', access: 'send', signal: 'term', peer: 'ab' }, 'allowed'],
  ['signal send set=term,', { class: 'signal', access: 'send', signal: 'kill', peer: 'ab' }, 'denied audited'],
  ['ptrace read peer=web,', { class: 'ptrace', access: 'read', peer: 'web' }, 'allowed'],
  ['mount fstype=tmpfs -> /mnt/,', { class: 'mount', operation: 'mount', fstype: 'tmpfs', source: 'tmpfs', target: '/mnt/' }, 'allowed'],
  ['mount options=(ro) -> /mnt/,', { class: 'mount', operation: 'mount', target: '/mnt/' }, 'denied audited'],
  ['umount /mnt/,', { class: 'mount', operation: 'umount', target: '/mnt/' }, 'allowed'],
  ['pivot_root oldroot=/o/ /n/,', { class: 'mount', operation: 'pivot_root', target: '/n/', source: '/o/' }, 'allowed'],
  ['change_profile -> a*,', { class: 'change_profile', target: 'ab' }, 'allowed'],
  ['change_profile /bin/x -> a,', { class: 'change_profile', target: 'a', exec: '/bin/y' }, 'denied audited'],
  ['change_profile -> a, deny change_profile -> b,', { class: 'change_profile', target: 'a' }, 'allowed'],
  ['change_profile -> a, deny change_profile -> b,', { class: 'change_profile', target: 'a', exec: '/bin/x' }, 'denied'],
  ['userns,', { class: 'userns' }, 'unmediated'],
  ['dbus send,', { class: 'dbus', access: 'send' }, 'unmediated'],
  ['io_uring,', { class: 'io_uring', access: 'sqpoll' }, 'unmediated'],
  ['mqueue,', { class: 'mqueue', access: 'open', name: '/q' }, 'unmediated'],
  ['set rlimit nofile <= 10,', { class: 'rlimit', resource: 'nofile', value: 11 }, 'denied audited'],
  ['set rlimit nofile <= 10,', { class: 'rlimit', resource: 'nofile', value: 10 }, 'allowed'],
  ['set rlimit nice <= 5,', { class: 'rlimit', resource: 'nice', value: 4 }, 'denied audited'],
  ['all,', file('/any/thing', 'rwlkm'), 'allowed'],
  ['change_profile -> x,', file('/proc/1/attr/current', 'w', true), 'allowed'],
  ['change_profile -> x,', file('/proc/1/attr/current', 'w'), 'denied audited'],
])('%s, asked %j: %s', (body, access, expected) => expect(brief(decide(body, access))).toBe(expected));

describe('a mode', () => {
  test.each([
    ['flags=(complain)', '', 'allowed audited'], ['flags=(complain)', 'deny /a r,', 'denied'], ['flags=(complain)', 'audit deny /a r,', 'allowed audited'],
    ['flags=(kill)', '', 'denied audited'], ['flags=(unconfined)', '', 'unmediated'], ['flags=(audit)', '/a r,', 'allowed audited'], ['flags=(audit)', 'deny /a r,', 'denied audited'],
  ])('%s with "%s" makes reading %s', (flags, body, expected) => expect(brief(decide(body, file('/a', 'r'), { flags }))).toBe(expected));
});

describe('an execution', () => {
  test.each([
    ['/a ix,', { mode: 'ix', scrub: false, target: 'web' }],
    ['/a Px -> other,', { mode: 'px', scrub: true, target: 'other' }],
    ['/a cx -> kid, profile kid { }', { mode: 'cx', scrub: false, target: 'web//kid' }],
    ['/a cx, profile kid /a { }', { mode: 'cx', scrub: false, target: 'web//kid' }],
    ['/a cix,', { mode: 'cix', scrub: false, target: 'web' }],
    ['/a Ux,', { mode: 'ux', scrub: true, target: 'unconfined' }],
    ['/a px,', { mode: 'px', scrub: false }],
    ['/* ix, /a px -> b,', { mode: 'px', scrub: false, target: 'b' }],
    ['/a ix, priority=1 /* px -> b,', { mode: 'px', scrub: false, target: 'b' }],
  ])('by %s leads on', (body, transition) => expect(decide(body, exec('/a')).transition).toEqual(transition));

  test('that is denied leads nowhere', () => expect(decide('/* ix, deny /a x,', exec('/a'))).toEqual({
    verdict: 'denied', audited: false, rules: [{ file: 'web', line: 3, text: 'deny /a x,' }],
  }));
});

test('a verdict names the rules that led to it, as they are written', () => {
  expect(decide('/a r,\n/* rw,\n/b r,', file('/a', 'r')).rules).toEqual([{ file: 'web', line: 3, text: '/a r,' }, { file: 'web', line: 4, text: '/* rw,' }]);
  expect(decide('/a r,', file('/a', 'w')).rules).toEqual([]);
});

test('what the kernel or the abi does not mediate is unmediated, whatever the rules say', () => {
  const access: Access = { class: 'network', family: 'inet', type: 'stream' };
  expect(brief(decide('deny network,', access, { features: 'mount {mask {mount}}\n' }))).toBe('unmediated');
  expect(brief(decide('deny network,', access))).toBe('denied');
});

test('where unix sockets are mediated by address, a network rule for them allows all that a unix rule could', () => {
  const asked = (rules: string, access: Access) => {
    const policy = decidablePolicy(`abi <kernel>,\nprofile web {\n${rules}\n}\n`, { files: FILES, base: '/base', features: 'network_v9 {af_mask {unix}\naf_unix {yes}\n}\n' });
    return brief(policy.decider(policy.profiles[0]).decide(access));
  };
  const bind: Access = { class: 'unix', access: 'bind', type: 'stream', address: '@a' };
  expect(asked('network create unix,', bind)).toBe('allowed');
  expect(asked('network inet,', bind)).toBe('denied audited');
  expect(asked('unix, deny network stream,', bind)).toBe('denied audited');
  expect(asked('unix, deny network dgram,', bind)).toBe('allowed');
  expect(asked('unix create type=stream,', { class: 'network', family: 'unix', type: 'stream' })).toBe('allowed');
});

test('a rule for io_uring lets the kernel poll whatever its label says', () => {
  const allowed = (['sqpoll', 'override_creds'] as const).map((access) => {
    const features = 'io_uring {mask {sqpoll}}\n';
    const policy = decidablePolicy('abi <kernel>,\nprofile web {\nio_uring label=a,\n}\n', { files: FILES, base: '/base', features });
    return policy.decider(policy.profiles[0]).decide({ class: 'io_uring', access, label: 'b' }).verdict;
  });
  expect(allowed).toEqual(['allowed', 'denied']);
});

test('parsers differ where the rule says so', () => {
  const remount: Access = { class: 'mount', operation: 'remount', target: '/m/', options: ['ro'] };
  expect((['3.0', '5.0'] as const).map((parser) => brief(decide('remount /m/,', remount, { parser })))).toEqual(['denied audited', 'allowed']);
  expect((['3.0', '5.0'] as const).map((parser) => brief(decide('/a ix, deny /* x,', file('/a', 'm'), { parser })))).toEqual(['allowed', 'denied audited']);
});

describe('parser 3.0 forgets that it mediates what an audited rule denies altogether', () => {
  test.each<[body: string, parser: '3.0' | '4.1', expected: string]>([
    ['audit deny umount,', '3.0', 'unmediated'], ['audit deny umount,', '4.1', 'denied audited'], ['deny umount,', '3.0', 'denied'],
    ['audit deny umount, umount /mnt/,', '3.0', 'unmediated'], ['audit deny umount, mount -> /x/,', '3.0', 'denied audited'],
    ['audit deny umount /mnt/,', '3.0', 'denied audited'],
  ])('%s, by %s: %s', (body, parser, expected) => {
    expect(brief(decide(body, { class: 'mount', operation: 'umount', target: '/mnt/' }, { parser }))).toBe(expected);
  });

  test.each([
    ['audit deny ptrace peer=**,', 'unmediated'], ['audit deny ptrace peer=*,', 'unmediated'], ['audit deny ptrace,', 'denied audited'],
    ['audit deny ptrace peer=**, ptrace peer=a,', 'unmediated'], ['audit deny ptrace peer=a,', 'denied audited'],
    ['audit deny ptrace read peer=**, ptrace trace peer=b,', 'denied audited'],
  ])('%s: %s', (body, expected) => {
    expect(brief(decide(body, { class: 'ptrace', access: 'read', peer: 'a' }, { parser: '3.0' }))).toBe(expected);
  });
});

test('a capability that the kernel has is itself, although the abi of the policy does not know it', () => {
  const access: Access = { class: 'capability', capability: 'sys_admin' };
  expect(brief(decide('capability checkpoint_restore,', access, { features: 'caps {mask {sys_admin checkpoint_restore}}\n' }))).toBe('denied audited');
  expect(brief(decide('capability checkpoint_restore,', access, { features: 'caps {mask {sys_admin}}\n' }))).toBe('allowed');
});

test('children are profiles of their own', () => {
  const policy = decidablePolicy('profile a { profile b { /x r, } }\n');
  expect(allProfiles(policy.profiles).map((profile) => `${profile.fullName} ${policy.decider(profile).decide(file('/x', 'r')).verdict}`)).toEqual(['a denied', 'a//b allowed']);
});

test.each([
  [{ class: 'file', path: 'etc', mask: 'r' }, '"path" of class file is "etc", but must be an absolute path'],
  [{ class: 'file', path: '/etc' }, 'an access of class file needs "mask", a text without NUL'],
  [{ class: 'file', path: '/a', mask: 'r', onwer: true }, 'an access of class file has no field "onwer"'],
  [{ class: 'fil' }, 'class "fil" is unknown; use one of capability, change_profile, dbus, exec, file, io_uring, link, mount, mqueue, network, ptrace, rlimit, signal, unix, userns'],
  [[], 'an access is a JSON object, such as {"class":"file","path":"/etc/passwd","mask":"r"}'],
])('the access %j is refused', (access, message) => expect(() => readAccess(access)).toThrow(new AccessError(message)));

test.each<[Access, string]>([
  [file('/a', 'x'), "mask 'x' is none; use some of r, w, a, l, k, m (the class exec asks for x)"],
  [{ class: 'capability', capability: 'CAP_CHOWN' }, "there is no capability 'CAP_CHOWN'; names are lower case without CAP_, such as net_admin"],
  [{ class: 'signal', access: 'send', signal: 'sigterm' }, "there is no signal 'sigterm'; names are lower case without SIG, such as term or rtmin+1"],
  [{ class: 'mount', operation: 'mount', options: ['nope'] }, "there is no mount option 'nope'"],
])('the value in %j is refused', (access, message) => expect(() => decide('', access)).toThrow(new AccessError(message)));
