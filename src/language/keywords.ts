/** Words of the language that are no names; apparmor.d(5). Those of newer parsers are names to older ones. */
export const KEYWORDS: ReadonlySet<string> = new Set([
  'network', 'unix', 'capability', 'if', 'else', 'not', 'defined', 'change_profile', 'unsafe', 'safe', 'link', 'owner', 'user', 'other',
  'subset', 'audit', 'deny', 'allow', 'set', 'rlimit', 'alias', 'rewrite', 'ptrace', 'file', 'mount', 'remount', 'umount', 'unmount',
  'pivot_root', 'in', 'dbus', 'signal', 'send', 'receive', 'bind', 'read', 'write', 'eavesdrop', 'peer', 'trace', 'tracedby', 'readby',
  'abi', 'prompt', 'userns', 'mqueue', 'delete', 'open', 'io_uring', 'override_creds', 'sqpoll', 'all', 'priority', 'and', 'or',
  'profile', 'hat', 'include', 'create',
]);
