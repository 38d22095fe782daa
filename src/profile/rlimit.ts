import { ProfileError } from './errors';
import { oneOf } from './values';
import type { RlimitRule } from '../rules/rlimit';
import { NO_QUALIFIERS } from '../rules/rule';

/** Resources of getrlimit(2). */
export enum Resource {
  /** Address space, a size. */
  AS = 'as',
  /** Core dump, a size. */
  CORE = 'core',
  /** Processor time, a time. */
  CPU = 'cpu',
  /** Data segment, a size. */
  DATA = 'data',
  /** Files that it writes, a size. */
  FSIZE = 'fsize',
  /** Locks on files, a number; unused since Linux 2.6. */
  LOCKS = 'locks',
  /** Memory that stays in RAM, a size. */
  MEMLOCK = 'memlock',
  /** POSIX message queues, a size. */
  MSGQUEUE = 'msgqueue',
  /** The best nice value that it may take, -20 to 19. */
  NICE = 'nice',
  /** Open files, a number. */
  NOFILE = 'nofile',
  /** Processes of the user, a number. */
  NPROC = 'nproc',
  /** Resident memory, a size; without effect. */
  RSS = 'rss',
  /** Real-time priority, a number. */
  RTPRIO = 'rtprio',
  /** Real-time processor time without a pause, a time. */
  RTTIME = 'rttime',
  /** Queued signals, a number. */
  SIGPENDING = 'sigpending',
  /** Stack, a size. */
  STACK = 'stack',
}

const SIZES: ReadonlySet<string> = new Set(['as', 'core', 'data', 'fsize', 'memlock', 'msgqueue', 'rss', 'stack']);
const TIMES: ReadonlySet<string> = new Set(['cpu', 'rttime']);
const SIZE = /^\d{1,18}(KB|MB|GB)?$/;
const TIME = /^\d{1,18}(us|ms|s|min|h|d|week)?$/;
const COUNT = /^\d{1,18}$/;

/** `limit`: digits with a unit perhaps, or `infinity`. */
export function rlimitRule(resource: Resource, limit: string): RlimitRule {
  const place = 'Rule.rlimit()';
  oneOf(place, 'resource', resource, Object.values(Resource));
  const text = String(limit).replace(/ /g, '');
  if (!isLimit(resource, text)) {
    throw new ProfileError(`${place}: "${limit}" is no limit for ${resource}; write ${expected(resource)}, or "infinity"`);
  }
  const [, value, unit] = /^(-?\d+|infinity)([A-Za-z]*)$/.exec(text)!;
  return { type: 'rlimit', qualifiers: NO_QUALIFIERS, resource, value, ...(unit === '' ? {} : { unit }) };
}

function isLimit(resource: Resource, text: string): boolean {
  if (text === 'infinity') {
    return true;
  }
  if (resource === Resource.NICE) {
    return /^-?\d{1,2}$/.test(text) && Number(text) >= -20 && Number(text) <= 19;
  }
  if (resource === Resource.CPU && /^\d+(us|ms)$/.test(text)) {
    return false;
  }
  return (SIZES.has(resource) ? SIZE : TIMES.has(resource) ? TIME : COUNT).test(text);
}

function expected(resource: Resource): string {
  if (resource === Resource.NICE) {
    return 'a number from -20 to 19';
  }
  if (SIZES.has(resource)) {
    return 'bytes, or a size such as "64MB" (KB, MB, GB)';
  }
  return TIMES.has(resource) ? 'a time such as "10s" (s, min, h, d, week; for rttime also us, ms)' : 'a count such as "1024"';
}
