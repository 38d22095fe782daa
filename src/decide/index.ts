export { Decider, type DecideOptions } from './decide';
export { MAINLINE_6_1 } from './features';
export type { Transition, Verdict, VerdictRule } from './verdict';
