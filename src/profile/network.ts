import { ProfileError } from './errors';
import { oneOf, someOf, word } from './values';
import type { NetworkRule } from '../rules/network';
import { NO_QUALIFIERS } from '../rules/rule';

/** Address families of `network` rules, apparmor.d(5). */
export enum NetworkFamily {
  UNSPEC = 'unspec',
  UNIX = 'unix',
  INET = 'inet',
  AX25 = 'ax25',
  IPX = 'ipx',
  APPLETALK = 'appletalk',
  NETROM = 'netrom',
  BRIDGE = 'bridge',
  ATMPVC = 'atmpvc',
  X25 = 'x25',
  INET6 = 'inet6',
  ROSE = 'rose',
  NETBEUI = 'netbeui',
  SECURITY = 'security',
  KEY = 'key',
  NETLINK = 'netlink',
  PACKET = 'packet',
  ASH = 'ash',
  ECONET = 'econet',
  ATMSVC = 'atmsvc',
  RDS = 'rds',
  SNA = 'sna',
  IRDA = 'irda',
  PPPOX = 'pppox',
  WANPIPE = 'wanpipe',
  LLC = 'llc',
  IB = 'ib',
  MPLS = 'mpls',
  CAN = 'can',
  TIPC = 'tipc',
  BLUETOOTH = 'bluetooth',
  IUCV = 'iucv',
  RXRPC = 'rxrpc',
  ISDN = 'isdn',
  PHONET = 'phonet',
  IEEE802154 = 'ieee802154',
  CAIF = 'caif',
  ALG = 'alg',
  NFC = 'nfc',
  VSOCK = 'vsock',
  KCM = 'kcm',
  QIPCRTR = 'qipcrtr',
  SMC = 'smc',
  XDP = 'xdp',
  MCTP = 'mctp',
}

/** Socket types of `network` rules. */
export enum SocketType {
  STREAM = 'stream',
  DGRAM = 'dgram',
  SEQPACKET = 'seqpacket',
  RDM = 'rdm',
  RAW = 'raw',
  PACKET = 'packet',
}

/** What is done with a socket; rules that name it need AppArmor 4.1 for `network`, 3.0 for `unix`. */
export enum SocketAccess {
  CREATE = 'create',
  BIND = 'bind',
  LISTEN = 'listen',
  ACCEPT = 'accept',
  CONNECT = 'connect',
  SHUTDOWN = 'shutdown',
  GETATTR = 'getattr',
  SETATTR = 'setattr',
  GETOPT = 'getopt',
  SETOPT = 'setopt',
  SEND = 'send',
  RECEIVE = 'receive',
}

/** What a `network` rule says beyond family and type; each needs AppArmor 4.1 (`abi: AppArmorAbi.V4_0`). */
export interface NetworkOptions {
  /** @default - all */
  readonly access?: SocketAccess[];
  /** Local IPv4 or IPv6 address, or `none`. @default - any */
  readonly ip?: string;
  /** Local port, `443` or `8000-8080`. @default - any */
  readonly port?: string;
  /** Address of the other end. @default - any */
  readonly peerIp?: string;
  /** Port of the other end. @default - any */
  readonly peerPort?: string;
}

/** Accesses that concern the own end alone: a rule with a peer does not take them. */
export const LOCAL_ACCESS: ReadonlySet<string> = new Set(['create', 'bind', 'listen', 'shutdown', 'getattr', 'setattr', 'getopt', 'setopt']);

const FAMILIES_WITH_ADDRESSES: ReadonlySet<string> = new Set(['inet', 'inet6']);

export function networkRule(family?: NetworkFamily, type?: SocketType, options: NetworkOptions = {}): NetworkRule {
  const place = 'Rule.network()';
  const access = someOf(place, 'access', options.access ?? [], Object.values(SocketAccess));
  const local = end(place, options.ip, options.port);
  const peer = end(place, options.peerIp, options.peerPort);
  const hasPeer = Object.keys(peer).length > 0;
  if (family !== undefined) {
    oneOf(place, 'network family', family, Object.values(NetworkFamily));
    if ((hasPeer || Object.keys(local).length > 0) && !FAMILIES_WITH_ADDRESSES.has(family)) {
      throw new ProfileError(`${place}: addresses and ports are for inet and inet6, not for ${family}; leave them out`);
    }
  }
  const localOnly = access.find((one) => LOCAL_ACCESS.has(one));
  if (hasPeer && localOnly !== undefined) {
    throw new ProfileError(`${place}: "${localOnly}" has no other end, so it cannot stand with peerIp or peerPort; write two rules`);
  }
  return {
    type: 'network',
    qualifiers: NO_QUALIFIERS,
    access,
    ...(family === undefined ? {} : { family }),
    ...(type === undefined ? {} : { socketType: oneOf(place, 'socket type', type, Object.values(SocketType)) }),
    local,
    ...(hasPeer ? { peer } : {}),
  };
}

function end(place: string, ip: string | undefined, port: string | undefined): { ip?: string; port?: string } {
  return {
    ...(ip === undefined ? {} : { ip: word(place, 'address', ip) }),
    ...(port === undefined ? {} : { port: portRange(place, port) }),
  };
}

function portRange(place: string, port: string): string {
  const [from, to = from] = String(port).split('-');
  const numbers = [from, to].map((part) => (/^\d{1,5}$/.test(part) ? Number(part) : NaN));
  if (String(port).split('-').length > 2 || !(numbers[0] <= numbers[1]) || numbers[1] > 65535) {
    throw new ProfileError(`${place}: "${port}" is no port; write a number from 0 to 65535, or a range such as "8000-8080"`);
  }
  return String(port);
}
