import type { Access } from './access';
import { type AccessWords, coversNames, isAccessWord, readAccesses } from './accesses';
import { conditionValues } from './condition-values';
import { coversOptional } from './pattern-relation';
import { accessText, conditionText, peerText, ruleText } from './printing';
import { type Family, NO_QUALIFIERS, type Qualifiers, type QualifiedRule } from './rule';
import { readTail, type RuleTail } from '../language/conditions';
import type { Cursor } from '../language/cursor';
import { literalPattern } from '../language/words';

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

const ACCESSES: AccessWords = {
  send: ['send'],
  receive: ['receive'],
  bind: ['bind'],
  eavesdrop: ['eavesdrop'],
  read: ['receive'],
  write: ['send'],
  r: ['receive'],
  w: ['send'],
};
const FIELDS = ['bus', 'path', 'interface', 'member', 'name', 'peerName', 'peerLabel'] as const;

export const dbus: Family<DbusRule> = {
  type: 'dbus',
  keywords: ['dbus'],
  order: 110,
  parse,
  print: (rule) => ruleText(rule.qualifiers, 'dbus', [
    accessText(rule.access),
    ...(['bus', 'path', 'interface', 'member', 'name'] as const).map((name) => conditionText(name, rule[name])),
    peerText([['name', rule.peerName], ['label', rule.peerLabel]]),
  ]),
  patterns: (rule) => FIELDS.map((field) => rule[field]).filter((value) => value !== undefined),
  unenforced: (_rule, has) => (has('dbus') ? undefined : 'the features in force do not mediate dbus'),
  covers: (wide, narrow, patterns) => coversNames(dbusAccess(wide), dbusAccess(narrow))
    && FIELDS.every((field) => coversOptional(wide[field], narrow[field], patterns)),
  fromAccess,
};

function parse(cursor: Cursor, qualifiers: Qualifiers): DbusRule {
  const tail = readTail(cursor, { rule: 'dbus', words: 1, wordFits: (word) => isAccessWord(word, ACCESSES), peer: true });
  const access = readAccesses(cursor, tail.list ?? tail.words.map(({ text }) => text), ACCESSES, 'dbus');
  const values = conditionValues(cursor, tail.conditions.filter(({ name }) => name !== 'label'), {
    rule: 'dbus', known: ['bus', 'path', 'interface', 'member', 'name'],
  });
  const label = tail.conditions.find(({ name }) => name === 'label');
  if (label !== undefined) {
    cursor.report({ code: 'unknown-condition', message: 'label= tells the other end', help: 'write peer=(label=…)' }, label.start, label.end);
  }
  const peer = conditionValues(cursor, tail.peer ?? [], { rule: 'dbus', known: ['name', 'label', 'bus', 'path', 'interface', 'member'] });
  const rule: DbusRule = {
    type: 'dbus',
    qualifiers,
    access,
    bus: (values.bus ?? peer.bus)?.[0],
    path: (values.path ?? peer.path)?.[0],
    interface: (values.interface ?? peer.interface)?.[0],
    member: (values.member ?? peer.member)?.[0],
    name: values.name?.[0],
    peerName: peer.name?.[0],
    peerLabel: peer.label?.[0],
  };
  checkKind(cursor, rule, tail);
  return rule;
}

/** Messages (send, receive) and services (bind) take different conditions. */
function checkKind(cursor: Cursor, rule: DbusRule, tail: RuleTail): void {
  const message = tail.conditions.some(({ name }) => name === 'path' || name === 'interface' || name === 'member')
    || (tail.peer ?? []).some(({ name }) => name !== 'bus');
  const service = rule.name !== undefined;
  const has = (...names: string[]) => rule.access.some((access) => names.includes(access));
  const fail = (text: string, help: string) => cursor.reportAt('', { code: 'condition-conflict', message: text, help });
  if (message && service) {
    fail('name= binds a name, path=, interface=, member= and peer= tell messages', 'write two rules');
  } else if (message && has('bind')) {
    fail('binding a name takes no path, interface, member or peer', 'write dbus bind name=…');
  } else if (service && has('send', 'receive')) {
    fail('name= is for binding', 'write peer=(name=…) to tell the other end');
  }
  if (has('eavesdrop') && (message || service)) {
    fail('eavesdropping takes no condition but bus', 'write dbus eavesdrop bus=…');
  }
}

function fromAccess(access: Access): DbusRule | undefined {
  if (access.class !== 'dbus') {
    return undefined;
  }
  const pattern = (text: string | undefined) => (text === undefined ? undefined : literalPattern(text));
  return {
    type: 'dbus',
    qualifiers: NO_QUALIFIERS,
    access: [access.access],
    bus: pattern(access.bus),
    path: pattern(access.path),
    interface: pattern(access.interface),
    member: pattern(access.member),
    name: pattern(access.name),
    peerName: pattern(access.peerName),
    peerLabel: pattern(access.peer),
  };
}
