import { ProfileError } from './errors';
import { LOCAL_ACCESS, SocketAccess, SocketType } from './network';
import { oneOf, someOf, word } from './values';
import { NO_QUALIFIERS } from '../rules/rule';
import type { UnixRule } from '../rules/unix';

/**
 * What a `unix` rule is about. Kernels without fine-grained unix mediation (all mainline ones before 6.17) see only
 * `network unix TYPE`.
 */
export interface UnixProps {
  /** @default - all */
  readonly access?: SocketAccess[];
  /** @default - any */
  readonly type?: SocketType;
  /** `@name` (abstract, a pattern), `none` or `auto`; sockets with a path are file rules. @default - any */
  readonly address?: string;
  /** Address of the other end. @default - any */
  readonly peerAddress?: string;
  /** Pattern over the labels of the other end. @default - any */
  readonly peer?: string;
}

export function unixRule(props: UnixProps = {}): UnixRule {
  const place = 'Rule.unix()';
  const { access = [], type, address, peerAddress, peer } = props;
  const localOnly = access.find((one) => LOCAL_ACCESS.has(one));
  if ((peer !== undefined || peerAddress !== undefined) && localOnly !== undefined) {
    throw new ProfileError(`${place}: "${localOnly}" has no other end, so it cannot stand with a peer; write two rules`);
  }
  return {
    type: 'unix',
    qualifiers: NO_QUALIFIERS,
    access: someOf(place, 'access', access, Object.values(SocketAccess)),
    ...(type === undefined ? {} : { socketType: oneOf(place, 'socket type', type, Object.values(SocketType)) }),
    ...(address === undefined ? {} : { address: unixAddress(place, address) }),
    ...(peerAddress === undefined ? {} : { peerAddress: unixAddress(place, peerAddress) }),
    ...(peer === undefined ? {} : { peerLabel: word(place, 'peer', peer) }),
  };
}

function unixAddress(place: string, address: string): string {
  const text = word(place, 'address', address);
  if (text.startsWith('@') || text === 'none' || text === 'auto') {
    return text;
  }
  const fix = text.startsWith('/') ? `write Rule.file("${text}", "rw") for a socket with a path` : `write "@${text}", "none" or "auto"`;
  throw new ProfileError(`${place}: "${text}" is no abstract address; ${fix}`);
}
