import type { Random } from './random';
import { some } from './random-mediation';
import type { Access } from '../../src/rules/access';

/** Random rules of the families that few kernels mediate, and accesses near them. */
export interface ClassOptions {
  /** Whether the parser knows priorities, user namespaces, message queues and io_uring. */
  readonly newer: boolean;
}

const LABELS = ['a', 'ab', 'unconfined', '/usr/bin/a'];
const LABEL_PATTERNS = ['a', 'a*', '**', 'unconfined', '/usr/bin/*', '{a,ab}'];
const BUSES = ['system', 'session', 'x'];
const NAMES = ['org.a', 'org.a.b', ':1.2'];
const NAME_PATTERNS = ['org.a', 'org.a*', '{org.a,org.a.b}', '*', ':1.*'];
const PATHS = ['/org', '/org/a', '/'];
const PATH_PATTERNS = ['/org', '/org/*', '/**', '/{,org}'];
const WORDS = ['Get', 'Set', 'GetAll'];
const WORD_PATTERNS = ['Get', 'Get*', '{Get,Set}', '*'];
/** No ABI has the queues of System V, which have numbers. */
const QUEUES = ['/q', '/q/a', '/r'];
const QUEUE_PATTERNS = ['/q', '/q*', '/**', '/{q,r}', '12'];
const QUEUE_ACCESS = ['create', 'open', 'delete', 'read', 'write', 'getattr', 'setattr'] as const;
const PROGRAMS = ['/bin/a', '/bin/b'];
const PROGRAM_PATTERNS = ['/bin/a', '/bin/*', '/**'];

export function classRules(random: Random, options: ClassOptions): string[] {
  const kinds = options.newer ? [dbusRule, changeRule, queueRule, ringRule, () => 'userns'] : [dbusRule, changeRule];
  return random.list(1, 8, () => {
    const make = random.pick(kinds);
    const plain = make === changeRule ? '' : options.newer && random.chance(15) ? `priority=${random.below(3) - 1} ` : '';
    return `  ${plain}${random.chance(25) ? 'audit ' : ''}${random.chance(25) ? 'deny ' : ''}${make(random)},`;
  });
}

const list = (words: readonly string[]) => (words.length === 1 ? words[0] : `(${words.join(', ')})`);
const maybe = (random: Random, text: () => string) => (random.chance(45) ? ` ${text()}` : '');

function dbusRule(random: Random): string {
  const bus = maybe(random, () => `bus=${random.pick(BUSES)}`);
  switch (random.below(4)) {
    case 0: return `dbus bind${bus}${maybe(random, () => `name=${random.pick(NAME_PATTERNS)}`)}`;
    case 1: return `dbus${random.chance(50) ? ' eavesdrop' : ''}${bus}`;
    default: {
      const access = random.pick([' send', ' receive', ' (send, receive)', '']);
      const peer = maybe(random, () => `peer=(${some(random, [`name=${random.pick(NAME_PATTERNS)}`, `label=${random.pick(LABEL_PATTERNS)}`]).join(' ')})`);
      return `dbus${access}${bus}${maybe(random, () => `path=${random.pick(PATH_PATTERNS)}`)}`
        + `${maybe(random, () => `interface=${random.pick(NAME_PATTERNS)}`)}${maybe(random, () => `member=${random.pick(WORD_PATTERNS)}`)}${peer}`;
    }
  }
}

function changeRule(random: Random): string {
  return `change_profile${maybe(random, () => random.pick(PROGRAM_PATTERNS))}${random.chance(80) ? ` -> ${random.pick(LABEL_PATTERNS)}` : ''}`;
}

function queueRule(random: Random): string {
  const access = random.chance(70) ? ` ${list(some(random, QUEUE_ACCESS, 3))}` : '';
  return `mqueue${access}${maybe(random, () => `label=${random.pick(LABEL_PATTERNS)}`)}${random.chance(70) ? ` ${random.pick(QUEUE_PATTERNS)}` : ''}`;
}

function ringRule(random: Random): string {
  return `io_uring${random.pick(['', ' sqpoll', ' override_creds', ' (sqpoll, override_creds)'])}${maybe(random, () => `label=${random.pick(LABEL_PATTERNS)}`)}`;
}

export function classAccess(random: Random): Access {
  switch (random.below(6)) {
    case 0: return { class: 'userns' };
    case 1: return { class: 'io_uring', access: random.pick(['sqpoll', 'override_creds'] as const), label: random.pick(LABELS) };
    case 2: return { class: 'mqueue', access: random.pick(QUEUE_ACCESS), name: random.pick(QUEUES), label: random.pick(LABELS) };
    case 3: return { class: 'change_profile', target: random.pick(LABELS), ...(random.chance(40) ? { exec: random.pick(PROGRAMS) } : {}) };
    default: return dbusAccess(random);
  }
}

function dbusAccess(random: Random): Access {
  const [access, bus] = [random.pick(['send', 'receive', 'bind', 'eavesdrop'] as const), random.pick(BUSES)];
  switch (access) {
    case 'bind': return { class: 'dbus', access, bus, name: random.pick(NAMES) };
    case 'eavesdrop': return { class: 'dbus', access, bus };
    default: return {
      class: 'dbus', access, bus, path: random.pick(PATHS), interface: random.pick(NAMES), member: random.pick(WORDS), peerName: random.pick(NAMES), peer: random.pick(LABELS),
    };
  }
}
