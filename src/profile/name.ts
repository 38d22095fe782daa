import { createHash } from 'node:crypto';
import { ProfileError } from './errors';

/** What profiles of this library are called on a node, unless set otherwise. */
export const DEFAULT_PREFIX = 'k8s-apparmor';

/** Names that the API server, containerd, CRI-O, the loader's files and `peer=` patterns all take as they are. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
export const LONGEST_NAME = 63;
const HASH_DIGITS = 8;

/** @throws ProfileError for a name that some part of the way to the kernel refuses or reads as something else */
export function checkName(what: string, name: string): string {
  const fix = nameFault(name);
  if (fix !== undefined) {
    throw new ProfileError(`the ${what} ${JSON.stringify(name)} cannot be used: ${fix}`);
  }
  return name;
}

function nameFault(name: string): string | undefined {
  if (typeof name !== 'string' || name === '') {
    return 'it is empty; give a name such as "web"';
  }
  if (name === 'unconfined') {
    return 'it is what AppArmor calls processes without a profile; use AppArmorProfile.unconfined(reason), or another name';
  }
  if (name.startsWith('localhost/')) {
    return `container runtimes cut "localhost/" off; write "${name.slice('localhost/'.length)}"`;
  }
  if (name.startsWith('/')) {
    return `a profile named by a path takes hold of programs on the node itself; write "${suggestion(name)}"`;
  }
  if (name.startsWith(':')) {
    return `container runtimes do not look into AppArmor namespaces; write "${suggestion(name)}"`;
  }
  if (!NAME.test(name)) {
    return `it is made of letters, digits, ".", "_" and "-", and begins with a letter or digit; write "${suggestion(name)}"`;
  }
  return name.length > LONGEST_NAME ? `it is longer than ${LONGEST_NAME} characters; shorten it` : undefined;
}

function suggestion(name: string): string {
  const plain = name.slice(0, LONGEST_NAME).replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+|-+$/g, '');
  return plain === '' ? 'web' : plain;
}

/** The name before the hash: what the text is called while its hash is taken. */
export function plainName(prefix: string, name: string): string {
  return `${prefix}.${name}`;
}

/**
 * The name on the node. The hash is taken over the text under its plain name, since a text cannot hold its own hash; the
 * name is then put into the text.
 */
export function hashedName(plain: string, text: string): string {
  return `${plain}.${createHash('sha256').update(text).digest('hex').slice(0, HASH_DIGITS)}`;
}
