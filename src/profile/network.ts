import { ProfileError } from './errors';
import { oneOf, someOf, word } from './values';
import type { NetworkRule } from '../rules/network';
import { NO_QUALIFIERS } from '../rules/rule';

/** Address families of `network` rules, apparmor.d(5). */
export enum NetworkFamily {
  /** None. */
  UNSPEC = 'unspec',
  /** Local sockets, unix(7); for those without a path see `Rule.unix()`. */
  UNIX = 'unix',
  /** IPv4. */
  INET = 'inet',
  /** Amateur radio. */
  AX25 = 'ax25',
  /** Novell IPX. */
  IPX = 'ipx',
  /** AppleTalk. */
  APPLETALK = 'appletalk',
  /** Amateur radio NET/ROM. */
  NETROM = 'netrom',
  /** Multiprotocol bridge. */
  BRIDGE = 'bridge',
  /** ATM, permanent circuits. */
  ATMPVC = 'atmpvc',
  /** X.25. */
  X25 = 'x25',
  /** IPv6. */
  INET6 = 'inet6',
  /** Amateur radio X.25. */
  ROSE = 'rose',
  /** NetBEUI; reserved. */
  NETBEUI = 'netbeui',
  /** Security callback; not a protocol. */
  SECURITY = 'security',
  /** Keys of IPsec. */
  KEY = 'key',
  /** Talk with the kernel, netlink(7): interfaces, routes, audit. */
  NETLINK = 'netlink',
  /** Frames of the link layer, packet(7): what tcpdump reads. */
  PACKET = 'packet',
  /** Ash; unused. */
  ASH = 'ash',
  /** Acorn Econet. */
  ECONET = 'econet',
  /** ATM, switched circuits. */
  ATMSVC = 'atmsvc',
  /** Reliable datagram sockets. */
  RDS = 'rds',
  /** IBM SNA; unused. */
  SNA = 'sna',
  /** Infrared. */
  IRDA = 'irda',
  /** PPP over something, as PPPoE and L2TP. */
  PPPOX = 'pppox',
  /** Wanpipe; unused. */
  WANPIPE = 'wanpipe',
  /** Logical link control, IEEE 802.2. */
  LLC = 'llc',
  /** InfiniBand. */
  IB = 'ib',
  /** MPLS. */
  MPLS = 'mpls',
  /** CAN bus. */
  CAN = 'can',
  /** TIPC, talk within clusters. */
  TIPC = 'tipc',
  /** Bluetooth. */
  BLUETOOTH = 'bluetooth',
  /** z/VM, talk between guests. */
  IUCV = 'iucv',
  /** RxRPC, of AFS. */
  RXRPC = 'rxrpc',
  /** ISDN. */
  ISDN = 'isdn',
  /** Nokia Phonet. */
  PHONET = 'phonet',
  /** IEEE 802.15.4, radio of sensors. */
  IEEE802154 = 'ieee802154',
  /** CAIF, of modems. */
  CAIF = 'caif',
  /** Ciphers of the kernel; the default profiles of runtimes deny it. */
  ALG = 'alg',
  /** Near field communication. */
  NFC = 'nfc',
  /** Talk between a virtual machine and its host. */
  VSOCK = 'vsock',
  /** Kernel connection multiplexor. */
  KCM = 'kcm',
  /** Qualcomm IPC router. */
  QIPCRTR = 'qipcrtr',
  /** Shared memory communications. */
  SMC = 'smc',
  /** Packets past the network stack, AF_XDP. */
  XDP = 'xdp',
  /** Management component transport protocol. */
  MCTP = 'mctp',
}

/** Socket types of `network` rules. */
export enum SocketType {
  /** Connections with a stream of bytes, as TCP. */
  STREAM = 'stream',
  /** Single messages, as UDP. */
  DGRAM = 'dgram',
  /** Connections with messages in their order. */
  SEQPACKET = 'seqpacket',
  /** Reliable messages without an order. */
  RDM = 'rdm',
  /** Packets made by the program itself; forges and sniffs. */
  RAW = 'raw',
  /** Obsolete; `NetworkFamily.PACKET` took its place. */
  PACKET = 'packet',
}

/** What is done with a socket; rules that name it need AppArmor 4.1 for `network`, 3.0 for `unix`. */
export enum SocketAccess {
  /** socket(2). */
  CREATE = 'create',
  /** bind(2): taking a local address. */
  BIND = 'bind',
  /** listen(2). */
  LISTEN = 'listen',
  /** accept(2). */
  ACCEPT = 'accept',
  /** connect(2). */
  CONNECT = 'connect',
  /** shutdown(2). */
  SHUTDOWN = 'shutdown',
  /** Asking for its addresses, getsockname(2). */
  GETATTR = 'getattr',
  /** Changing its attributes. */
  SETATTR = 'setattr',
  /** getsockopt(2). */
  GETOPT = 'getopt',
  /** setsockopt(2). */
  SETOPT = 'setopt',
  /** Sending. */
  SEND = 'send',
  /** Receiving. */
  RECEIVE = 'receive',
}

/** What a `network` rule says beyond family and type; each needs AppArmor 4.1 (`abi: AppArmorAbi.V4_0`). */
export interface NetworkOptions {
  /** What is done with the socket. @default - all */
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
