import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { props } from './arbitraries';
import { parseProfileText, type Profile } from '../../src/language';
import {
  AppArmorAbi, AppArmorProfile, ExecTransition, NetworkFamily, ProfileBase, ProfileKind, ProfileMode, Rule, SocketType, type ProfileTextOptions,
} from '../../src/profile';
import { LEAST_PARSER } from '../../src/profile/abi';
import { ProfileError } from '../../src/profile/errors';
import { errorsIn } from '../../src/profile/validate';
import { printRule } from '../../src/rules/registry';

const ABIS = Object.values(AppArmorAbi);

test('a typed profile is a readable text: families in order, sorted, a pinned abi, its own name with the hash', () => {
  const web = new AppArmorProfile({
    name: 'web',
    rules: [
      Rule.read('/etc/nginx/**'), Rule.write('/var/cache/nginx/**'), Rule.read('/var/cache/nginx/**'), Rule.execute('/usr/sbin/nginx'),
      Rule.network(NetworkFamily.INET, SocketType.STREAM), Rule.capability('net_bind_service'), Rule.capability('net_bind_service'),
    ],
  });
  expect(web.toText()).toBe(`abi <abi/3.0>,

profile ${web.loadedName} flags=(attach_disconnected,mediate_deleted) {
  capability net_bind_service,

  network inet stream,

  # The container runtime stops the container.
  signal receive peer=unconfined,
  signal receive peer={/usr/bin/,/usr/sbin/,}crun*,
  signal receive peer={/usr/bin/,/usr/sbin/,}podman,
  signal receive peer={/usr/bin/,/usr/sbin/,}runc,

  /etc/nginx/** r,
  /usr/sbin/nginx ix,
  /var/cache/nginx/** rw,
}
`);
});

test('the name on the node is prefix, name and the hash of the text under its plain name', () => {
  const web = new AppArmorProfile({ name: 'web', prefix: 'acme' });
  const plain = web.toText().replace(web.loadedName, 'acme.web');
  expect(web.loadedName).toBe(`acme.web.${createHash('sha256').update(plain).digest('hex').slice(0, 8)}`);
  expect(web.loadedName).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]*$/);
});

test.each(ABIS)('for %s the order of rules and their copies change no byte', (abi) => {
  fc.assert(fc.property(props(abi), fc.infiniteStream(fc.nat(1000)), (one, random) => {
    const shuffled = [...one.rules, ...one.rules.slice(0, 2)]
      .map((rule) => [random.next().value as number, rule] as const).sort((a, b) => a[0] - b[0]).map(([, rule]) => rule);
    expect(new AppArmorProfile({ ...one, rules: shuffled }).toText()).toBe(new AppArmorProfile(one).toText());
  }), { numRuns: 30 });
});

/** Programs that overlap, with transitions that exclude each other or not. */
const overlapping = fc.array(fc.tuple(
  fc.constantFrom('/bin/*', '/bin/a', '/bin/{a,b}', '/bin/b*', '@{bin}/a'),
  fc.constantFrom(ExecTransition.inherit(), ExecTransition.unconfined(), ExecTransition.child('kid'), ExecTransition.profile('other').keepEnvironment()),
  fc.boolean(),
).map(([path, transition, isDenied]) => (isDenied ? Rule.execute(path, transition).deny() : Rule.execute(path, transition))), { maxLength: 4 });

test.each(ABIS)('whatever rules a program gives for %s: the profile throws, or its text has no error for any parser of that generation', (abi) => {
  let [made, refused] = [0, 0];
  fc.assert(fc.property(props(abi), overlapping, (one, more) => {
    let built: AppArmorProfile;
    try {
      built = new AppArmorProfile({ ...one, rules: [...one.rules, ...more] });
    } catch (error) {
      refused++;
      expect(error).toBeInstanceOf(ProfileError);
      return;
    }
    made++;
    expect(errorsIn(built.toText(), one.name, LEAST_PARSER[abi])).toEqual([]);
  }), { numRuns: 200 });
  expect(made).toBeGreaterThan(20);
  expect(refused).toBeGreaterThan(20);
});

