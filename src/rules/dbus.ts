import type { QualifiedRule } from './rule';

/** `dbus [ACCESS] [bus=B] [path=P] [interface=I] [member=M] [name=N] [peer=(name=N label=L)],` */
export interface DbusRule extends QualifiedRule {
  readonly type: 'dbus';
  /** `send`, `receive`, `bind`, `eavesdrop` as written; empty: what the conditions imply (see `dbusAccess`). */
  readonly access: readonly string[];
  readonly bus?: string;
  readonly path?: string;
  readonly interface?: string;
  readonly member?: string;
  /** The name that is bound. */
  readonly name?: string;
  readonly peerName?: string;
  readonly peerLabel?: string;
}

/** The accesses that a rule gives: those written, else those that its conditions allow. */
export function dbusAccess(rule: DbusRule): readonly string[] {
  if (rule.access.length > 0) {
    return rule.access;
  }
  if (rule.name !== undefined) {
    return ['bind'];
  }
  const message = rule.path ?? rule.interface ?? rule.member ?? rule.peerName ?? rule.peerLabel;
  return message === undefined ? ['send', 'receive', 'bind', 'eavesdrop'] : ['send', 'receive'];
}
