import type { Code } from '../src/diagnostics';

/** A text that has an error, and one that has it not any more. */
export interface ErrorExample {
  readonly wrong: string;
  readonly right: string;
}

const inProfile = (line: string) => `abi <abi/3.0>,\n\nprofile web {\n  ${line}\n}\n`;
const rule = (wrong: string, right: string): ErrorExample => ({ wrong: inProfile(wrong), right: inProfile(right) });
const newest = (wrong: string, right: string): ErrorExample => ({
  wrong: inProfile(wrong).replace('3.0', '5.0'), right: inProfile(right).replace('3.0', '5.0'),
});
const text = (wrong: string, right: string): ErrorExample => ({ wrong: `abi <abi/4.0>,\n\n${wrong}\n`, right: `abi <abi/4.0>,\n\n${right}\n` });

/** For errors that a text alone can show; those of files and of depth are missing. */
export const ERROR_EXAMPLES: Partial<Record<Code, ErrorExample>> = {
  'unterminated-comment': { wrong: 'profile web {\n}\n# end', right: 'profile web {\n}\n# end\n' },
  'unterminated-quote': rule('"/srv/my files r,', '"/srv/my files" r,'),
  'syntax': rule('capability (chown),', 'capability chown,'),
  'missing-comma': rule('/a r', '/a r,'),
  'missing-brace': text('profile web {\n  /a r,', 'profile web {\n  /a r,\n}'),
  'unexpected-brace': text('profile web {\n}\n}', 'profile web {\n}'),
  'rule-outside-profile': text('/a r,', 'profile web {\n  /a r,\n}'),
  'preamble-in-profile': text('profile web {\n  @{DIR} = /srv\n  @{DIR}/a r,\n}', '@{DIR} = /srv\nprofile web {\n  @{DIR}/a r,\n}'),
  'qualifier-order': rule('deny audit /a r,', 'audit deny /a r,'),
  'qualifier-not-allowed': rule('owner network,', 'network,'),
  'priority-range': text('profile web {\n  priority=2000 /a r,\n}', 'profile web {\n  priority=1000 /a r,\n}'),
  'rule-dropped': rule('audit { capability chown, }', 'audit capability chown,'),
  'include-syntax': rule('include <local/web', 'include if exists <local/web>'),
  'include-not-found': rule('include <local/web>', 'include if exists <local/web>'),
  'abi-syntax': { wrong: 'abi <>,\n\nprofile web {\n}\n', right: 'abi <abi/3.0>,\n\nprofile web {\n}\n' },
  'abi-not-found': { wrong: 'abi <abi/3.1>,\n\nprofile web {\n}\n', right: 'abi <abi/3.0>,\n\nprofile web {\n}\n' },
  'abi-repeated': text('abi <abi/3.0>,\nprofile web {\n}', 'profile web {\n}'),
  'not-enforced': rule('deny mqueue,', 'deny network inet,'),
  'alias-syntax': text('alias /srv /mnt/srv,\nprofile web {\n}', 'alias /srv -> /mnt/srv,\nprofile web {\n}'),
  'path-syntax': rule('srv r,', '/srv r,'),
  'bad-glob': rule('/srv/{a r,', '/srv/{a,b} r,'),
  'unknown-permission': rule('/a rq,', '/a r,'),
  'missing-permission': rule('/a,', '/a r,'),
  'permission-conflict': rule('/a wa,', '/a w,'),
  'exec-mode': rule('/bin/a rx,', '/bin/a rix,'),
  'exec-deny': rule('deny /bin/a ix,', 'deny /bin/a x,'),
  'exec-conflict': rule('/bin/a ix, /bin/a Px,', '/bin/a ix, /bin/b Px,'),
  'link-syntax': rule('link /a,', 'link /a -> /b,'),
  'unknown-capability': rule('capability CAP_CHOWN,', 'capability chown,'),
  'unknown-access': rule('signal sned,', 'signal send,'),
  'unknown-signal': rule('signal set=(sigterm),', 'signal set=(term),'),
  'unknown-family': rule('network inett,', 'network inet,'),
  'network-address': newest('network inet ip=10.2,', 'network inet ip=10.2.0.1,'),
  'network-port': newest('network inet port=443-80,', 'network inet port=80-443,'),
  'unknown-condition': rule('ptrace label=web,', 'ptrace peer=web,'),
  'condition-repeated': rule('signal peer=a peer=b,', 'signal peer={a,b},'),
  'condition-value': rule('dbus send bus=(system session),', 'dbus send bus={system,session},'),
  'condition-conflict': rule('dbus bind member=Get,', 'dbus bind name=org.example,'),
  'unknown-mount-option': rule('mount options=(readonly) -> /mnt/,', 'mount options=(ro) -> /mnt/,'),
  'mount-option-conflict': rule('mount options=(ro, rw) -> /mnt/,', 'mount options in (ro, rw) -> /mnt/,'),
  'mount-conflict': rule('mount fstype=ext4 options=(bind) /a/ -> /b/,', 'mount options=(bind) /a/ -> /b/,'),
  'mqueue-name': text('profile web {\n  mqueue type=sysv /q,\n}', 'profile web {\n  mqueue type=posix /q,\n}'),
  'rlimit-name': rule('set rlimit files <= 100,', 'set rlimit nofile <= 100,'),
  'rlimit-value': rule('set rlimit as <= 10kb,', 'set rlimit as <= 10KB,'),
  'change-profile-exec': rule('change_profile safe -> web,', 'change_profile safe /bin/a -> web,'),
  'condition-syntax': rule('if yes { /a r, }', 'if defined @{DIR} { /a r, }'),
  'undefined-boolean': rule('if $debug { /a r, }', 'if defined @{debug} { /a r, }'),
  'comparison': text('@{N} = 1\nprofile web {\n  if @{N} > many { /a r, }\n}', '@{N} = 1\nprofile web {\n  if @{N} > 2 { /a r, }\n}'),
  'variable-syntax': text('@{1DIR} = /srv\nprofile web {\n}', '@{DIR1} = /srv\nprofile web {\n}'),
  'variable-value': text('@{DIR} = /srv,\nprofile web {\n}', '@{DIR} = /srv\nprofile web {\n}'),
  'variable-redeclared': text('@{DIR} = /a\n@{DIR} = /b\nprofile web {\n}', '@{DIR} = /a\n@{DIR} += /b\nprofile web {\n}'),
  'variable-undeclared': text('@{DIR} += /b\nprofile web {\n}', '@{DIR} = /b\nprofile web {\n}'),
  'undefined-variable': rule('@{DIR}/a r,', '/srv/a r,'),
  'recursive-variable': text('@{DIR} = @{DIR}/a\nprofile web {\n  @{DIR} r,\n}', '@{DIR} = /srv/a\nprofile web {\n  @{DIR} r,\n}'),
  'profile-name': text('web {\n}', 'profile web {\n}'),
  'profile-attachment': text('profile web bin/web {\n}', 'profile web {\n}'),
  'profile-namespace': text('profile :ns {\n}', 'profile web {\n}'),
  'profile-flags': text('profile web flags=() {\n}', 'profile web flags=(complain) {\n}'),
  'unknown-flag': text('profile web flags=(audited) {\n}', 'profile web flags=(audit) {\n}'),
  'flag-conflict': text('profile web flags=(complain, kill) {\n}', 'profile web flags=(kill) {\n}'),
  'flag-value': text('profile web flags=(error=13) {\n}', 'profile web flags=(error=EACCES) {\n}'),
  'profile-xattrs': text('profile web {\n  hat a xattrs=(user.a) {\n  }\n}', 'profile web {\n  hat a {\n  }\n}'),
  'profile-identities': text('profile web + identities=() {\n}', 'profile web + identities=(a) {\n}'),
  'duplicate-profile': text('profile web {\n}\nprofile web {\n}', 'profile web {\n}\nprofile web-two {\n}'),
};
