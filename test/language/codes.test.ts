import { CODES } from '../../src/diagnostics';
import { checkText, type FileReader } from '../../src/language';

const FILES: Readonly<Record<string, string>> = {
  '/base/abi/4.0': 'mount {mask {mount\n}\n}\n',
  '/base/ok': '/ok r,\n',
  '/base/self': '/self r,\ninclude <self>\n',
  '/base/loop': 'profile c {\n  include <loop>\n}\n',
  '/base/whole': '/whole {\n}\n',
  '/base/tunables': '@{T} = t\n',
  '/base/broken': '/ok r,\ncapability nope,\n',
};

const files: FileReader = {
  kind: (path) => (path === '/base' || path === '/base/dir' ? 'directory' : path === '/base/fifo' ? 'other' : path in FILES ? 'file' : 'missing'),
  read: (path) => Buffer.from(FILES[path]),
  list: () => [],
};

const found = (text: string) => checkText(text, { base: '/base', files, fileName: 'x' });
const inside = (body: string) => `profile p {\n${body}\n}\n`;

/** Per code a text that has it, the message and what to write instead. */
const FAULTS: ReadonlyArray<readonly [code: string, text: string, message: string]> = [
  ['nul-byte', '# \0\n', 'the text holds a NUL byte; profiles are plain text'],
  ['unterminated-comment', '# c', 'the comment ends with the file; end the last line with a line end'],
  ['unterminated-quote', inside('/a px -> "b,'), 'the quoted string is not closed; close it with "'],
  ['syntax', inside('!'), '"!" begins no rule; rules begin with a path, a keyword or permissions'],
  ['syntax', '\ufeffprofile p {\n}\n', '"\ufeffprofile" begins no rule; save the file without a byte order mark'],
  ['syntax', inside('\u00a0/a r,'), '"\u00a0/a" begins no rule'],
  ['missing-comma', inside('/a r'), 'the file rule does not end in a comma; write "," at its end'],
  ['missing-brace', 'profile p {\n', 'the "{" of profile p is not closed; write } at its end'],
  ['unexpected-brace', '}\n', 'this closing brace has no block; remove it, or open the block'],
  ['rule-outside-profile', 'capability,\n', 'a capability rule stands outside of any profile; move it into the braces of a profile'],
  ['preamble-in-profile', inside('@{A} = b'), 'the assignment of a variable stands inside of a profile; move it before the first profile'],
  ['preamble-in-profile', 'profile p {\n}\nabi <abi/4.0>,\n', 'an abi declaration stands behind a profile; move it before the first profile'],
  ['qualifier-order', inside('deny audit /a r,'), '"audit" stands behind a qualifier that follows it; the order is: priority=N, audit, allow or deny or prompt, owner or other'],
  ['qualifier-not-allowed', inside('owner network,'), 'network rules take no owner; owner and other are for file and link rules'],
  ['qualifier-not-allowed', inside('audit set rlimit cpu <= 1,'), 'set rlimit takes no qualifiers; leave them out'],
  ['priority-range', inside('priority=1001 /a r,'), 'the priority 1001 is no number from -1000 to 1000; write priority=N'],
  ['rule-dropped', inside('deny {\n network,\n}'), 'the real parser drops a network rule in a qualifier block; write it outside'],
  ['include-syntax', 'include <x\n', '"<x" is no file in angle brackets; write <DIRECTORY/FILE>'],
  ['include-not-found', 'include <gone>\n', 'there is no file "gone" to include; it is searched in /base'],
  ['include-unreadable', inside('include <fifo>'), '/base/fifo is no regular file; name a regular file'],
  ['include-loop', inside('include <loop>'), '"loop" includes itself; break the loop'],
  ['include-misplaced', inside('include <whole>'), 'a profile inside of a profile needs a keyword: "whole" is included here; write profile NAME, hat NAME or ^NAME'],
  ['abi-syntax', 'abi <>,\n', '"<>," is no file in angle brackets; write <DIRECTORY/FILE>'],
  ['abi-not-found', 'abi <abi/9>,\n', 'there is no features file "abi/9"; it is searched in /base'],
  ['abi-repeated', 'abi <abi/4.0>,\nabi <kernel>,\n', 'the abi is "abi/4.0" already; this one does not count; keep one declaration'],
  ['not-enforced', `abi <abi/4.0>,\n${inside('signal,')}`, 'the features in force do not mediate signal; the access stays free for everything that this profile confines; pin an abi that has it, and check the kernel'],
  ['alias-syntax', 'alias a -> /b,\n', '"a" stands where the path to rewrite is expected; a path starts with "/"'],
  ['path-syntax', inside('home r,'), '"home" is no absolute path and matches nothing; start it with "/"'],
  ['bad-glob', inside('/a{b} r,'), 'the pattern "/a{b}" has a group without a comma; a group has two alternatives at least: {one,other}'],
  ['bad-escape', inside('"/a\\" r,'), 'the pattern "/a\\" ends in a backslash; write \\\\ for a literal one'],
  ['unknown-permission', inside('/a rq,'), '"rq" is no file permission; use some of r w a l k m and one exec mode; blanks in a path need quotes'],
  ['missing-permission', inside('/a ,'), '"," stands where the permissions for "/a" are expected; write them behind the path: some of r w a l k m and one exec mode'],
  ['permission-conflict', inside('/a wa,'), 'w and a exclude each other; w includes appending, so keep one of them'],
  ['exec-mode', inside('/a x,'), 'a bare x says not how the program runs; write ix, px, cx or ux (or their combinations)'],
  ['exec-mode', inside('/a prx,'), '"prx" is no file permission; i, u, p, c stand directly before the x: ix, px, cx, ux, pix, pux, cix, cux'],
  ['exec-deny', inside('deny /a ix,'), 'a deny rule takes the bare x only; write deny PATH x'],
  ['exec-conflict', inside('/a ix,\n/a px,'), '"/a" runs programs otherwise than "/a" on line 2 does; give both the same exec mode, or make one exact or of a higher priority'],
  ['too-many-transitions', inside(Array.from({ length: 13 }, (_rule, at) => `/b${at} px -> t${at},`).join('\n')), 'profile p names more than 12 transition targets; let attachments choose (px without a target), or split the profile'],
  ['link-syntax', inside('link /a,'), '"," stands where "->" is expected; write link /new -> /old'],
  ['unknown-capability', inside('capability CAP_KILL,'), 'there is no capability "CAP_KILL"; write kill'],
  ['unknown-access', inside('ptrace (peek),'), '"peek" is no access of ptrace rules; use some of trace, read, tracedby, readby, write'],
  ['unknown-signal', inside('signal set=SIGTERM,'), 'there is no signal "SIGTERM"; write term'],
  ['unknown-family', inside('network stream inet,'), '"stream inet" is no network family, type or protocol; write a family (inet, inet6, unix, netlink, …), then a type (stream, dgram, raw, …) or tcp, udp, icmp'],
  ['network-address', inside('network ip=10.0.0.0/8,'), '"10.0.0.0/8" is no IP address; write one IPv4 or IPv6 address, without a range or a mask, or none'],
  ['network-port', inside('network port=99999,'), '"99999" is no port; write 0 to 65535, or FROM-TO without blanks'],
  ['unknown-condition', inside('signal to=x,'), 'a signal rule does not know the condition "to"; it knows set, peer'],
  ['condition-repeated', inside('dbus bus=a bus=b,'), 'the condition "bus" stands twice; keep one of them'],
  ['condition-value', inside('dbus bus=(a b),'), '"bus" takes one value, not a list; write one rule for each value, or a pattern such as bus={a,b}'],
  ['condition-conflict', inside('dbus bind path=/a,'), 'binding a name takes no path, interface, member or peer; write dbus bind name=…'],
  ['unknown-mount-option', inside('mount options=ro,noexec,'), 'there is no mount option "ro,noexec"; write options=(ro,noexec)'],
  ['mount-option-conflict', inside('mount options=(ro rw),'), 'the list holds ro and its opposite; keep one of them; "options in (…)" allows both'],
  ['mount-conflict', inside('mount options=bind fstype=ext4 /a -> /b,'), 'a mount with bind does not take this combination of source, target and fstype; remount takes only a target; bind, move and the make-… options take no fstype, and the make-… options only a target'],
  ['mqueue-name', inside('mqueue type=sysv /q,'), '"/q" names no sysv message queue; posix queues are named by a pattern that starts with "/", sysv queues by digits'],
  ['rlimit-name', inside('set rlimit files <= 1,'), 'there is no resource limit "files"; use one of cpu, fsize, data, stack, core, rss, nofile, ofile, as, nproc, memlock, locks, sigpending, msgqueue, nice, rtprio, rttime'],
  ['rlimit-value', inside('set rlimit nofile <= 5K,'), '"5K" is no limit of nofile; write a number that is not negative, without a unit'],
  ['change-profile-exec', inside('change_profile unsafe -> x,'), '"unsafe" needs the program whose start changes the profile; write change_profile unsafe /program -> …'],
  ['condition-syntax', inside('if maybe { }'), '"maybe" is neither true nor false; write true, false, $name, defined $name or a comparison'],
  ['undefined-boolean', inside('if $B { }'), 'the boolean $B is not set; write ${B} = true or = false before the first profile'],
  ['comparison', inside('if 1 < a { }'), 'a number is compared with what is none; compare numbers with numbers'],
  ['variable-syntax', '@{1A} = x\n', '"@{1A}" is no variable; write @{name}: a letter, then letters, digits and underscores'],
  ['variable-value', '@{A} = a, b\n', 'an assignment takes no comma; separate values by blanks and end with the line'],
  ['variable-redeclared', '@{A} = a\n@{A} = b\n', '@{A} is declared already; write @{A} += … to add values'],
  ['variable-undeclared', '@{A} += a\n', '@{A} gets a value added before it is declared; write @{A} = … first'],
  ['undefined-variable', inside('/@{A} r,'), '@{A} is not declared; assign it before the first profile, or include the file that does, such as <tunables/global>'],
  ['recursive-variable', `@{A} = @{A}\n${inside('/@{A} r,')}`, 'the value of @{A} leads back to itself; assign it without itself'],
  ['profile-name', 'web {\n}\n', '"web" is no path, so it begins no profile; write profile web'],
  ['profile-attachment', 'profile a b {\n}\n', '"b" is no path; an attachment starts with "/" or a variable; a name with blanks is quoted'],
  ['profile-namespace', 'profile :ns {\n}\n', 'the namespace of ":ns" is not closed; write :namespace:name'],
  ['profile-flags', 'profile p flags=() {\n}\n', 'the list of flags is empty; name a flag, or leave the list out'],
  ['unknown-flag', 'profile p flags=(none) {\n}\n', 'there is no profile flag "none"'],
  ['flag-conflict', 'profile p flags=(kill complain) {\n}\n', 'the flags kill and complain exclude each other; keep one of them'],
  ['flag-value', 'profile p flags=(error=13) {\n}\n', '"error=13" is no valid flag; write error= and an errno name such as EACCES'],
  ['profile-xattrs', inside('hat h xattrs=(a=b) { }'), 'a hat takes no xattrs; leave them out'],
  ['profile-identities', 'profile p + identities=() {\n}\n', 'the list of identities is empty; name one, or leave it out'],
  ['duplicate-profile', 'profile p {\n}\nprofile p {\n}\n', 'there are two profiles "p" in one file; rename or merge them'],
];

