import type { Access } from '../rules/access';
import type { Subject } from './attribution';

/** What a profile says of an access: allowed, denied by a `deny` rule, or nothing. */
export type KnownVerdict = 'allowed' | 'denied' | 'open';

/** What a policy says already, by profile. */
export interface KnownAccesses {
  judge(subject: Subject, access: Access): KnownVerdict;
}