/** The rules of a body as texts, children included. */
function rulesOf({ body }: Pick<Profile, 'body'>): string[] {
  return body.items.flatMap((item) => {
    switch (item.type) {
      case 'include': return [`include ${item.path}`];
      case 'profile': return [`${item.name}: ${rulesOf(item).join(' ')}`];
      case 'if': case 'block': case 'abi': case 'alias': case 'variable': case 'boolean': throw new Error(item.type);
      default: return [printRule(item)];
    }
  });
}

test.each(ABIS)('for %s a printed profile is read without a fault, and printing what was read gives the same rules', (abi) => {
  fc.assert(fc.property(props(abi), (one) => {
    const text = new AppArmorProfile(one).toText();
    const { tree, diagnostics } = parseProfileText(text);
    expect(diagnostics).toEqual([]);
    const [profile] = tree.body.items.filter((item): item is Profile => item.type === 'profile');
    const rules = rulesOf(profile);
    const again = new AppArmorProfile({ ...one, base: ProfileBase.NONE, rules: [Rule.raw(text.slice(text.indexOf('{\n') + 2, text.lastIndexOf('}')))] });
    const [second] = parseProfileText(again.toText()).tree.body.items.filter((item): item is Profile => item.type === 'profile');
    expect(rulesOf(second)).toEqual(rules);
  }), { numRuns: 40 });
});

test('the runtime-default base is the runtimes\' own, for every abi what newer ones mediate is kept free', () => {
  const text = (abi: AppArmorAbi) => new AppArmorProfile({ name: 'd', base: ProfileBase.RUNTIME_DEFAULT, abi }).toText();
  for (const rule of [
    'include if exists <abstractions/base>', 'capability,', 'deny network alg,', 'network,', 'file,', 'umount,', 'deny mount,', 'deny /proc/* w,',
    'deny /sys/kernel/security/** rwlkx,', 'signal receive peer=unconfined,', 'signal (send, receive) peer=@{profile_name}{,//&unconfined},',
    'ptrace (trace, read, tracedby, readby) peer=@{profile_name}{,//&unconfined},',
  ]) {
    expect(text(AppArmorAbi.V3_0)).toContain(`\n  ${rule}\n`);
  }
  expect(text(AppArmorAbi.V3_0)).not.toMatch(/userns|io_uring|\n {2}unix,/);
  expect(text(AppArmorAbi.V4_0)).toMatch(/\n {2}userns create,\n/);
  expect(text(AppArmorAbi.V5_0)).toMatch(/\n {2}unix,\n[\s\S]*\n {2}io_uring,\n/);
});

test('an include brings the variables that abstractions use, and need not exist only if none needs to', () => {
  const head = (...rules: Rule[]) => new AppArmorProfile({ name: 'i', rules }).toText().split('\n')[1];
  expect(head(Rule.include('abstractions/base'))).toBe('include <tunables/global>');
  expect(head(Rule.include('abstractions/base', { ifExists: true }))).toBe('include if exists <tunables/global>');
  expect(head(Rule.read('/a'))).toBe('');
  expect(new AppArmorProfile({ name: 'i', includes: ['abstractions/base'] }).toText()).toContain('\n  include <abstractions/base>\n');
});

test('children are loaded under their parent\'s name, can be stopped, and follow its mode', () => {
  const web = new AppArmorProfile({
    name: 'web', mode: ProfileMode.COMPLAIN, rules: [Rule.childProfile('sh', [Rule.hat('inner', [])]), Rule.raw('profile own { /a r, }')],
  });
  expect(web.loadedProfiles()).toEqual([
    { name: web.loadedName, mode: 'complain' },
    { name: `${web.loadedName}//sh`, mode: 'complain' },
    { name: `${web.loadedName}//sh//inner`, mode: 'complain' },
    { name: `${web.loadedName}//own`, mode: 'enforce' },
  ]);
  expect(web.toText()).toContain('  profile sh flags=(attach_disconnected,mediate_deleted,complain) {\n    # The container runtime stops');
});

