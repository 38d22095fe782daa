import type { Access } from './access';
import { type AccessWords, coversNames, isAccessWord, readAccesses } from './accesses';
import { conditionValues } from './condition-values';
import { accessText, conditionText, ruleText } from './printing';
import { type Family, NO_QUALIFIERS, type Qualifiers, type QualifiedRule } from './rule';
import { readTail } from '../language/conditions';
import type { Cursor } from '../language/cursor';
import { literalPattern } from '../language/words';

/** `signal [ACCESS] [set=(SIGNALS)] [peer=LABEL],` */
export interface SignalRule extends QualifiedRule {
  readonly type: 'signal';
  /** `send`, `receive`; empty: both. */
  readonly access: readonly string[];
  /** Lower case, `rtmin+N`, `exists`; empty: all. */
  readonly signals: readonly string[];
  readonly peer?: string;
}

const ACCESSES: AccessWords = {
  send: ['send'], receive: ['receive'], read: ['receive'], write: ['send'], r: ['receive'], w: ['send'],
};

/** Signals by name but the real-time ones, which are `rtmin+0` … `rtmin+32`; `exists` is signal 0. */
export const SIGNALS: readonly string[] = [
  'hup', 'int', 'quit', 'ill', 'trap', 'abrt', 'bus', 'fpe', 'kill', 'usr1', 'segv', 'usr2', 'pipe', 'alrm', 'term', 'stkflt', 'chld',
  'cont', 'stop', 'stp', 'ttin', 'ttou', 'urg', 'xcpu', 'xfsz', 'vtalrm', 'prof', 'winch', 'io', 'pwr', 'sys', 'emt', 'exists',
];
const SINCE_5: readonly string[] = ['tstp', 'poll'];

/** Whether a word names a signal; `tstp` and `poll` since parser 5.0. */
export function isSignal(name: string, newest = true): boolean {
  const realTime = /^rtmin\+(\d{1,4})$/.exec(name);
  return SIGNALS.includes(name) || (newest && SINCE_5.includes(name)) || (realTime !== null && Number(realTime[1]) <= 32);
}

export const signal: Family<SignalRule> = {
  type: 'signal',
  keywords: ['signal'],
  order: 80,
  parse,
  print: ({ qualifiers, access, signals, peer }) => ruleText(qualifiers, 'signal', [
    accessText(access), setText(signals), conditionText('peer', peer),
  ]),
  patterns: ({ peer }) => (peer === undefined ? [] : [peer]),
  unenforced: (_rule, has) => (has('signal') ? undefined : 'the features in force do not mediate signal'),
  covers: (wide, narrow, patterns) => coversNames(wide.access, narrow.access) && coversNames(wide.signals, narrow.signals)
    && (wide.peer === undefined || (narrow.peer !== undefined && patterns.includes(wide.peer, narrow.peer))),
  fromAccess,
};

/** `set=name` or `set=(name, name)`; nothing for all signals. */
function setText(signals: readonly string[]): string | undefined {
  const [first] = signals;
  return first === undefined ? undefined : signals.length === 1 && /^\w+$/.test(first) ? `set=${first}` : `set=(${signals.join(', ')})`;
}

function parse(cursor: Cursor, qualifiers: Qualifiers): SignalRule {
  const tail = readTail(cursor, { rule: 'signal', words: 1, wordFits: (word) => isAccessWord(word, ACCESSES) });
  const values = conditionValues(cursor, tail.conditions, { rule: 'signal', known: ['set', 'peer'], repeated: ['set'], lists: ['set'] });
  const signals = [...new Set(values.set ?? [])];
  for (const name of signals) {
    if (!isSignal(name, cursor.atLeast('5.0'))) {
      const meant = name.toLowerCase().replace(/^sig/, '');
      const help = isSignal(meant) ? `write ${meant}` : 'names are lower case without SIG, real-time signals are rtmin+0 to rtmin+32';
      cursor.reportAt(name, { code: 'unknown-signal', message: `there is no signal "${name}"`, help });
    }
  }
  const access = readAccesses(cursor, tail.list ?? tail.words.map(({ text }) => text), ACCESSES, 'signal');
  return { type: 'signal', qualifiers, access, signals, peer: values.peer?.[0] };
}

function fromAccess(access: Access): SignalRule | undefined {
  if (access.class !== 'signal') {
    return undefined;
  }
  const peer = access.peer === undefined ? undefined : literalPattern(access.peer);
  return { type: 'signal', qualifiers: NO_QUALIFIERS, access: [access.access], signals: [access.signal], peer };
}
