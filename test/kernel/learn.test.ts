import { auditSections, PROGRAMS, workScript } from './learn-programs';
import { Findings, emptyTally, openSource, printProfiles, suggest } from '../../src/learn';
import { say } from '../support/real/cache';
import { bootVm, GENERATION_OF, type Kernel, type VmResult } from '../support/real/vm';

jest.setTimeout(1_800_000);

const KERNEL: Kernel = '6.1';
const PACKAGES = [...new Set(PROGRAMS.flatMap(({ packages }) => packages))];

/** What nobody may do in any of the profiles, by a program that may run itself. */
const ATTACKS: ReadonlyArray<readonly [name: string, command: string]> = [
  ['starts a shell', 'sh -c "exec /usr/bin/dash -c true"'],
  ['reads /etc/shadow', 'cat /etc/shadow'],
  ['writes beside its data', 'touch /srv/evil'],
  ['opens a raw socket', 'ping -c 1 -w 1 127.0.0.1'],
  ['looks into a neighbour', 'grep -q . /proc/$OUTSIDE/environ'],
];

/** What was learnt for each program, from one log of all. */
function learnt(log: string): Map<string, { text: string; rules: number }> {
  const findings = new Findings();
  const reader = openSource('kernel', { sink: (seen, time) => findings.add(seen, time), profile: () => undefined, tally: emptyTally() });
  reader.push(Buffer.from(log, 'latin1'));
  reader.end();
  const fineSockets = GENERATION_OF[KERNEL] !== '3.0';
  return new Map([...findings.subjects.values()].map((subject) => {
    const suggestions = suggest(subject, { strictness: 'balanced', fineSockets });
    const text = printProfiles([suggestions], { explain: false, abi: 'abi/3.0' });
    return [subject.subject.names[0]!, { text, rules: suggestions.needs.length }];
  }));
}

async function boot(profiles: ReadonlyMap<string, string>, attacks: boolean): Promise<VmResult> {
  const files = Object.fromEntries([...profiles].map(([name, text]) => [`/profiles/${name}`, text]));
  return bootVm({ kernel: KERNEL, packages: PACKAGES, files, script: workScript(attacks ? ATTACKS : []), timeoutMs: 900_000, memoryMb: 3072 });
}

test('what a program did in complain mode, learnt and enforced, is all that it needs, and nothing that it must not have', async () => {
  const empty = new Map(PROGRAMS.map(({ name }) => [`learn.${name}`, `abi <abi/3.0>,\nprofile learn.${name} flags=(complain) {\n}\n`]));
  const watched = auditSections((await boot(empty, false)).output);
  const found = learnt(watched.log);
  const enforced = new Map([...found].map(([name, { text }]) => [name, text]));
  // The attacker's code runs in the process: here it is a program that the profile lets be mapped, and no more.
  const attacked = new Map([...enforced].map(([name, text]) => [name, text.replace(/\}\n$/, '  /usr/bin/busybox mr,\n}\n')]));
  const confined = auditSections((await boot(attacked, true)).output);

  for (const { name } of PROGRAMS) {
    say(`${name}: ${found.get(`learn.${name}`)?.rules ?? 0} rules; ${watched.lines(`learn.${name}`)} records`);
  }
  for (const { name } of PROGRAMS) {
    expect({ name, output: watched.output(name) }).toEqual({ name, output: expect.stringMatching(/done\n$/) });
    expect({ name, output: confined.output(name) }).toEqual({ name, output: watched.output(name) });
    expect({ name, denied: confined.denied(name) }).toEqual({ name, denied: [] });
    expect({ name, succeeded: confined.succeeded(name) }).toEqual({ name, succeeded: [] });
    expect({ name, tried: confined.tried(name) }).toEqual({ name, tried: ATTACKS.length });
  }
});