test('profiles that are not distributed have no text, and only preloaded ones a name', () => {
  expect(AppArmorProfile.preloaded('nginx').loadedName).toBe('nginx');
  expect(AppArmorProfile.unconfined(' host agent ')).toMatchObject({ kind: ProfileKind.UNCONFINED, reason: 'host agent' });
  expect(AppArmorProfile.runtimeDefault()).toMatchObject({ kind: ProfileKind.RUNTIME_DEFAULT, name: 'RuntimeDefault' });
  expect(() => AppArmorProfile.runtimeDefault().loadedName).toThrow('the profile RuntimeDefault has no name on the node; look at its kind first');
  expect(() => AppArmorProfile.preloaded('nginx').toText()).toThrow('the profile nginx is not distributed, so it has no text here; look at its kind first');
});

test.each<[string, () => unknown, string]>([
  ['no reason', () => AppArmorProfile.unconfined('  '), 'AppArmorProfile.unconfined() needs a reason; say why this runs without a profile'],
  ['an empty name', () => new AppArmorProfile({ name: '' }), 'the profile name "" cannot be used: it is empty; give a name such as "web"'],
  ['a path', () => AppArmorProfile.preloaded('/usr/bin/x'),
    'the profile name "/usr/bin/x" cannot be used: a profile named by a path takes hold of programs on the node itself; write "usr-bin-x"'],
  ['unconfined', () => new AppArmorProfile({ name: 'unconfined' }), 'the profile name "unconfined" cannot be used: it is what AppArmor calls ' +
    'processes without a profile; use AppArmorProfile.unconfined(reason), or another name'],
  ['localhost/', () => AppArmorProfile.preloaded('localhost/x'), 'the profile name "localhost/x" cannot be used: container runtimes cut "localhost/" off; write "x"'],
  ['a namespace', () => AppArmorProfile.preloaded(':ns:x'), 'the profile name ":ns:x" cannot be used: container runtimes do not look into AppArmor namespaces; write "ns-x"'],
  ['a blank', () => new AppArmorProfile({ name: 'my web' }), 'the profile name "my web" cannot be used: it is made of letters, digits, ".", "_" and "-", ' +
    'and begins with a letter or digit; write "my-web"'],
  ['a long name', () => new AppArmorProfile({ name: 'x'.repeat(64) }), `the profile name "${'x'.repeat(64)}" cannot be used: it is longer than 63 characters; shorten it`],
  ['two transitions of one program', () => new AppArmorProfile({ name: 'web', rules: [Rule.execute('/bin/a'), Rule.raw('/bin/a Px,')] }),
    'the profile "web": "/bin/a" runs programs otherwise than "/bin/a" on line 10 does; give both the same exec mode, or make one exact or of a higher priority\n' +
    '  |   /bin/a ix,\n  |   ^^^^^^'],
  ['an unknown variable', () => new AppArmorProfile({ name: 'web', rules: [Rule.read('/@{NOPE}')] }),
    'the profile "web": @{NOPE} is not declared; assign it before the first profile, or include the file that does, such as <tunables/global>\n' +
    '  |   /@{NOPE} r,\n  |    ^^^^^^^'],
  ['a rule of newer parsers', () => new AppArmorProfile({ name: 'web', rules: [Rule.userns()] }),
    'the profile "web" is written for AppArmor 3.0, which has no Rule.userns(); set abi: AppArmorAbi.V4_0 if every node has AppArmor 4.1, or leave the rule out'],
])('%s throws where it is written', (_what, make, message) => {
  expect(make).toThrow(new Error(message));
});

/** The text of a profile from a text, with its name shortened to NAME. */
function renamed(text: string, options?: ProfileTextOptions): string {
  const profile = AppArmorProfile.fromText(text, options);
  return profile.toText().replaceAll(profile.loadedName, 'NAME');
}

