import * as fc from 'fast-check';
import { findingLine, lintText } from '../../src/lint';
import { inProfile } from '../../src/lint/lint';

const SIGNALS = 'signal receive peer=unconfined,';

/** What is found in a profile with these lines, as `ID message`. */
function found(...lines: string[]): string[] {
  return lintText(`include <tunables/global>\n${inProfile(SIGNALS, ...lines)}`, 'web').map(({ id, message }) => `${id} ${message}`);
}

test.each<[string, string[], string[]]>([
  ['a narrow profile', ['/etc/nginx/** r,', '/usr/sbin/nginx ix,', 'network inet stream,', 'capability net_bind_service,'], []],
  ['/etc', ['/etc/** rw,'], ['write-to-etc the rule gives write access to /etc ("/etc/**")']],
  ['/etc by an alternation', ['/{etc,srv}/** w,'], ['write-to-etc the rule gives write access to /etc ("/{etc,srv}/**")']],
  ['/etc by a variable', ['@{etc_rw}/x w,'], ['write-to-etc the rule gives write access to /etc ("@{etc_rw}/x")']],
  ['/etc by a sample', ['/*/passwd w,'], ['write-to-etc the rule gives write access to /etc ("/*/passwd")']],
  ['/etc with the writing denied', ['/etc/** rw,', 'deny /etc/** w,'], [
    'denied-rule "w" of "/etc/** rw," is denied by "deny /etc/** w,"',
  ]],
  ['pictures everywhere', ['/**.png rw,'], []],
  ['everything', ['file,'], ['broad-path the bare rule "file," takes in every file there is, the kernel\'s in /proc and /sys and mounted secrets too']],
  ['all of /proc', ['@{PROC}/** r,'], [
    'broad-path "@{PROC}/**" takes in the memory, environment and open files of all processes, /proc/sys and /proc/kcore',
  ]],
  ['sysctl', ['/proc/sys/net/** w,'], ['write-to-proc-sys the rule gives write access to the settings of the kernel ("/proc/sys/net/**")']],
  ['the runtime\'s socket', ['@{run}/containerd/containerd.sock rw,'], [
    'runtime-socket the rule gives access to the socket of the container runtime ("@{run}/containerd/containerd.sock")',
  ]],
  ['a rule in a block', ['audit { /etc/x w, capability chown, }'], ['write-to-etc the rule gives write access to /etc ("/etc/x")', 'rule-dropped x']],
  ['capabilities in one rule', ['capability chown sys_admin sys_module,'], [
    'dangerous-capability capability sys_admin gives mounting, namespaces and most of what root can do',
    'dangerous-capability capability sys_module gives loading code into the kernel',
  ]],
  ['denied capabilities', ['deny capability sys_admin,'], []],
  ['bind mounts with both ends', ['mount options=(bind) /a/ -> /b/,'], []],
  ['a bind mount of anything', ['mount options=(rw, bind) -> /b/,'], ['open-mount the mount is allowed with any source']],
  ['a bind mount with a type', ['mount options=(bind, ro) fstype=ext4 /a/ -> /b/,'], ['lost-mount-kind "bind" is dropped, so the rule allows a new mount instead']],
  ['a bind mount of any type', ['mount options=(bind, ro) /a/ -> /b/,'], []],
  ['a remount with a type', ['remount fstype=ext4 /b/,'], ['lost-mount-kind "remount" is dropped, so the rule allows a new mount instead']],
  ['propagation from one place to another', ['mount options=(rslave, ro) fstype=x /a/ -> /b/,'], ['lost-mount-kind "rslave" is dropped, so the rule allows a new mount instead']],
  ['propagation', ['mount options=(rslave) -> /,'], []],
  ['a mount of anything', ['mount,'], ['open-mount the mount is allowed with any source and any type']],
  ['ptrace of itself', ['ptrace (read, trace) peer=@{profile_name},'], []],
  ['being traced', ['ptrace (readby, tracedby),'], []],
  ['signals to anybody', ['signal (send) set=(term) peer=**,'], ['signal-any-peer the rule lets it signal processes of any profile']],
  ['becoming unconfined', ['change_profile -> unconfined,'], ['change-profile-anywhere the rule lets it become unconfined']],
  ['write and execute by two rules', ['/opt/** w,', '/opt/bin/a Px -> b,'], [
    'write-and-execute what "/opt/bin/a" lets it execute or map may be written, too, by "/opt/**"',
  ]],
  ['write and map by one rule', ['/opt/x rwm,'], ['write-and-execute what "/opt/x" lets it execute or map may be written, too']],
  ['duplicates', ['/a r,', '/a   r,'], ['duplicate-rule "/a r," stands in line 6 already']],
  ['covered rules', ['/srv/** rw,', '/srv/a r,', 'owner /srv/b w,', 'audit /srv/c r,'], [
    'covered-rule "/srv/a r," changes nothing beside "/srv/** rw,"',
    'covered-rule "owner /srv/b w," changes nothing beside "/srv/** rw,"',
  ]],
  ['covered networks', ['network inet,', 'network inet stream,'], ['covered-rule "network inet stream," changes nothing beside "network inet,"']],
  ['an audited deny below a silent one', ['deny /srv/** w,', 'audit deny /srv/a w,'], [
    'covered-rule "audit deny /srv/a w," changes nothing beside "deny /srv/** w,"',
  ]],
  ['a silent deny below an audited one', ['audit deny /srv/** w,', 'deny /srv/a w,'], []],
  ['a denied network', ['network inet stream,', 'deny network inet,'], ['denied-rule all of "network inet stream," is denied by "deny network inet,"']],
  ['an owner deny against everybody', ['/srv/a w,', 'deny owner /srv/** w,'], []],
  ['a priority above the deny', ['priority=1 /srv/a w,', 'deny /srv/** w,'], []],
  ['limits, of which the last wins', ['set rlimit nofile <= 10,', 'set rlimit nofile <= 20,'], []],
  ['a family that abi/3.0 has not', ['deny mqueue,'], ['unenforced-rule "deny mqueue," confines nothing: abi/3.0 has no mqueue mediation, which came with abi/4.0']],
])('%s', (_what, lines, expected) => {
  expect(found(...lines).map((line) => line.replace(/^rule-dropped .*/, 'rule-dropped x'))).toEqual(expected);
});

