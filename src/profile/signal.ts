import { someOf, word } from './values';
import { NO_QUALIFIERS } from '../rules/rule';
import type { SignalRule } from '../rules/signal';

/** Direction of a signal, seen from the confined process. */
export enum SignalAccess {
  SEND = 'send',
  RECEIVE = 'receive',
}

/** Signals by the names of apparmor.d(5); `EXISTS` is signal 0. */
export enum Signal {
  HUP = 'hup',
  INT = 'int',
  QUIT = 'quit',
  ILL = 'ill',
  TRAP = 'trap',
  ABRT = 'abrt',
  BUS = 'bus',
  FPE = 'fpe',
  KILL = 'kill',
  USR1 = 'usr1',
  SEGV = 'segv',
  USR2 = 'usr2',
  PIPE = 'pipe',
  ALRM = 'alrm',
  TERM = 'term',
  STKFLT = 'stkflt',
  CHLD = 'chld',
  CONT = 'cont',
  STOP = 'stop',
  /** SIGTSTP; the language calls it `stp` in every version. */
  TSTP = 'stp',
  TTIN = 'ttin',
  TTOU = 'ttou',
  URG = 'urg',
  XCPU = 'xcpu',
  XFSZ = 'xfsz',
  VTALRM = 'vtalrm',
  PROF = 'prof',
  WINCH = 'winch',
  IO = 'io',
  PWR = 'pwr',
  SYS = 'sys',
  EMT = 'emt',
  EXISTS = 'exists',
}

/** What a `signal` rule is about. */
export interface SignalProps {
  /** @default - both */
  readonly access?: SignalAccess[];
  /** @default - all, if there are no `realTimeSignals` either */
  readonly signals?: Signal[];
  /** Real-time signals, counted from SIGRTMIN: 0 to 32. @default - none by number */
  readonly realTimeSignals?: number[];
  /** Pattern over the labels of the other end. @default - any */
  readonly peer?: string;
}

const SIGNALS: readonly Signal[] = Object.values(Signal);
/** `rtmin+0` to `rtmin+32`. */
const REAL_TIME_SIGNALS: readonly string[] = Array.from({ length: 33 }, (_, number) => `rtmin+${number}`);

export function signalRule({ access = [], signals = [], realTimeSignals = [], peer }: SignalProps = {}): SignalRule {
  const place = 'Rule.signal()';
  return {
    type: 'signal',
    qualifiers: NO_QUALIFIERS,
    access: someOf(place, 'access', access, Object.values(SignalAccess)),
    signals: [
      ...someOf(place, 'signal', signals, SIGNALS),
      ...someOf(place, 'signal', realTimeSignals.map((number) => `rtmin+${number}`), REAL_TIME_SIGNALS),
    ],
    ...(peer === undefined ? {} : { peer: word(place, 'peer', peer) }),
  };
}
