import type { Access } from '../rules/access';
import { AccessError } from '../rules/match';

type Kind = 'text' | 'path' | 'address' | 'flag' | 'number' | 'words';

/** The fields of an access: those it must have, and those it may. */
interface Shape {
  readonly required: Readonly<Record<string, Kind>>;
  readonly optional?: Readonly<Record<string, Kind>>;
}

const ENDS = { localAddress: 'text', localPort: 'number', peerAddress: 'text', peerPort: 'number' } as const;
const DBUS = { bus: 'text', path: 'text', interface: 'text', member: 'text', name: 'text', peerName: 'text', peer: 'text' } as const;
const UNIX = { access: 'text', address: 'address', peerAddress: 'address', peer: 'text' } as const;

const SHAPES: { readonly [C in Access['class']]: Shape } = {
  capability: { required: { capability: 'text' } },
  change_profile: { required: { target: 'text' }, optional: { exec: 'path' } },
  dbus: { required: { access: 'text' }, optional: DBUS },
  exec: { required: { path: 'path' }, optional: { owner: 'flag' } },
  file: { required: { path: 'path', mask: 'text' }, optional: { owner: 'flag' } },
  io_uring: { required: { access: 'text' }, optional: { label: 'text' } },
  link: { required: { path: 'path', target: 'path' }, optional: { owner: 'flag' } },
  mount: { required: { operation: 'text' }, optional: { source: 'text', target: 'text', fstype: 'text', options: 'words' } },
  mqueue: { required: { access: 'text', name: 'text' }, optional: { type: 'text', label: 'text' } },
  network: { required: { family: 'text', type: 'text' }, optional: { protocol: 'text', access: 'text', ...ENDS } },
  ptrace: { required: { access: 'text' }, optional: { peer: 'text' } },
  rlimit: { required: { resource: 'text', value: 'number' } },
  signal: { required: { access: 'text', signal: 'text' }, optional: { peer: 'text' } },
  unix: { required: { type: 'text' }, optional: UNIX },
  userns: { required: {} },
};

const CHECKS: Readonly<Record<Kind, readonly [fits: (value: unknown) => boolean, what: string]>> = {
  text: [isText, 'a text without NUL'],
  path: [(value) => isText(value) && value.startsWith('/'), 'an absolute path'],
  address: [(value) => typeof value === 'string', 'a text'],
  flag: [(value) => typeof value === 'boolean', 'true or false'],
  number: [(value) => typeof value === 'number' && Number.isFinite(value), 'a number'],
  words: [(value) => Array.isArray(value) && value.every(isText), 'a list of texts'],
};

function isText(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0');
}

/**
 * An access from a JSON value of outside.
 *
 * @throws AccessError which says what is wrong with it
 */
export function readAccess(value: unknown): Access {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AccessError('an access is a JSON object, such as {"class":"file","path":"/etc/passwd","mask":"r"}');
  }
  const fields = value as Readonly<Record<string, unknown>>;
  const { class: name } = fields;
  if (typeof name !== 'string' || !Object.hasOwn(SHAPES, name)) {
    throw new AccessError(`class ${short(name)} is unknown; use one of ${Object.keys(SHAPES).join(', ')}`);
  }
  const { required, optional = {} } = SHAPES[name as Access['class']];
  const kinds: Readonly<Record<string, Kind>> = { ...required, ...optional };
  for (const field of Object.keys(required)) {
    if (!Object.hasOwn(fields, field)) {
      throw new AccessError(`an access of class ${name} needs "${field}", ${CHECKS[kinds[field]][1]}`);
    }
  }
  for (const [field, given] of Object.entries(fields)) {
    if (field !== 'class') {
      checkField(name, field, given, Object.hasOwn(kinds, field) ? kinds[field] : undefined);
    }
  }
  return value as Access;
}

function checkField(name: string, field: string, given: unknown, kind: Kind | undefined): void {
  if (kind === undefined) {
    throw new AccessError(`an access of class ${name} has no field ${short(field)}`);
  }
  const [fits, what] = CHECKS[kind];
  if (!fits(given)) {
    throw new AccessError(`"${field}" of class ${name} is ${short(given)}, but must be ${what}`);
  }
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
