import fc from 'fast-check';
import { transpileModule } from 'typescript';
import { decidablePolicy } from '../../src/decide';
import { hasErrors } from '../../src/diagnostics';
import { parseProfileText } from '../../src/language';
import type { Item } from '../../src/language/tree';
import { emptyTally, Findings, openSource, printProfiles, printTypeScript, readSummaryLine, type Strictness, suggest, type Suggestions } from '../../src/learn';
import type { Access } from '../../src/rules/access';
import { hostileComponent as component, hostilePath as path, hostileText as text, neighbours } from '../support/hostile-names';
import { runCommand } from '../support/run-command';

function findingsOf(accesses: readonly Access[], profile = 'web'): Findings {
  const findings = new Findings();
  for (const access of accesses) {
    findings.add({ record: { event: 'DENIED', profile }, accesses: [access] }, 1);
  }
  return findings;
}

function suggestionsOf(findings: Findings, strictness: Strictness = 'exact'): Suggestions[] {
  return [...findings.subjects.values()].map((subject) => suggest(subject, { strictness, fineSockets: true }));
}

function printed(suggestions: readonly Suggestions[]): string {
  return printProfiles(suggestions.filter(({ needs }) => needs.length > 0), { explain: true, abi: 'abi/4.0' });
}

function allowedBy(profile: string): (access: Access) => string {
  const policy = decidablePolicy(profile.replace(/^abi .*\n/, ''), { parser: '5.0' });
  expect(policy.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const decider = policy.decider(policy.profiles[0]!);
  return (access) => decider.decide(access).verdict;
}

test('a rule that is learnt for a name allows this name and none beside it, whatever characters it has', () => {
  fc.assert(fc.property(path, fc.constantFrom('r', 'w', 'k'), (name, mask) => {
    const verdict = allowedBy(printed(suggestionsOf(findingsOf([{ class: 'file', path: name, mask }]))));
    expect(verdict({ class: 'file', path: name, mask })).toBe('allowed');
    expect(neighbours(name).filter((other) => verdict({ class: 'file', path: other, mask }) === 'allowed')).toEqual([]);
  }), { numRuns: 300 });
});

test('patterns of steps stay in the directory, and match what they were made from', () => {
  const many = fc.tuple(path, fc.array(component, { minLength: 3, maxLength: 14 })).map(([directory, names]) => names.map((name) => `/srv${directory}/${name}`));
  fc.assert(fc.property(many, fc.constantFrom<Strictness>('balanced', 'loose'), (paths, strictness) => {
    const accesses = paths.map((name): Access => ({ class: 'file', path: name, mask: 'rw' }));
    const verdict = allowedBy(printed(suggestionsOf(findingsOf(accesses), strictness)));
    const directory = paths[0]!.slice(0, paths[0]!.lastIndexOf('/'));
    expect(accesses.filter((access) => verdict(access) !== 'allowed')).toEqual([]);
    const beside = [`${directory}x/a`, `${directory}/q/q`, `${directory.slice(0, -1)}/a`, `${directory}/a/`, '/etc/shadow'].filter((other) => !paths.includes(other) && !other.includes('//'));
    expect(beside.filter((other) => verdict({ class: 'file', path: other, mask: 'r' }) === 'allowed')).toEqual([]);
  }), { numRuns: 150 });
});

test('links by a scheme keep the characters of patterns that their names share', () => {
  const [star, mark] = ['a*', 'b?'];
  const links = [1, 2, 3].map((at): Access => ({ class: 'link', path: `/srv/x/${star}${at}`, target: `/srv/y/${mark}${at}` }));
  const suggestions = suggestionsOf(findingsOf(links), 'balanced');
  expect(printed(suggestions)).toContain('link /srv/x/a\\** -> /srv/y/b\\?*,');
});

const word = fc.oneof(text, fc.constantFrom('', '__proto__', 'constructor', 'inet', 'stream', 'term', 'net_admin', 'system', 'web', '/a'));
const number = fc.oneof(fc.nat(70_000), fc.constantFrom(-1, 1.5, 2 ** 60));
const anything: fc.Arbitrary<Access> = fc.oneof(
  fc.record({ class: fc.constant('capability' as const), capability: word }),
  fc.record({
    class: fc.constant('network' as const),
    family: fc.oneof(word, fc.constant('inet')),
    type: fc.oneof(word, fc.constant('stream')),
    access: word,
    localAddress: word,
    localPort: number,
    peerAddress: word,
    peerPort: number,
  }, { requiredKeys: ['class', 'family', 'type'] }),
  fc.record({ class: fc.constant('unix' as const), type: fc.oneof(word, fc.constant('stream')), access: fc.oneof(word, fc.constant('connect')), address: word, peerAddress: word },
    { requiredKeys: ['class', 'type'] }),
  fc.record({
    class: fc.constant('mount' as const),
    operation: fc.constantFrom('mount' as const, 'umount' as const, 'remount' as const, 'pivot_root' as const),
    source: word,
    target: word,
    fstype: word,
    options: fc.array(fc.oneof(word, fc.constantFrom('ro', 'bind')), { maxLength: 2 }),
  }, { requiredKeys: ['class', 'operation'] }),
  fc.record({ class: fc.constant('signal' as const), access: fc.constantFrom('send' as const, 'receive' as const), signal: word, peer: word }, { requiredKeys: ['class', 'access', 'signal'] }),
  fc.record({ class: fc.constant('ptrace' as const), access: fc.constantFrom('trace' as const, 'readby' as const), peer: word }, { requiredKeys: ['class', 'access'] }),
  fc.record({ class: fc.constant('dbus' as const), access: fc.constantFrom('send' as const, 'bind' as const), bus: word, path: word, interface: word, member: word, name: word, peer: word },
    { requiredKeys: ['class', 'access'] }),
  fc.record({ class: fc.constant('change_profile' as const), target: word }),
  fc.record({ class: fc.constant('mqueue' as const), access: fc.constantFrom('open' as const), type: fc.constantFrom('posix' as const, 'sysv' as const), name: word }),
  fc.record({ class: fc.constant('io_uring' as const), access: fc.constantFrom('sqpoll' as const, 'override_creds' as const), label: word }, { requiredKeys: ['class', 'access'] }),
  fc.record({ class: fc.constant('rlimit' as const), resource: fc.oneof(word, fc.constant('nofile')), value: number }),
  fc.record({ class: fc.constant('link' as const), path, target: fc.oneof(path, word) }),
);

function itemsOf(profile: string): Item[] {
  const { tree, diagnostics } = parseProfileText(profile);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const inside = (items: readonly Item[]): Item[] => items.flatMap((item) => (item.type === 'profile' ? inside(item.body.items) : [item]));
  return inside(tree.body.items).filter(({ type }) => type !== 'abi');
}

test('one access gives one rule, or is told of as one that no rule can say; never another rule', () => {
  fc.assert(fc.property(anything, fc.oneof(fc.constant('web'), text), (access, profile) => {
    const findings = findingsOf([access], profile);
    const suggestions = suggestionsOf(findings);
    const needs = suggestions.flatMap((one) => one.needs);
    const told = suggestions.flatMap(({ unwritable }) => unwritable).length;
    // A stack of profiles has findings for each.
    expect(needs.length + told).toBe(findings.subjects.size);
    expect(itemsOf(printed(suggestions)).map(({ type }) => type).sort()).toEqual(needs.map(({ rule }) => rule.type).sort());
  }), { numRuns: 1500 });
});

test('what is learnt as TypeScript is a program, whatever the names are, and shows what it says', () => {
  fc.assert(fc.property(fc.oneof(anything, path.map((name): Access => ({ class: 'file', path: name, mask: 'r' }))), text, (access, profile) => {
    const program = printTypeScript(suggestionsOf(findingsOf([access], profile)).filter(({ needs }) => needs.length > 0), true);
    const { diagnostics = [] } = transpileModule(program, { reportDiagnostics: true });
    expect(diagnostics.map(({ messageText }) => messageText)).toEqual([]);
    expect(program).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u2028\u202e]/);
  }), { numRuns: 200 });
});

