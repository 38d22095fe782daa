import type { SignalAccess } from './access';
import { AccessError, bitOf, bitsOf, bitTable, type Match, patternField, wordsField } from './match';
import { isSignal, type SignalRule } from './signal';

const BITS = bitTable('send', 'receive');

/** Two names of one signal. */
const SAME: Readonly<Record<string, string>> = { tstp: 'stp', poll: 'io' };

export const signalMatch: Match<SignalRule, SignalAccess> = {
  clauses: ({ access, signals, peer }, ground) => [
    { table: 'signal', fields: [wordsField(signals.map(canonical)), patternField(peer, ground)], permissions: bitsOf(access, BITS) },
  ],
  questions({ access, signal, peer = 'unconfined' }, ground) {
    if (!isSignal(signal)) {
      throw new AccessError(`there is no signal '${signal.slice(0, 40)}'; names are lower case without SIG, such as term or rtmin+1`);
    }
    return ground.has('signal')
      ? [{ table: 'signal', fields: [canonical(signal), peer], permissions: bitOf(access, BITS, 'signal access') }] : undefined;
  },
};

function canonical(signal: string): string {
  return SAME[signal] ?? signal;
}