test('the stated kernel tells what it does not enforce', () => {
  const ids = (kernel: string) => lintText(inProfile(SIGNALS, 'unix,'), 'web', { kernel }).map(({ message }) => message);
  expect(ids('6.12')).toEqual(['"unix," confines nothing: kernel 6.12 has no unix mediation, which came with 6.17']);
  expect(ids('7.2')).toEqual([]);
});

test('children are looked at, but only the outermost profile must not attach and must take signals', () => {
  expect(found('profile kid /bin/kid { /etc/x w, }')).toEqual(['write-to-etc the rule gives write access to /etc ("/etc/x")']);
});

test('a finding is one line with file, line, column, level, lint, and what to do', () => {
  const [finding] = lintText('abi <abi/3.0>,\nprofile web /bin/a {\n signal,\n}\n', 'we\nb');
  expect(findingLine(finding)).toBe('we b:2:1: error attachment-path the profile "web" attaches to "/bin/a" on every node; give the profile a plain name and no path');
});

describe('a comment', () => {
  test.each<[string, string[], string[]]>([
    ['above the rule silences', ['# lint-ignore write-to-etc: renders its own file', '/etc/x w,'], []],
    ['behind the rule silences', ['/etc/x w, # lint-ignore write-to-etc: renders its own file'], []],
    ['above other comments silences', ['# lint-ignore write-to-etc: renders its own file', '# more', '/etc/x w,'], []],
    ['for several lints silences each', ['# lint-ignore write-to-etc, write-and-execute: an installer', '/etc/x wm,'], []],
    ['for the file silences everywhere', ['/etc/x w,', '/etc/y w,', '# lint-ignore-file write-to-etc: an installer'], []],
    ['is not for the next rule but one', ['# lint-ignore write-to-etc: renders its own file', '/a r,', '/etc/x w,'], [
      'suppression there is no write-to-etc to silence here', 'write-to-etc the rule gives write access to /etc ("/etc/x")',
    ]],
    ['behind a rule is not for the next', ['/a r, # lint-ignore write-to-etc: no', '/etc/x w,'], [
      'suppression there is no write-to-etc to silence here', 'write-to-etc the rule gives write access to /etc ("/etc/x")',
    ]],
    ['without a reason does not count', ['# lint-ignore write-to-etc', '/etc/x w,'], [
      'suppression the comment silences write-to-etc without a reason, so it does not count', 'write-to-etc the rule gives write access to /etc ("/etc/x")',
    ]],
    ['without a lint is a fault', ['# lint-ignore', '/a r,'], ['suppression the comment names no lint']],
    ['with an unknown lint is a fault', ['# lint-ignore write-to-ect: typo', '/a r,'], ['suppression there is no lint "write-to-ect"']],
    ['in a quoted path is none', ['"/a # lint-ignore x" r,'], []],
  ])('%s', (_what, lines, expected) => {
    expect(found(...lines)).toEqual(expected);
  });
});

test('hostile texts end in findings inside of the text, never in an exception', () => {
  const piece = fc.constantFrom('profile p {', '}', '/etc/** w,', '{', '/**', '@{A}=', '@{A} ', '# lint-ignore', ':', '"', ' r,', '\n', 'mount,', '\0', 'é', '{{{{', ',,', '[a');
  fc.assert(fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
    const text = pieces.join('');
    for (const { range } of lintText(text, 'x', { preset: 'strict', kernel: '6.1' })) {
      expect(range.start >= 0 && range.end <= text.length && range.start <= range.end).toBe(true);
    }
  }), { numRuns: 500 });
});