test('a record that would be more than one rule is told of and gives none', async () => {
  const line = 'type=AVC msg=audit(1.5:6): apparmor="DENIED" operation="create" profile="web" family="inet, file, #" sock_type="stream" requested_mask="create" denied_mask="create"\n';
  expect(await runCommand(['learn', '--check'], line)).toEqual({
    code: 1, out: '', err: 'web: 0 new rules, 0 known accesses\n  no rule can say it: network family=inet, file, # type=stream access=create (1 time)\n',
  });
});

const FORGED = 'apparmor="DENIED" operation="open" profile="web" name="/etc/shadow" requested_mask="r" denied_mask="r"';

test.each<[string, string]>([
  ['by the audit system', `type=USER_AVC msg=audit(1.5:6): pid=9 uid=0 auid=0 ses=1 subj=web msg='${FORGED} exe="/x" hostname=? addr=? terminal=?'`],
  ['into the kernel\'s log', `audit: type=1112 audit(1.5:6): pid=9 uid=0 auid=0 ses=1 subj=web msg='${FORGED} exe="/x"'`],
  ['to the journal, by its standard output', JSON.stringify({ __CURSOR: 's', _TRANSPORT: 'stdout', MESSAGE: FORGED })],
  ['to the journal, as another program', JSON.stringify({ __CURSOR: 's', _TRANSPORT: 'syslog', SYSLOG_IDENTIFIER: 'kernel', MESSAGE: FORGED })],
])('nothing is learnt from a record that a program wrote %s', async (_what, line) => {
  const { out, err } = await runCommand(['learn'], `${line}\n`);
  expect({ out, told: err.includes('nothing was learnt from 1 record that a program wrote itself') }).toEqual({ out: '', told: true });
  expect(JSON.parse((await runCommand(['events'], line)).out)).toMatchObject({ event: 'DENIED', name: '/etc/shadow', fromProgram: true });
});

