import type { Access } from '../../rules/access';
import type { EventRecord, Observation, Workload } from '../event';
import type { ObjectReading } from './source';

/** What a tool saw that is not AppArmor: behaviour, as a rule of things that went through. */
export interface Observed {
  readonly operation: string;
  readonly accesses: readonly Access[];
  /** The call failed with EACCES or EPERM. */
  readonly denied?: boolean;
  readonly name?: string;
  readonly comm?: string;
  readonly workload?: Workload;
  readonly time?: number;
  readonly pid?: number;
}

export function observed({ operation, accesses, denied, name, comm, workload, time, pid }: Observed): ObjectReading {
  const record: EventRecord = {
    event: denied ? 'DENIED' : 'ALLOWED',
    operation,
    ...(name !== undefined && { name }),
    ...(comm !== undefined && { comm }),
  };
  const observation: Observation = { record, accesses, ...(workload && Object.keys(workload).length > 0 && { workload }) };
  return { kind: 'seen', observations: [observation], time, pid };
}

/** A workload without what is not known. */
export function workloadOf(parts: { readonly [K in keyof Workload]: string | undefined }): Workload {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
}

/** `Deployment/web`. */
export function ownerOf(kind: string | undefined, name: string | undefined): string | undefined {
  return kind !== undefined && name !== undefined ? `${kind}/${name}` : undefined;
}

/** Whether a text is a path that a rule can name: absolute, resolved, and not one of the kernel's names for things without one. */
export function isPath(path: string | undefined): path is string {
  return path !== undefined && path.startsWith('/') && !path.endsWith(' (deleted)') && !path.startsWith('/memfd:')
    && !/(?:^|\/)\.{1,2}(?:\/|$)/.test(path);
}

/**
 * Accesses of an `open` with these flags (`O_RDONLY|O_CLOEXEC`), open(2). Nothing for `O_PATH`, which AppArmor does not
 * mediate. A path that is opened as a directory ends in `/`.
 */
export function openAccess(path: string, flags: string): Access[] {
  const given = new Set(flags.split(/[|, ]+/));
  if (given.has('O_PATH')) {
    return [];
  }
  const writes = given.has('O_WRONLY') || given.has('O_RDWR') || given.has('O_TRUNC') || given.has('O_CREAT') || given.has('O_TMPFILE');
  const appends = writes && given.has('O_APPEND') && !given.has('O_TRUNC') && !given.has('O_CREAT');
  const reads = !given.has('O_WRONLY');
  const isDirectory = given.has('O_DIRECTORY') && !path.endsWith('/');
  return [{ class: 'file', path: isDirectory ? `${path}/` : path, mask: `${reads ? 'r' : ''}${appends ? 'a' : writes ? 'w' : ''}` }];
}

const FAILURES: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'Permission denied', 'Operation not permitted', '-13', '-1', '13', '1']);

/**
 * How a call ended by its result or error: went through, was refused, or failed for another reason, which says nothing of
 * permissions (most failed opens look for a library).
 */
export function outcome(result: string | number | undefined): 'through' | 'refused' | 'failed' {
  if (result === undefined || result === '' || result === 'Passed' || (typeof result === 'number' && result >= 0)) {
    return 'through';
  }
  return FAILURES.has(String(result)) ? 'refused' : 'failed';
}

const ADDRESS_FAMILIES: Readonly<Record<number, string>> = {
  1: 'unix', 2: 'inet', 10: 'inet6', 16: 'netlink', 17: 'packet', 38: 'alg', 40: 'vsock', 44: 'xdp',
};
const SOCKET_TYPES: Readonly<Record<number, string>> = { 1: 'stream', 2: 'dgram', 3: 'raw', 4: 'rdm', 5: 'seqpacket' };

/** `AF_INET`, `inet` or 2 as the language's word. */
export function familyName(value: string | number | undefined): string | undefined {
  return typeof value === 'number' ? ADDRESS_FAMILIES[value] : value?.replace(/^AF_/, '').toLowerCase().replace(/^local$/, 'unix');
}

/** `SOCK_STREAM`, `stream`, or 1 with flags above the lowest four bits. */
export function socketTypeName(value: string | number | undefined): string | undefined {
  return typeof value === 'number' ? SOCKET_TYPES[value % 16] : value?.replace(/^SOCK_/, '').split('|')[0]!.toLowerCase();
}

/** A socket access, none where the family is not known. */
export function socketAccess(family: string | undefined, type: string | undefined, access: string): Access[] {
  if (family === undefined || type === undefined) {
    return [];
  }
  return [family === 'unix' ? { class: 'unix', type, access } : { class: 'network', family, type, access }];
}

export function capabilityAccess(name: string | undefined): Access[] {
  return name === undefined ? [] : [{ class: 'capability', capability: name.replace(/^CAP_/, '').toLowerCase() }];
}

/** The programs that containers are set up with: what they do is not what the container does. */
const RUNTIMES = /^(?:runc(?::\[.*)?|crun|conmon|containerd-shim.*|youki|runsc)$/;

export function isRuntime(comm: string | undefined): boolean {
  return comm !== undefined && RUNTIMES.test(comm);
}
