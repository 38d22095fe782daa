import { ProfileError } from './errors';
import { oneOf, someOf, word } from './values';
import type { IoUringRule } from '../rules/io-uring';
import type { MqueueRule } from '../rules/mqueue';
import { NO_QUALIFIERS } from '../rules/rule';

/** What is done with a message queue. */
export enum MqueueAccess {
  /** Making a queue. */
  CREATE = 'create',
  /** Opening a queue that is there. */
  OPEN = 'open',
  /** Removing a queue. */
  DELETE = 'delete',
  /** Taking messages. */
  READ = 'read',
  /** Sending messages. */
  WRITE = 'write',
  /** Reading its attributes. */
  GETATTR = 'getattr',
  /** Changing its attributes. */
  SETATTR = 'setattr',
}

/** Kinds of message queues. */
export enum MqueueType {
  /** mq_overview(7): its name begins with a slash. */
  POSIX = 'posix',
  /** msgget(2): its name is a number. */
  SYSV = 'sysv',
}

/** What an `mqueue` rule is about. */
export interface MqueueProps {
  /** What is done with the queue. @default - all */
  readonly access?: MqueueAccess[];
  /** The kind of queue. @default - told by the name; both without one */
  readonly type?: MqueueType;
  /** `/name` (posix, a pattern) or a number (sysv). @default - any */
  readonly name?: string;
  /** Pattern over the labels of queues. @default - any */
  readonly label?: string;
}

/** What is done with an io_uring. */
export enum IoUringAccess {
  /** Polling by a kernel thread. */
  SQPOLL = 'sqpoll',
  /** Using registered credentials. */
  OVERRIDE_CREDS = 'override_creds',
}

/** What an `io_uring` rule is about. */
export interface IoUringProps {
  /** What is done with the ring. @default - both */
  readonly access?: IoUringAccess[];
  /** Pattern over the labels whose credentials are used. @default - any */
  readonly label?: string;
}

export function mqueueRule({ access = [], type, name, label }: MqueueProps = {}): MqueueRule {
  const place = 'Rule.mqueue()';
  if (name !== undefined) {
    const kind = name.startsWith('/') ? MqueueType.POSIX : MqueueType.SYSV;
    if (kind === MqueueType.SYSV && !/^\d+$/.test(name)) {
      throw new ProfileError(`${place}: "${name}" names no queue; write "/${name}" for a posix queue, or the number of a sysv queue`);
    }
    if (type !== undefined && type !== kind) {
      throw new ProfileError(`${place}: "${name}" is the name of a ${kind} queue, not of a ${type} one; leave out the type`);
    }
  }
  return {
    type: 'mqueue',
    qualifiers: NO_QUALIFIERS,
    access: someOf(place, 'access', access, Object.values(MqueueAccess)),
    ...(type === undefined ? {} : { queueType: oneOf(place, 'queue type', type, Object.values(MqueueType)) }),
    ...(label === undefined ? {} : { label: word(place, 'label', label) }),
    ...(name === undefined ? {} : { name: word(place, 'name', name) }),
  };
}

export function ioUringRule({ access = [], label }: IoUringProps = {}): IoUringRule {
  const place = 'Rule.ioUring()';
  if (label?.includes('@{')) {
    throw new ProfileError(`${place}: parsers put no variables into the label of io_uring rules; write out "${label}"`);
  }
  return {
    type: 'io_uring',
    qualifiers: NO_QUALIFIERS,
    access: someOf(place, 'access', access, Object.values(IoUringAccess)),
    ...(label === undefined ? {} : { label: word(place, 'label', label) }),
  };
}
