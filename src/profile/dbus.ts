import { ProfileError } from './errors';
import { someOf, word } from './values';
import type { DbusRule } from '../rules/dbus';
import { NO_QUALIFIERS } from '../rules/rule';

/** What is done on a D-Bus. */
export enum DbusAccess {
  /** Sending messages. */
  SEND = 'send',
  /** Receiving messages. */
  RECEIVE = 'receive',
  /** Owning a name on the bus. */
  BIND = 'bind',
  /** Reading the messages of others. */
  EAVESDROP = 'eavesdrop',
}

/** What a `dbus` rule is about; every text is a pattern. */
export interface DbusProps {
  /** What is done. @default - what the conditions allow: `bind` with a name, `send` and `receive` with those of a message, else all */
  readonly access?: DbusAccess[];
  /** `system`, `session`, … @default - any */
  readonly bus?: string;
  /** Object path of a message. @default - any */
  readonly path?: string;
  /** Interface of a message. @default - any */
  readonly interface?: string;
  /** Member of a message. @default - any */
  readonly member?: string;
  /** Name that is bound. @default - any */
  readonly name?: string;
  /** Bus name of the other end. @default - any */
  readonly peerName?: string;
  /** Label of the other end. @default - any */
  readonly peerLabel?: string;
}

const CONDITIONS = ['bus', 'path', 'interface', 'member', 'name', 'peerName', 'peerLabel'] as const;
const OF_MESSAGES = ['path', 'interface', 'member', 'peerName', 'peerLabel'] as const;

export function dbusRule(props: DbusProps = {}): DbusRule {
  const place = 'Rule.dbus()';
  const access = someOf(place, 'access', props.access ?? [], Object.values(DbusAccess));
  const message = OF_MESSAGES.find((condition) => props[condition] !== undefined);
  refuseConflicts(place, access, message, props.name !== undefined);
  const conditions: Record<string, string> = {};
  for (const condition of CONDITIONS) {
    const value = props[condition];
    if (value !== undefined) {
      conditions[condition] = word(place, condition, value);
    }
  }
  return { type: 'dbus', qualifiers: NO_QUALIFIERS, access, ...conditions };
}

function refuseConflicts(place: string, access: readonly DbusAccess[], message: string | undefined, named: boolean): void {
  const fault = (what: string) => new ProfileError(`${place}: ${what}; write a rule for each`);
  if (named && message !== undefined) {
    throw fault(`"name" is for binding and "${message}" for messages`);
  }
  const messages = access.find((one) => one === DbusAccess.SEND || one === DbusAccess.RECEIVE);
  if (named && messages !== undefined) {
    throw fault(`"name" is the name that is bound, which "${messages}" does not have (the other end's is "peerName")`);
  }
  if (access.includes(DbusAccess.BIND) && message !== undefined) {
    throw fault(`"bind" has no "${message}"`);
  }
  if (access.includes(DbusAccess.EAVESDROP) && (named || message !== undefined)) {
    throw fault('"eavesdrop" takes no condition but "bus"');
  }
}
