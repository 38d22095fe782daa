import type { EventKind, EventRecord } from '../event';
import { decodeUnquoted, hasStrayBytes, textOfLatin1 } from './bytes';
import { type Fields, type Pair, pairOf, readFields } from './fields';
import { protocolName } from './protocols';

/** Record types of kernels before 2.6.38, by number and by auditd's name. */
const OLD_TYPES: Readonly<Record<string, EventKind>> = {
  1501: 'AUDIT',
  1502: 'ALLOWED',
  1503: 'DENIED',
  1504: 'HINT',
  1505: 'STATUS',
  1506: 'ERROR',
  APPARMOR_AUDIT: 'AUDIT',
  APPARMOR_ALLOWED: 'ALLOWED',
  APPARMOR_DENIED: 'DENIED',
  APPARMOR_HINT: 'HINT',
  APPARMOR_STATUS: 'STATUS',
  APPARMOR_ERROR: 'ERROR',
};

const KINDS: ReadonlyMap<string, EventKind> = new Map(
  (['DENIED', 'ALLOWED', 'AUDIT', 'KILLED', 'STATUS', 'ERROR', 'HINT'] as const).map((kind) => [kind, kind]),
);

type Key = Exclude<keyof EventRecord, 'event' | 'other' | 'incomplete' | 'fromProgram' | 'time' | 'serial'>;
/** A record without what differs from line to line, and that beside it. */
export interface RecordParts {
  readonly template: EventRecord;
  readonly time?: number;
  readonly serial?: number;
  readonly pid?: number;
}

/** How a value is read: untrusted text (may be hexadecimal), plain text, a number, the name of an IP protocol. */
type Form = 'text' | 'word' | 'number' | 'protocol';

/** The record's keys, and what they are called in an event. Where several lead to one name the later in the record wins. */
const KEYS: ReadonlyMap<string, readonly [key: Key, form: Form]> = new Map(Object.entries<readonly [key: Key, form: Form]>({
  operation: ['operation', 'word'],
  class: ['class', 'word'],
  profile: ['profile', 'text'],
  label: ['profile', 'text'],
  namespace: ['namespace', 'text'],
  name: ['name', 'text'],
  target: ['target', 'text'],
  name2: ['target', 'text'],
  requested_mask: ['requestedMask', 'word'],
  requested: ['requestedMask', 'word'],
  denied_mask: ['deniedMask', 'word'],
  denied: ['deniedMask', 'word'],
  // The message bus names only what it decided upon.
  mask: ['deniedMask', 'word'],
  peer: ['peer', 'text'],
  peer_profile: ['peerProfile', 'text'],
  peer_label: ['peerProfile', 'text'],
  tcontext: ['peerProfile', 'text'],
  peer_pid: ['peerPid', 'number'],
  attribute: ['attribute', 'word'],
  info: ['info', 'word'],
  error: ['error', 'number'],
  pid: ['pid', 'number'],
  comm: ['comm', 'text'],
  parent: ['parent', 'number'],
  task: ['task', 'number'],
  magic_token: ['token', 'number'],
  fsuid: ['fsuid', 'number'],
  ouid: ['ouid', 'number'],
  family: ['family', 'word'],
  sock_type: ['socketType', 'word'],
  protocol: ['protocol', 'protocol'],
  laddr: ['localAddress', 'word'],
  saddr: ['localAddress', 'word'],
  addr: ['localAddress', 'text'],
  faddr: ['foreignAddress', 'word'],
  daddr: ['foreignAddress', 'word'],
  peer_addr: ['foreignAddress', 'text'],
  lport: ['localPort', 'number'],
  src: ['localPort', 'number'],
  fport: ['foreignPort', 'number'],
  dest: ['foreignPort', 'number'],
  bus: ['bus', 'word'],
  path: ['path', 'text'],
  interface: ['interface', 'word'],
  member: ['member', 'word'],
  method: ['member', 'word'],
  signal: ['signal', 'word'],
  flags: ['flags', 'word'],
  fstype: ['fstype', 'text'],
  srcname: ['srcName', 'text'],
  capname: ['capability', 'word'],
  execpath: ['execpath', 'text'],
  rlimit: ['rlimit', 'word'],
  value: ['value', 'number'],
}));

