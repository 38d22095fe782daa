import type { Access, DbusAccess, MountAccess, MqueueAccess, PtraceAccess, SignalAccess } from '../../rules/access';
import type { EventRecord } from '../event';

/** Letters of the kernel's file masks as permissions; `x` counts only where a program was executed. */
const PERMISSIONS: Readonly<Record<string, string>> = { r: 'r', w: 'w', a: 'a', c: 'w', d: 'w', l: 'l', k: 'k', m: 'm' };

const PERMISSION_ORDER = 'rwalkm';

/** A reading of the record by its operation; the first that applies decides. */
const READINGS: ReadonlyArray<readonly [applies: (record: EventRecord) => boolean, read: (record: EventRecord) => Access[]]> = [
  [({ operation }) => operation === 'exec', execAccess],
  [({ operation }) => operation === 'capable', capabilityAccess],
  [({ operation }) => operation?.startsWith('dbus_') === true, dbusAccess],
  [({ operation }) => operation === 'mount' || operation === 'remount' || operation === 'umount', mountAccess],
  [({ operation }) => operation === 'pivotroot' || operation === 'pivot_root', pivotRootAccess],
  [({ operation }) => operation === 'signal', signalAccess],
  [({ operation }) => operation === 'ptrace', ptraceAccess],
  [({ operation }) => operation === 'change_profile' || operation === 'change_onexec', changeProfileAccess],
  [({ operation }) => operation === 'change_hat', () => []],
  [({ operation }) => operation === 'userns_create', usernsAccess],
  [({ operation }) => operation === 'uring_sqpoll' || operation === 'uring_override', ioUringAccess],
  [(record) => queueType(record) !== undefined, mqueueAccess],
  [({ operation }) => operation === 'setrlimit', rlimitAccess],
  [({ family }) => family === 'unix', unixAccess],
  [({ family }) => family !== undefined, networkAccess],
  [({ name }) => name !== undefined, fileAccess],
];

/**
 * What a record says was tried, as `decide` takes it. Only what the record gives evidence for: permissions that were
 * denied, or that an explicit `audit` reports; nothing for cut records, for failures that no rule cures, and for changes
 * of the policy.
 */
export function accessesOf(record: EventRecord): Access[] {
  if (record.incomplete || record.fromProgram || record.event === 'STATUS' || record.event === 'ERROR' || record.event === 'HINT' || isFailedLookup(record)) {
    return [];
  }
  const reading = READINGS.find(([applies]) => applies(record));
  return reading === undefined ? [] : reading[1](record);
}

/** A path that could not be resolved (`info="Failed name lookup - disconnected path"`) is no path that a rule can name. */
export function isFailedLookup({ info, name }: EventRecord): boolean {
  return info?.startsWith('Failed name lookup') === true && name?.startsWith('/') !== true;
}

/** The mask that a rule has to give: what was denied; what was asked only where the record reports an allowed access. */
function evidence({ event, deniedMask, requestedMask }: EventRecord): string {
  return deniedMask ?? (event === 'AUDIT' ? requestedMask : undefined) ?? '';
}

function words(record: EventRecord): string[] {
  return [...new Set(evidence(record).split(/[ ,]+/).filter((word) => word !== ''))];
}

function execAccess(record: EventRecord): Access[] {
  const { name } = record;
  return name?.startsWith('/') && evidence(record).includes('x') ? [{ class: 'exec', path: name, ...ownership(record) }] : [];
}

function fileAccess(record: EventRecord): Access[] {
  const path = record.name!;
  if (!path.startsWith('/')) {
    return [];
  }
  const mask = permissions(evidence(record));
  const isLink = (record.operation === 'link' || record.operation === 'inode_link') && record.target !== undefined;
  if (isLink && mask.includes('l')) {
    const rest = mask.replace('l', '');
    const link: Access = { class: 'link', path, target: record.target!, ...ownership(record) };
    return rest === '' ? [link] : [link, { class: 'file', path, mask: rest, ...ownership(record) }];
  }
  return mask === '' ? [] : [{ class: 'file', path, mask, ...ownership(record) }];
}

/** What short masks come to: a log has few of them. */
const KNOWN_MASKS = new Map<string, string>();
const LONGEST_KNOWN = 3;

/** Each permission once, in the order of the language; `a` is part of `w`. */
function permissions(mask: string): string {
  const known = KNOWN_MASKS.get(mask);
  if (known !== undefined) {
    return known;
  }
  const given = new Set([...mask].map((letter) => PERMISSIONS[letter]));
  const result = [...PERMISSION_ORDER].filter((letter) => given.has(letter) && !(letter === 'a' && given.has('w'))).join('');
  if (mask.length <= LONGEST_KNOWN && /^[a-z]*$/.test(mask)) {
    KNOWN_MASKS.set(mask, result);
  }
  return result;
}

/**
 * Whether the process owns the object. An `audit` record tells of what some rule allowed, and that rule may have been for
 * everybody. Masks of old kernels are `OWNER::OTHER`.
 */
