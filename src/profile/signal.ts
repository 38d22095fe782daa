import { someOf, word } from './values';
import { NO_QUALIFIERS } from '../rules/rule';
import type { SignalRule } from '../rules/signal';

/** Direction of a signal, seen from the confined process. */
export enum SignalAccess {
  /** The process sends it. */
  SEND = 'send',
  /** The process is sent it. */
  RECEIVE = 'receive',
}

/** Signals by the names of apparmor.d(5); `EXISTS` is signal 0. */
export enum Signal {
  /** The terminal is gone, or: read the configuration again. */
  HUP = 'hup',
  /** Interrupt from the keyboard (Ctrl-C). */
  INT = 'int',
  /** Quit from the keyboard, with a core dump; nginx and others: finish, then stop. */
  QUIT = 'quit',
  /** Illegal instruction. */
  ILL = 'ill',
  /** Trap of a debugger. */
  TRAP = 'trap',
  /** abort(3). */
  ABRT = 'abrt',
  /** Bad access to memory. */
  BUS = 'bus',
  /** Arithmetic error. */
  FPE = 'fpe',
  /** Kills at once; cannot be caught. */
  KILL = 'kill',
  /** For the program to define, the first. */
  USR1 = 'usr1',
  /** Invalid reference to memory. */
  SEGV = 'segv',
  /** For the program to define, the second. */
  USR2 = 'usr2',
  /** Write to a pipe without readers. */
  PIPE = 'pipe',
  /** The timer of alarm(2). */
  ALRM = 'alrm',
  /** The polite end, which the kubelet sends first. */
  TERM = 'term',
  /** Stack fault of a coprocessor; unused. */
  STKFLT = 'stkflt',
  /** A child stopped or ended. */
  CHLD = 'chld',
  /** Go on after a stop. */
  CONT = 'cont',
  /** Stops at once; cannot be caught. */
  STOP = 'stop',
  /** SIGTSTP; the language calls it `stp` in every version. */
  TSTP = 'stp',
  /** Read from the terminal in the background. */
  TTIN = 'ttin',
  /** Write to the terminal in the background. */
  TTOU = 'ttou',
  /** Urgent data at a socket; Go programs send it to themselves. */
  URG = 'urg',
  /** The limit of processor time is exceeded. */
  XCPU = 'xcpu',
  /** The limit of the size of a file is exceeded. */
  XFSZ = 'xfsz',
  /** The virtual timer of setitimer(2). */
  VTALRM = 'vtalrm',
  /** The profiling timer of setitimer(2). */
  PROF = 'prof',
  /** The terminal has another size. */
  WINCH = 'winch',
  /** Input or output is possible. */
  IO = 'io',
  /** Power failure. */
  PWR = 'pwr',
  /** A bad system call; seccomp sends it. */
  SYS = 'sys',
  /** Emulator trap, on some processors. */
  EMT = 'emt',
  /** Signal 0: whether a process is there. */
  EXISTS = 'exists',
}

/** What a `signal` rule is about. */
export interface SignalProps {
  /** Whether it sends or receives them. @default - both */
  readonly access?: SignalAccess[];
  /** Which, by name. @default - all, if there are no `realTimeSignals` either */
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
