import type { ParserGeneration } from './cursor';

/** Words of the language that are no names; apparmor.d(5). */
const KEYWORDS: ReadonlySet<string> = new Set([
  'network', 'unix', 'capability', 'if', 'else', 'not', 'defined', 'change_profile', 'unsafe', 'safe', 'link', 'owner', 'user', 'other',
  'subset', 'audit', 'deny', 'allow', 'set', 'rlimit', 'alias', 'rewrite', 'ptrace', 'file', 'mount', 'remount', 'umount', 'unmount',
  'pivot_root', 'in', 'dbus', 'signal', 'send', 'receive', 'bind', 'read', 'write', 'eavesdrop', 'peer', 'trace', 'tracedby', 'readby',
  'abi', 'profile', 'hat', 'include',
]);

/** Those that are names to older parsers. */
const SINCE_41: ReadonlySet<string> = new Set(['prompt', 'userns', 'mqueue', 'delete', 'open', 'io_uring', 'override_creds', 'sqpoll', 'all', 'priority']);
const SINCE_5: ReadonlySet<string> = new Set(['and', 'or']);

/** Whether a word is no name to this generation of the parser. */
export function isKeyword(word: string, generation: ParserGeneration): boolean {
  return KEYWORDS.has(word) || (generation >= '4.1' && SINCE_41.has(word)) || (generation >= '5.0' && SINCE_5.has(word));
}

/** Whether a word is a name to this generation, and a keyword to newer ones. */
export function isLaterKeyword(word: string, generation: ParserGeneration): boolean {
  return generation < '4.1' && SINCE_41.has(word);
}
