export { Decider, type DecideOptions } from './decide';
export { MAINLINE_6_1 } from './features';
export { allProfiles, decidablePolicy, type DecidablePolicy, type PolicyOptions } from './policy';
export { readAccess } from './read-access';
export type { Transition, Verdict, VerdictRule } from './verdict';
export { AccessError } from '../rules/match';
