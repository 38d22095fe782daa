import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SHIPPED_ABIS } from '../../src/lint/lints/unknown-abi';
import { AppArmorAbi, AppArmorProfile, ExecTransition, NetworkFamily, ProfileBase, Rule, SocketType } from '../../src/profile';
import { ABI_FEATURES } from '../../src/profile/abi-features';

const web = new AppArmorProfile({
  name: 'web',
  includes: ['abstractions/base'],
  rules: [
    Rule.read('/etc/nginx/**'), Rule.write('/etc/nginx/private').deny(), Rule.network(NetworkFamily.INET, SocketType.STREAM),
    Rule.execute('/bin/sh', ExecTransition.child('shell')), Rule.childProfile('shell', [Rule.read('/bin/sh')]), Rule.read('/proc/@{pid}/stat'),
  ],
});

test('a decision names the rule, with its line in the text', () => {
  const { verdict, rules: [rule] } = web.decide({ class: 'file', path: '/etc/nginx/nginx.conf', mask: 'r' });
  expect(verdict).toBe('allowed');
  expect(rule).toMatchObject({ file: 'web', text: '/etc/nginx/** r,' });
  expect(web.toText().split('\n')[rule.line - 1]).toBe('  /etc/nginx/** r,');
});

test.each<[string, Record<string, unknown>, string]>([
  ['what no rule allows', { class: 'file', path: '/etc/passwd', mask: 'r' }, 'denied'],
  ['a variable of the usual tunables', { class: 'file', path: '/proc/12/stat', mask: 'r' }, 'allowed'],
  ['a socket of the family', { class: 'network', family: 'inet', type: 'stream' }, 'allowed'],
  ['a socket of another family', { class: 'network', family: 'inet6', type: 'stream' }, 'denied'],
  ['what abi/3.0 does not mediate', { class: 'userns' }, 'unmediated'],
])('%s', (_what, access, verdict) => {
  expect(web.decide(access).verdict).toBe(verdict);
});

test('an execution says where it leads', () => {
  expect(web.decide({ class: 'exec', path: '/bin/sh' }).transition).toEqual({ mode: 'cx', scrub: true, target: `${web.loadedName}//shell` });
});

test('a child is asked by its name', () => {
  expect(web.decide({ class: 'file', path: '/bin/sh', mask: 'r' }, { child: 'shell' }).verdict).toBe('allowed');
  expect(() => web.decide({ class: 'userns' }, { child: 'sh' })).toThrow('the profile "web" has no child "sh"; it has "shell"');
});

test('included files are named where they were not read, and read from a base', () => {
  const access = { class: 'file', path: '/dev/null', mask: 'w' };
  expect(web.decide(access)).toMatchObject({ verdict: 'denied', unread: ['abstractions/base'] });
  const base = mkdtempSync(join(tmpdir(), 'base-'));
  mkdirSync(join(base, 'abstractions'));
  mkdirSync(join(base, 'tunables'));
  writeFileSync(join(base, 'abstractions', 'base'), '/dev/null rw,\n');
  writeFileSync(join(base, 'tunables', 'global'), '@{pid}=[1-9]*\n');
  expect(web.decide(access, { base })).toMatchObject({ verdict: 'allowed', unread: [], rules: [{ file: join(base, 'abstractions', 'base'), line: 1 }] });
  expect(() => web.decide(access, { base: '/nope' })).toThrow('the base "/nope" is no folder; give one like /etc/apparmor.d');
});

test('the kernel\'s features are asked where they are given', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'features-')), 'none');
  writeFileSync(file, 'file {mask {read}}\n');
  expect(web.decide({ class: 'network', family: 'inet6', type: 'stream' }, { features: file }).verdict).toBe('unmediated');
  expect(() => web.decide({ class: 'userns' }, { features: '/nope' })).toThrow(/^the features file "\/nope" cannot be read: /);
});

