import type { Cursor, ParserGeneration } from './cursor';
import type { ProfileMode } from './policy';
import { isSignal } from '../rules/signal';

/** Since when a flag is known, and the group of flags that exclude each other. */
interface FlagFacts {
  readonly since?: ParserGeneration;
  readonly group?: string;
  readonly value?: (text: string) => boolean;
  /** What a value looks like. */
  readonly shape?: string;
}

const isPath = (text: string) => text.startsWith('/') || text.startsWith('@{');

const FLAGS: Readonly<Record<string, FlagFacts>> = {
  'enforce': { group: 'mode' },
  'complain': { group: 'mode' },
  'kill': { group: 'mode' },
  'unconfined': { group: 'mode' },
  'prompt': { group: 'mode', since: '4.1' },
  'default_allow': { group: 'mode', since: '4.1' },
  'audit': {},
  'debug': { since: '4.1' },
  'interruptible': { since: '4.1' },
  'mediate_deleted': { group: 'deleted' },
  'delegate_deleted': { group: 'deleted' },
  'attach_disconnected': { group: 'disconnected' },
  'no_attach_disconnected': { group: 'disconnected' },
  'attach_disconnected.path': { since: '4.1', value: isPath, shape: 'an absolute path' },
  'attach_disconnected.ipc': { since: '5.0', value: isPath, shape: 'an absolute path' },
  'chroot_relative': { group: 'root' },
  'namespace_relative': { group: 'root' },
  'chroot_attach': { group: 'chroot' },
  'chroot_no_attach': { group: 'chroot' },
  'kill.signal': { since: '4.1', value: (text) => isSignal(text), shape: 'a signal in lower case' },
  'error': { since: '4.1', value: (text) => ERRNO_NAMES.has(text.toLowerCase()), shape: 'an errno name such as EACCES' },
};

/** Flags that mean nothing without a value. */
const NEEDS_VALUE: ReadonlySet<string> = new Set(['attach_disconnected.path', 'kill.signal', 'error']);

/** Linux error names; errno(3). */
const ERRNO_NAMES: ReadonlySet<string> = new Set((
  'eperm enoent esrch eintr eio enxio e2big enoexec ebadf echild eagain enomem eacces efault enotblk ebusy eexist exdev enodev enotdir '
  + 'eisdir einval enfile emfile enotty etxtbsy efbig enospc espipe erofs emlink epipe edom erange edeadlk enametoolong enolck enosys '
  + 'enotempty eloop enomsg eidrm echrng el2nsync el3hlt el3rst elnrng eunatch enocsi el2hlt ebade ebadr exfull enoano ebadrqc ebadslt '
  + 'ebfont enostr enodata etime enosr enonet enopkg eremote enolink eadv esrmnt ecomm eproto emultihop edotdot ebadmsg eoverflow '
  + 'enotuniq ebadfd eremchg elibacc elibbad elibscn elibmax elibexec eilseq erestart estrpipe eusers enotsock edestaddrreq emsgsize '
  + 'eprototype enoprotoopt eprotonosupport esocktnosupport eopnotsupp epfnosupport eafnosupport eaddrinuse eaddrnotavail enetdown '
  + 'enetunreach enetreset econnaborted econnreset enobufs eisconn enotconn eshutdown etoomanyrefs etimedout econnrefused ehostdown '
  + 'ehostunreach ealready einprogress estale euclean enotnam enavail eisnam eremoteio edquot enomedium emediumtype ecanceled enokey '
  + 'ekeyexpired ekeyrevoked ekeyrejected eownerdead enotrecoverable erfkill ehwpoison'
).split(' '));

/** Notes flags that do not exist, exclude each other or have a wrong value. */
export function checkFlags(cursor: Cursor, flags: readonly string[], start: number): void {
  const note = (code: 'unknown-flag' | 'flag-conflict' | 'flag-value' | 'unsupported-by-parser', message: string, help: string) =>
    cursor.report({ code, message, help }, start, cursor.pos);
  const seen = new Map<string, string>();
  for (const flag of flags) {
    const [name, value] = splitFlag(flag);
    const facts = Object.hasOwn(FLAGS, name) ? FLAGS[name] : undefined;
    if (facts === undefined || (facts.since !== undefined && !cursor.atLeast(facts.since))) {
      const known = Object.keys(FLAGS).filter((known_) => facts === undefined || known_ !== name).join(', ');
      note('unknown-flag', `there is no profile flag "${flag}"`, `the flags are ${known}`);
      continue;
    }
    if (value === undefined ? NEEDS_VALUE.has(name) : facts.value?.(value) !== true) {
      const help = facts.shape === undefined ? `write ${name} without a value` : `write ${name}= and ${facts.shape}`;
      note('flag-value', `"${flag}" is no valid flag`, help);
    }
    const group = facts.group ?? (value === undefined ? undefined : name);
    const mine = facts.group === undefined ? flag : name;
    for (const one of [group, name.startsWith('attach_disconnected.') ? 'disconnected' : undefined]) {
      const before = one === undefined ? undefined : seen.get(one);
      const same = one === 'disconnected' ? name.replace(/\..*/, '') : mine;
      if (before !== undefined && before !== same) {
        note('flag-conflict', `the flags ${before} and ${flag} exclude each other`, 'keep one of them');
      } else if (one !== undefined) {
        seen.set(one, same);
      }
    }
  }
}

/** A flag and its value. */
export function splitFlag(flag: string): readonly [name: string, value: string | undefined] {
  const at = flag.indexOf('=');
  return at === -1 ? [flag, undefined] : [flag.slice(0, at), flag.slice(at + 1)];
}

/** The mode that the flags of a profile set. */
export function modeOf(flags: readonly string[]): ProfileMode {
  const mode = flags.find(isModeFlag);
  return (mode ?? 'enforce') as ProfileMode;
}

/** Whether a flag sets the mode of the profile. */
export function isModeFlag(flag: string): boolean {
  return Object.hasOwn(FLAGS, flag) && FLAGS[flag].group === 'mode';
}
