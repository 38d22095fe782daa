import type { QualifiedRule } from './rule';

/** One end of a connection. */
export interface NetworkEnd {
  /** An IPv4 or IPv6 address, or `none`. */
  readonly ip?: string;
  /** A number or `FROM-TO`. */
  readonly port?: string;
  readonly label?: string;
  /** Local end only. */
  readonly interface?: string;
}

/** `network [ACCESS] [FAMILY [TYPE|PROTOCOL]] [CONDITIONS] [peer=(CONDITIONS)],` */
export interface NetworkRule extends QualifiedRule {
  readonly type: 'network';
  /** `create`, `bind`, `send` …; empty: all. */
  readonly access: readonly string[];
  readonly family?: string;
  /** `stream`, `dgram` … */
  readonly socketType?: string;
  /** `tcp`, `udp` or `icmp`. */
  readonly protocol?: string;
  readonly local: NetworkEnd;
  readonly peer?: NetworkEnd;
}
