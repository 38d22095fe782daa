import type { DbusAccess } from './access';
import { type DbusRule, dbusAccess } from './dbus';
import { AccessError, bitOf, bitsOf, bitTable, type Clause, type Ground, type Match, patternField } from './match';

const MESSAGE = bitTable('send', 'receive');

export const dbusMatch: Match<DbusRule, DbusAccess> = {
  clauses(rule, ground) {
    const field = (pattern: string | undefined) => patternField(pattern, ground);
    const { bus, name, peerName, peerLabel, path, member, interface: iface } = rule;
    const access = dbusAccess(rule);
    const clauses: Clause[] = [];
    const messages = access.filter((word) => word in MESSAGE);
    if (messages.length > 0) {
      const fields = [bus, peerName, peerLabel, path, iface, member].map(field);
      clauses.push({ table: 'dbus-message', fields, permissions: bitsOf(messages, MESSAGE) });
    }
    if (access.includes('bind')) {
      clauses.push({ table: 'dbus-bind', fields: [bus, name].map(field), permissions: 1 });
    }
    if (access.includes('eavesdrop')) {
      clauses.push({ table: 'dbus-eavesdrop', fields: [field(bus)], permissions: 1 });
    }
    return clauses;
  },
  questions(access, ground) {
    const questions = questionsOf(access);
    return mediated(ground) ? questions : undefined;
  },
};

function mediated(ground: Ground): boolean {
  return ground.has('dbus');
}

function questionsOf({ access, bus = '', name = '', peerName = '', peer = 'unconfined', path = '', member = '', interface: iface = '' }: DbusAccess) {
  switch (access) {
    case 'send':
    case 'receive':
      return [{ table: 'dbus-message', fields: [bus, peerName, peer, path, iface, member], permissions: bitOf(access, MESSAGE, 'dbus access') }] as const;
    case 'bind':
      return [{ table: 'dbus-bind', fields: [bus, name], permissions: 1 }] as const;
    case 'eavesdrop':
      return [{ table: 'dbus-eavesdrop', fields: [bus], permissions: 1 }] as const;
    default:
      throw new AccessError(`dbus access '${String(access)}' is unknown; use one of send, receive, bind, eavesdrop`);
  }
}
