import { auditSections, PROGRAMS, type Sections, workScript } from './learn-programs';
import { Findings, emptyTally, openSource, printProfiles, suggest } from '../../src/learn';
import { say } from '../support/real/cache';
import { logprofRules } from '../support/real/logprof';
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

/** As every profile of a container has them: shared memory and deleted files have no path below its root. */
const FLAGS = 'attach_disconnected, mediate_deleted';

/** Starts of each program that are watched. */
const ROUNDS = 3;

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

interface Boot {
  readonly attacks: boolean;
  readonly rounds: number;
}

async function boot(profiles: ReadonlyMap<string, string>, { attacks, rounds }: Boot): Promise<VmResult> {
  const files = Object.fromEntries([...profiles].map(([name, text]) => [`/profiles/${name}`, text]));
  const script = workScript(attacks ? ATTACKS : [], rounds);
  return bootVm({ kernel: KERNEL, packages: PACKAGES, files, script, timeoutMs: 900_000, memoryMb: 3072 });
}

describe('what a program did in complain mode, learnt and enforced, is all that it needs, and nothing that it must not have', () => {
  let watched: Sections;
  let confined: Sections;

  beforeAll(async () => {
    const empty = new Map(PROGRAMS.map(({ name }) => [`learn.${name}`, `abi <abi/3.0>,\nprofile learn.${name} flags=(complain, ${FLAGS}) {\n}\n`]));
    watched = auditSections((await boot(empty, { attacks: false, rounds: ROUNDS })).output);
    const found = learnt(watched.log);
    // The attacker's code runs in the process: here it is a program that the profile lets be mapped, and no more.
    const attacked = new Map([...found].map(([name, { text }]) => [
      name, text.replace(' {', ` flags=(${FLAGS}) {`).replace(/\}\n$/, '  /usr/bin/busybox mr,\n}\n'),
    ]));
    confined = auditSections((await boot(attacked, { attacks: true, rounds: 1 })).output);
    const theirs = logprofRules(watched.log, empty);
    for (const { name } of PROGRAMS) {
      const logprof = typeof theirs === 'string' ? '' : `; aa-logprof: ${theirs.get(`learn.${name}`) ?? 0} rules`;
      say(`${name}: ${found.get(`learn.${name}`)?.rules ?? 0} rules; ${watched.lines(`learn.${name}`)} records${logprof}`);
    }
    if (typeof theirs === 'string') {
      say(`aa-logprof is not compared: ${theirs}`);
    }
  });

  test.each(PROGRAMS)('$name works as before, with no denial', ({ name }) => {
    expect(watched.output(name)).toMatch(/done\n$/);
    expect({ output: confined.output(name), denied: confined.denied(name) }).toEqual({ output: watched.output(name), denied: [] });
  });

  test.each(PROGRAMS)('$name can do nothing that an attacker wants', ({ name }) => {
    expect(confined.succeeded(name)).toEqual([]);
    expect(confined.tried(name)).toBe(ATTACKS.length);
  });
});