test.each(FAULTS)('%s: %j says so, and what to write instead', (code, text, message) => {
  const [first] = found(text);
  expect(`${first?.code}: ${first?.message}${first?.help === undefined ? '' : `; ${first.help}`}`).toContain(message);
  expect(first.code).toBe(code);
});

test('older parsers do not know newer syntax', () => {
  expect(checkText(inside('userns,'), { files, base: '/base', parser: '3.0' }).map(({ code, message }) => [code, message])).toEqual([
    ['unsupported-by-parser', 'apparmor_parser 3.0 does not know userns rules'],
  ]);
  expect(checkText(inside('userns,'), { files, base: '/base', parser: '4.1' })).toEqual([]);
});

test('bytes that are no UTF-8, files that are too large and files that cannot be read have codes', () => {
  expect(checkText(Buffer.from([0x23, 0xff, 0x0a])).map(({ code }) => code)).toEqual(['invalid-utf8']);
  expect(checkText(Buffer.alloc(33 * 1024 * 1024)).map(({ code }) => code)).toEqual(['file-too-large']);
});

test('nesting has a bound', () => {
  expect(found(`profile p ${'{\n'.repeat(3000)}`).map(({ code }) => code)).toContain('nesting-too-deep');
});

test('every code has a text that brings it up', () => {
  const elsewhere = ['unsupported-by-parser', 'invalid-utf8', 'file-too-large', 'nesting-too-deep', 'unreadable-file'];
  const shown = new Set([...FAULTS.map(([code]) => code), ...elsewhere, ...FAULTS.flatMap(([, text]) => found(text).map(({ code }) => code))]);
  expect(Object.keys(CODES).filter((code) => !shown.has(code))).toEqual([]);
});
