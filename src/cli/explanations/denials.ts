import { visible } from '../../diagnostics';
import { readsBack } from '../../language/read-back';
import { emptyTally, openSource, type Observation } from '../../learn';
import { accessText } from '../../rules/access-text';
import { printRule, ruleFromAccess } from '../../rules/registry';

/** Distinct records that are told one by one; `learn` is for more. */
const MOST = 20;

const DID: Readonly<Record<string, string>> = {
  DENIED: 'was denied', ALLOWED: 'would be denied outside of complain mode', AUDIT: 'was allowed and logged', KILLED: 'was denied, and the process killed',
};

/** What the AppArmor records in a text say; undefined where there are none. */
export function denialLines(text: string): string[] | undefined {
  if (!text.includes('apparmor=')) {
    return undefined;
  }
  const seen = new Map<string, string[]>();
  let records = 0;
  const reader = openSource(undefined, {
    sink: (observation) => {
      records++;
      const lines = recordLines(observation);
      if (lines !== undefined) {
        seen.set(lines.join('\n'), lines);
      }
    },
    profile: () => undefined,
    tally: emptyTally(),
  });
  reader.push(Buffer.from(`${text}\n`));
  reader.end();
  const told = [...seen.values()];
  if (records === 0 || told.length === 0) {
    return undefined;
  }
  const more = told.length > MOST ? [`… and ${told.length - MOST} more; \`k8s-apparmor learn\` makes one change to the profile of them all`] : [];
  return [...told.slice(0, MOST).flat(), ...more];
}

function recordLines({ record, accesses }: Observation): string[] | undefined {
  const did = DID[record.event];
  if (did === undefined || accesses.length === 0) {
    return undefined;
  }
  const who = `${record.comm === undefined ? 'a process' : JSON.stringify(record.comm)} in the profile ${record.profile ?? '(unknown)'}`;
  return accesses.flatMap((access) => {
    const rule = ruleFromAccess(access);
    const would = rule !== undefined && readsBack(rule) ? [`    this rule would allow it: ${printRule(rule)}`] : [];
    return [`${accessText(access)} ${did}: ${who}`, ...would].map((line) => visible(line).replace(/\n/g, '\\n'));
  });
}