/** Keys that say nothing of their own: the record's type, and what the audit system adds around user space records. */
const IGNORED: ReadonlySet<string> = new Set(['apparmor', 'type', 'msg', 'capability', 'exe', 'hostname', 'terminal', 'sauid']);

/**
 * Reads the AppArmor record in one line, whatever carried it: dmesg, syslog, auditd (raw or enriched), the journal's short
 * form. The line is `latin1`: one character a byte.
 *
 * @returns undefined where the line holds no AppArmor record, or a damaged one
 */
export function readRecord(line: string): RecordParts | undefined {
  const fields = readFields(line);
  const event = fields && kindOf(fields);
  if (fields === undefined || event === undefined) {
    return undefined;
  }
  const record: Record<string, unknown> & { event: EventKind } = { event };
  let pid: number | undefined;
  let other: Record<string, string> | undefined;
  for (const pair of fields.pairs) {
    const known = KEYS.get(pair.key);
    const decoded = known && decode(pair, known[1]);
    if (known !== undefined && decoded !== undefined) {
      if (known[0] === 'pid') {
        pid = decoded as number;
      } else {
        record[known[0]] = decoded;
      }
    } else if (!IGNORED.has(pair.key)) {
      other ??= {};
      other[pair.key] = decode(pair, 'text') as string;
    }
  }
  complete(record, fields);
  if (other !== undefined) {
    record.other = other;
  }
  return isGarbled(record) ? undefined : { template: record, ...fields.stamp, pid };
}

function kindOf({ pairs }: Fields): EventKind | undefined {
  const said = pairOf(pairs, 'apparmor')?.text;
  if (said !== undefined) {
    return KINDS.get(said);
  }
  const type = pairOf(pairs, 'type')?.text ?? '';
  const number = /^UNKNOWN\[(\d+)\]$/.exec(type)?.[1] ?? type;
  const kind = Object.hasOwn(OLD_TYPES, number) ? OLD_TYPES[number] : undefined;
  return kind !== undefined && pairOf(pairs, 'operation') !== undefined ? kind : undefined;
}

function decode(value: Pair, form: Form): string | number | undefined {
  switch (form) {
    case 'text':
      return value.quoted ? textOfLatin1(value.text) : decodeUnquoted(value.text);
    case 'word':
      return textOfLatin1(value.text);
    case 'number':
      return /^-?\d{1,15}$/.test(value.text) ? Number(value.text) : undefined;
    case 'protocol':
      return protocolName(value.text);
    default:
      return form satisfies never;
  }
}

/** What follows from several keys at once. */
function complete(record: Record<string, unknown>, fields: Fields): void {
  if (typeof record.error === 'number') {
    record.error = Math.abs(record.error);
  }
  if (record.operation === 'capable') {
    record.capability ??= record.name;
    record.name ??= record.capability;
  }
  if (record.comm === undefined) {
    const exe = pairOf(fields.pairs, 'exe');
    if (exe !== undefined) {
      record.comm = decode(exe, 'text');
    }
  }
  if (record.family !== 'unix' && isOfBus(record)) {
    delete record.localAddress;
  }
  if (fields.incomplete) {
    record.incomplete = true;
  }
  if (fields.fromProgram && !isOfBus(record)) {
    record.fromProgram = true;
  }
}

/** Whether a record is about the message bus, the only mediation that a program does for AppArmor and tells of itself. */
export function isOfBus({ operation }: { readonly operation?: unknown }): boolean {
  return typeof operation === 'string' && operation.startsWith('dbus_');
}

/** Labels are text. Old kernels printed stray memory as the target of a ptrace (fixed in Linux 4.13). */
function isGarbled({ operation, profile, target }: Record<string, unknown>): boolean {
  return isStray(profile) || (operation === 'ptrace' && isStray(target));
}

function isStray(value: unknown): boolean {
  return typeof value === 'string' && hasStrayBytes(value);
}