test('what a bus of messages says of itself is believed', async () => {
  const line = 'type=USER_AVC msg=audit(1.5:6): pid=9 uid=0 auid=0 ses=1 subj=web msg=\'apparmor="DENIED" operation="dbus_bind" bus="system" name="org.a" mask="bind" label="web" exe="/x"\'';
  expect((await runCommand(['learn'], line)).out).toContain('dbus bind bus=system name=org.a,');
});

test('a hand-written object of the operator gives no other rules than its entries', () => {
  const profile = 'kind: AppArmorProfile\napiVersion: security-profiles-operator.x-k8s.io/v1\nmetadata: {name: web}\n'
    + 'spec: {abstract: {executable: {allowedExecutables: ["x rix,\\n  /** rw", /usr/bin/a]}, capability: {allowedCapabilities: ["kill, file"]}}}\n';
  return expect(runCommand(['learn'], profile)).resolves.toMatchObject({
    out: 'abi <abi/3.0>,\n\nprofile web {\n  /usr/bin/a rix,\n}\n',
    err: expect.stringContaining('no rule can say it: capability capability=kill, file (1 time)') as string,
  });
});

test.each<[string, object, string]>([
  ['a class that there is none of', { access: { class: 'constructor' } }, 'class "constructor" is unknown'],
  ['a path that is none', { access: { class: 'file', path: 7, mask: 'r' } }, '"path" of class file is 7, but must be an absolute path'],
  ['a field too many', { access: { class: 'userns', rule: 'file,' } }, 'an access of class userns has no field "rule"'],
  ['a namespace that is no text', { namespace: {}, access: { class: 'userns' } }, 'it is no line of a summary'],
])('a summary with %s is left out', (_what, wrong, fault) => {
  const findings = new Findings();
  const line = { profile: ['web'], denied: 1, seen: 0, first: 1, last: 1, comms: [], places: [], ...wrong };
  expect(readSummaryLine(JSON.stringify(line), findings)).toContain(fault);
  expect(findings.subjects.size).toBe(0);
});

test('names of profiles that nobody can write are told of', () => {
  const tally = emptyTally();
  const findings = new Findings();
  const reader = openSource(undefined, { sink: (seen, time) => findings.add(seen, time), profile: () => undefined, tally });
  reader.push(Buffer.from(['a\\', '//', ':n:', '//&//', 'a//b c'].map((profile) => `audit(1.5:6): apparmor="DENIED" operation="open" profile="${profile}" name="/x" denied_mask="r"\n`).join('')));
  reader.end();
  const suggestions = suggestionsOf(findings);
  expect(suggestions.map(({ subject, needs, unwritable }) => [subject.names, needs.length, unwritable.length])).toEqual([[['a\\'], 0, 1], [['//'], 1, 0], [['a', 'b c'], 1, 0]]);
  expect(hasErrors(parseProfileText(printed(suggestions)).diagnostics)).toBe(false);
});
