import type { Access } from '../rules/access';

/** What AppArmor did: the word of `apparmor=`, or of the record's type in old kernels. */
export type EventKind = 'DENIED' | 'ALLOWED' | 'AUDIT' | 'KILLED' | 'STATUS' | 'ERROR' | 'HINT';

/**
 * One AppArmor record, decoded. Only what the record has; texts are UTF-8, and bytes that are not are kept as the lone
 * surrogates U+DC80 … U+DCFF (see `bytes.ts`).
 */
export interface EventRecord {
  readonly event: EventKind;
  /** The kernel's hook, such as `open`, or the message bus' (`dbus_method_call`). */
  readonly operation?: string;
  readonly class?: string;
  /** Label of the process: a profile, or a stack of them. */
  readonly profile?: string;
  /** Policy namespace, absent in the root namespace. */
  readonly namespace?: string;
  readonly name?: string;
  readonly target?: string;
  readonly requestedMask?: string;
  readonly deniedMask?: string;
  readonly peer?: string;
  readonly peerProfile?: string;
  readonly attribute?: string;
  readonly info?: string;
  /** The errno as a positive number (the record's `error=-13` is 13). */
  readonly error?: number;
  readonly pid?: number;
  readonly comm?: string;
  readonly fsuid?: number;
  readonly ouid?: number;
  readonly family?: string;
  readonly socketType?: string;
  /** Name of the IP protocol, `unknown(N)` where it has none. */
  readonly protocol?: string;
  readonly localAddress?: string;
  readonly localPort?: number;
  readonly foreignAddress?: string;
  readonly foreignPort?: number;
  readonly bus?: string;
  readonly path?: string;
  readonly interface?: string;
  readonly member?: string;
  readonly signal?: string;
  readonly flags?: string;
  readonly fstype?: string;
  readonly srcName?: string;
  /** Lower case, without `CAP_`. */
  readonly capability?: string;
  readonly peerPid?: number;
  readonly parent?: number;
  readonly task?: number;
  readonly token?: number;
  readonly execpath?: string;
  /** Name of the limit, with `value`. */
  readonly rlimit?: string;
  readonly value?: number;
  /** Seconds since 1970. */
  readonly time?: number;
  /** The audit system's number of the event; records of one event share it. */
  readonly serial?: number;
  /** Keys that have no name above, as they stand in the record. */
  readonly other?: Readonly<Record<string, string>>;
  /** The line ended inside a value: nothing is derived from it. */
  readonly incomplete?: true;
  /**
   * A program wrote the record, not the kernel, and it is not about the message bus. Containers have the capability for that by
   * default (`audit_write`) and may write whatever they like: nothing is derived from it.
   */
  readonly fromProgram?: true;
}

/** Where in a cluster something happened, as far as the source knows. */
export interface Workload {
  readonly node?: string;
  readonly namespace?: string;
  readonly pod?: string;
  readonly container?: string;
  /** Kind and name of the owner, such as `Deployment/web`. */
  readonly owner?: string;
}

/** Something that a source saw, once or several times in the same form. */
export interface Observation {
  readonly record: EventRecord;
  /** What was tried; empty where the record tells of no access, or is no evidence for one. */
  readonly accesses: readonly Access[];
  readonly workload?: Workload;
  /** Process ids that the name of a file holds and that belonged to who used it; more may come with equal lines. */
  ownNumbers?: readonly number[];
  /** Whoever takes observations keeps here what it made of this one; the same object comes again for equal lines. */
  memo?: { readonly owner: object; readonly value: unknown };
}

/** An event as `k8s-apparmor events` prints it. */
export interface PrintedEvent extends EventRecord {
  readonly access?: Access;
  /** Only where a record tells of more than one. */
  readonly accesses?: readonly Access[];
  readonly workload?: Workload;
}

export function printedEvent({ record, accesses, workload }: Observation): PrintedEvent {
  return {
    ...record,
    ...(accesses.length > 0 && { access: accesses[0] }),
    ...(accesses.length > 1 && { accesses }),
    ...(workload && { workload }),
  };
}