function ownership(record: EventRecord): { owner?: boolean } {
  const mask = evidence(record);
  const colons = mask.indexOf('::');
  if (record.event === 'AUDIT') {
    return {};
  }
  if (colons >= 0) {
    return colons === mask.length - 2 ? { owner: true } : {};
  }
  return record.fsuid !== undefined && record.fsuid === record.ouid ? { owner: true } : {};
}

function capabilityAccess({ capability }: EventRecord): Access[] {
  return capability === undefined ? [] : [{ class: 'capability', capability }];
}

function dbusAccess(record: EventRecord): Access[] {
  const { bus, path, interface: dbusInterface, member, name, peerProfile } = record;
  return words(record).filter(isOneOf<DbusAccess['access']>('send', 'receive', 'bind', 'eavesdrop')).map((access) => {
    const isMessage = access === 'send' || access === 'receive';
    return defined({
      class: 'dbus' as const,
      access,
      bus,
      ...(isMessage && { path, interface: dbusInterface, member, peerName: name, peer: peerProfile }),
      ...(access === 'bind' && { name }),
    });
  });
}

function mountAccess(record: EventRecord): Access[] {
  const { name, srcName, fstype, flags } = record;
  const options = flags?.split(/[ ,]+/).filter((option) => option !== '') ?? [];
  const operation = (record.operation === 'mount' && options.includes('remount') ? 'remount' : record.operation) as MountAccess['operation'];
  return name === undefined ? [] : [defined({
    class: 'mount' as const,
    operation,
    source: operation === 'mount' ? srcName : undefined,
    target: name,
    fstype: operation === 'mount' ? fstype : undefined,
    options: flags === undefined || operation === 'umount' ? undefined : options,
  })];
}

function pivotRootAccess({ name, srcName }: EventRecord): Access[] {
  return name === undefined ? [] : [defined({ class: 'mount' as const, operation: 'pivot_root' as const, source: srcName, target: name })];
}

function signalAccess(record: EventRecord): Access[] {
  const { signal, peer } = record;
  return signal === undefined || signal.startsWith('unknown') ? [] : words(record)
    .filter(isOneOf<SignalAccess['access']>('send', 'receive'))
    .map((access) => defined({ class: 'signal' as const, access, signal, peer }));
}

function ptraceAccess(record: EventRecord): Access[] {
  const peer = record.peer ?? record.target;
  return words(record)
    .filter(isOneOf<PtraceAccess['access']>('trace', 'read', 'tracedby', 'readby'))
    .map((access) => defined({ class: 'ptrace' as const, access, peer }));
}

/** Without a target the profile that was asked for does not exist: no rule makes it. */
function changeProfileAccess({ target }: EventRecord): Access[] {
  return target === undefined || target === '' ? [] : [{ class: 'change_profile', target }];
}

/** The kernel reports an allowed `userns_create` only where it moves the process to another profile. */
function usernsAccess(record: EventRecord): Access[] {
  return evidence(record) === '' ? [] : [{ class: 'userns' }];
}

function ioUringAccess(record: EventRecord): Access[] {
  const label = record.peerProfile ?? record.peer;
  return words(record)
    .filter(isOneOf<'sqpoll' | 'override_creds'>('sqpoll', 'override_creds'))
    .map((access) => defined({ class: 'io_uring' as const, access, label: access === 'override_creds' ? label : undefined }));
}

function queueType(record: EventRecord): MqueueAccess['type'] {
  const kind = record.class?.endsWith('_mqueue') ? record.class : record.operation;
  return kind === 'posix_mqueue' ? 'posix' : kind === 'sysv_mqueue' ? 'sysv' : undefined;
}

function mqueueAccess(record: EventRecord): Access[] {
  return words(record)
    .filter(isOneOf<MqueueAccess['access']>('create', 'open', 'delete', 'read', 'write', 'getattr', 'setattr'))
    .map((access) => ({ class: 'mqueue', access, type: queueType(record), name: record.name ?? '' }));
}

function rlimitAccess({ rlimit, value }: EventRecord): Access[] {
  return rlimit === undefined || value === undefined ? [] : [{ class: 'rlimit', resource: rlimit, value }];
}

function unixAccess(record: EventRecord): Access[] {
  const { socketType: type, localAddress, foreignAddress, peer } = record;
  return type === undefined ? [] : words(record)
    .map((access) => defined({ class: 'unix' as const, access, type, address: localAddress, peerAddress: foreignAddress, peer }));
}

function networkAccess(record: EventRecord): Access[] {
  const { family, socketType: type, protocol } = record;
  if (family === undefined || type === undefined) {
    return [];
  }
  const asked = words(record);
  // Kernels before masks for sockets say only that the family was refused.
  const withoutMask = asked.length === 0 && record.requestedMask === undefined && record.event !== 'AUDIT';
  return (withoutMask ? [undefined] : asked).map((access) => defined({
    class: 'network' as const,
    family,
    type,
    protocol: family === 'inet' || family === 'inet6' ? protocol : undefined,
    access,
    localAddress: record.localAddress,
    localPort: record.localPort,
    peerAddress: record.foreignAddress,
    peerPort: record.foreignPort,
  }));
}

function isOneOf<T extends string>(...known: T[]): (word: string) => word is T {
  return (word): word is T => (known as string[]).includes(word);
}

/** The same without members that are undefined. */
function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}
