import type { Verdict } from '../decide';
import { printable } from '../diagnostics';
import type { Access } from '../rules/access';
import { accessText } from '../rules/access-text';

/** An access that was asked about, and the answer. */
export interface Answered {
  readonly access: Access;
  readonly verdict: Verdict;
}

/** What is said where no rule is behind an answer. */
const WITHOUT_RULES: Readonly<Record<Verdict['verdict'], string>> = {
  allowed: 'it needs no rule',
  denied: 'no rule allows it',
  unmediated: 'the features of the kernel or of the profile\'s abi leave it alone',
};

/** An answer in words, with the rules that it comes from; each line with its end. */
export function verdictText({ access, verdict: { verdict, audited, rules, transition } }: Answered): string {
  const reasons = rules.length === 0 ? [WITHOUT_RULES[verdict]] : rules.map(({ file, line, text }) => `by ${file}:${line}: ${text}`);
  const next = transition === undefined ? [] : [`runs on as ${transition.mode}${transition.target === undefined ? '' : `, in ${transition.target}`}`];
  const logged = audited && verdict === 'allowed' ? ', and logged' : '';
  return [`${verdict}${logged}: ${accessText(access)}`, ...[...reasons, ...next].map((line) => `  ${line}`)]
    .map((line) => `${printable(line.replace(/[\r\n\t]+/g, ' '))}\n`).join('');
}