describe('a profile from a text', () => {
  test('stays as the author wrote it, but for its own name wherever it stands', () => {
    const text = (name: string, others = '') => `# head\r
abi <abi/4.0>,
#include <tunables/global>
profile  ${name}   flags = (attach_disconnected) {   # why
\t/a\t r , /b w,
  # both
  signal peer=${name}, ptrace peer={${name},${others}x}{,//*}, # ends
  /c Px -> ${name}//kid,
  unix peer=(label=${name}),
  /web r, signal  send peer=webhook,
  ^kid { /web   r, change_profile -> ${name}, }   }
# end
`;
    expect(renamed(text('web'))).toBe(text('NAME'));
  });

  test('gets an abi and a last line end where it has none', () => {
    expect(renamed('profile web { }')).toBe('abi <abi/3.0>,\nprofile NAME { }\n');
  });

  test('takes name, prefix and mode from the options', () => {
    const web = AppArmorProfile.fromText('abi <abi/3.0>,\nprofile a flags=(kill, audit) { }\n', { name: 'b', prefix: 'c', mode: ProfileMode.COMPLAIN });
    expect(web).toMatchObject({ name: 'b', mode: 'complain' });
    expect(web.toText()).toBe(`abi <abi/3.0>,\nprofile ${web.loadedName} flags=(audit, complain) { }\n`);
    expect(web.loadedName).toMatch(/^c\.b\.[0-9a-f]{8}$/);
    expect(renamed('abi <abi/3.0>,\nprofile a { }\n', { mode: ProfileMode.KILL })).toBe('abi <abi/3.0>,\nprofile NAME flags=(kill) { }\n');
    expect(renamed('abi <abi/3.0>,\nprofile a (complain) { }\n', { mode: ProfileMode.ENFORCE })).toBe('abi <abi/3.0>,\nprofile NAME { }\n');
  });

  test('can be one of several', () => {
    expect(renamed('abi <abi/3.0>,\n# a\nprofile a { }\n# b\nprofile b { }\n', { profile: 'b' })).toBe('abi <abi/3.0>,\n# a\n# b\nprofile NAME { }\n');
  });

  test('may include what only nodes have', () => {
    expect(renamed('abi <abi/3.0>,\ninclude <tunables/global>\nprofile a {\n include <local/mine>\n @{HOME}/x r,\n}\n')).toContain('NAME');
  });

  test('has the name of its file in messages', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'profile-')), 'web.profile');
    writeFileSync(file, 'abi <abi/3.0>,\nprofile web {\n  /a rq,\n}\n');
    expect(() => AppArmorProfile.fromFile(file)).toThrow(new Error(`${file} has an error:
${file}:3:6: error unknown-permission "rq" is no file permission; use some of r w a l k m and one exec mode; blanks in a path need quotes
  3 |   /a rq,
    |      ^^`));
    writeFileSync(file, 'abi <abi/3.0>,\nprofile web {\n  /a r,\n}\n');
    expect(AppArmorProfile.fromFile(file).name).toBe('web');
  });

  test.each<[string, string, string]>([
    ['nothing in it', '# nothing\n', '<text> holds no profile; write one as "profile NAME { … }"'],
    ['an attachment', 'profile web /usr/bin/web { }\n',
      '<text>: the profile "web" attaches to "/usr/bin/web" and so to programs of the node itself; remove the path'],
    ['a path for a name', '/usr/bin/web { }\n', 'the profile name in <text> "/usr/bin/web" cannot be used: a profile named by a path takes hold of ' +
      'programs on the node itself; write "usr-bin-web"'],
    ['a namespace', 'profile :n:web { }\n', '<text>: the profile "web" is in the namespace "n", where no container runtime looks; remove ":n:"'],
    ['several profiles', 'profile a { }\nprofile b { }\n', '<text> holds 2 profiles ("a", "b"); give each a file, or choose one by the option profile'],
    ['a hat', 'hat a { }\n', '<text>: "a" is a hat, which lives in a profile; write "profile a {"'],
    ['an unknown abi', 'abi <abi/9.0>,\nprofile a { }\n', '<text>: AppArmor ships no features file "abi/9.0", so nodes refuse the profile; write "abi <abi/3.0>,"'],
    ['a mode that confines nothing', 'profile a flags=(unconfined) { }\n',
      '<text>: the flags (unconfined) let the profile "a" confine nothing; remove the mode, or use AppArmorProfile.unconfined(reason)'],
  ])('is refused with %s', (_what, text, message) => {
    expect(() => AppArmorProfile.fromText(text)).toThrow(new Error(message));
  });

  test('is refused where the file is none', () => {
    expect(() => AppArmorProfile.fromFile('/nope/web')).toThrow('/nope/web cannot be read: there is no such file; check the path');
    expect(() => AppArmorProfile.fromFile(tmpdir())).toThrow(`${tmpdir()} is no regular file; give the path of a profile text`);
  });
});