test('the runtime\'s default is answered for by the base that follows it, unconfined by nothing, preloaded not at all', () => {
  const kcore = { class: 'file', path: '/proc/kcore', mask: 'r' };
  expect(AppArmorProfile.runtimeDefault().decide(kcore).verdict).toBe('denied');
  expect(AppArmorProfile.runtimeDefault().decide({ class: 'file', path: '/etc/passwd', mask: 'w' }).verdict).toBe('allowed');
  expect(AppArmorProfile.unconfined('test').decide(kcore).verdict).toBe('unmediated');
  expect(() => AppArmorProfile.preloaded('x').decide(kcore)).toThrow(
    'the preloaded profile "x" cannot be decided upon: its text is on the node; read it by AppArmorProfile.fromFile');
});

test('an access that is none says so', () => {
  expect(() => web.decide({ class: 'file', mask: 'r' })).toThrow('an access of class file needs "path", an absolute path');
});

test('every shipped abi has its features here', () => {
  expect(Object.keys(ABI_FEATURES).sort()).toEqual([...SHIPPED_ABIS].sort());
});

test.each(Object.values(AppArmorAbi))('with %s the runtime-default base keeps processes able to work', (abi) => {
  const base = new AppArmorProfile({ name: 'b', base: ProfileBase.RUNTIME_DEFAULT, abi });
  for (const access of [
    { class: 'file', path: '/srv/a', mask: 'rw' }, { class: 'exec', path: '/bin/sh' }, { class: 'network', family: 'unix', type: 'stream' },
    { class: 'capability', capability: 'chown' }, { class: 'signal', access: 'receive', signal: 'kill', peer: 'unconfined' },
    { class: 'signal', access: 'send', signal: 'term', peer: base.loadedName }, { class: 'signal', access: 'receive', signal: 'term', peer: '/usr/bin/runc' },
    { class: 'ptrace', access: 'read', peer: `${base.loadedName}//&unconfined` }, { class: 'file', path: '/proc/1/oom_score_adj', mask: 'w' },
    { class: 'file', path: '/proc/sys/kernel/shmmax', mask: 'w' }, { class: 'file', path: '/sys/fs/cgroup/memory.max', mask: 'w' },
  ]) {
    expect([access, base.decide(access).verdict]).toEqual([access, 'allowed']);
  }
  for (const access of [
    { class: 'file', path: '/proc/sysrq-trigger', mask: 'w' }, { class: 'file', path: '/proc/sys/kernel/core_pattern', mask: 'w' },
    { class: 'file', path: '/sys/kernel/uevent_helper', mask: 'w' }, { class: 'file', path: '/sys/kernel/security/apparmor/.load', mask: 'w' },
    { class: 'mount', operation: 'mount', source: 'proc', target: '/mnt/', fstype: 'proc' }, { class: 'network', family: 'alg', type: 'seqpacket' },
    { class: 'signal', access: 'send', signal: 'kill', peer: 'other' }, { class: 'file', path: '/proc/acpi/x', mask: 'w' },
  ]) {
    expect([access, base.decide(access).verdict]).toEqual([access, 'denied']);
  }
});

test('lint says what reviewers want to know, with lines of the text', () => {
  const profile = new AppArmorProfile({ name: 'l', rules: [Rule.write('/etc/x'), Rule.unix()] });
  const [finding, ...more] = profile.lint();
  expect(more).toEqual([]);
  expect(finding).toMatchObject({ id: 'write-to-etc', level: 'warning', column: 3 });
  expect(profile.toText().split('\n')[finding.line - 1]).toBe('  /etc/x w,');
  expect(profile.lint({ kernel: '6.1' }).map(({ id }) => id)).toEqual(['unenforced-rule', 'write-to-etc']);
  expect(new AppArmorProfile({ name: 'b', base: ProfileBase.RUNTIME_DEFAULT }).lint({ strict: true })).toEqual([]);
  expect(AppArmorProfile.runtimeDefault().lint()).toEqual([]);
});
