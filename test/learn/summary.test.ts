import fc from 'fast-check';
import { emptyTally, Findings, openSource, printProfiles, readSummaryLine, STRICTNESSES, suggest, writeSummary } from '../../src/learn';
import { auditLine } from '../support/log-lines';

/** What is learnt from a log. */
function learn(lines: readonly string[], isCounting = true): Findings {
  const findings = new Findings();
  const reader = openSource(undefined, {
    sink: (seen, time) => findings.add(seen, time),
    ...(isCounting && { counted: (seen, times, first, last) => findings.addTimes(seen, times, first, last) }),
    profile: () => undefined,
    tally: emptyTally(),
  });
  reader.push(Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1'));
  reader.end();
  return findings;
}

function merge(summaries: readonly string[][]): Findings {
  const findings = new Findings();
  expect(summaries.flat().map((line) => readSummaryLine(line, findings)).filter((fault) => fault !== undefined)).toEqual([]);
  return findings;
}

function profilesOf({ subjects }: Findings): string[] {
  return STRICTNESSES.map((strictness) => {
    const suggestions = [...subjects.keys()].sort().map((name) => suggest(subjects.get(name)!, { strictness, fineSockets: true }));
    return printProfiles(suggestions, { explain: true, abi: 'abi/4.0' });
  });
}

const file = fc.record({
  event: fc.constantFrom('DENIED', 'ALLOWED', 'AUDIT'),
  profile: fc.constantFrom('web', 'web//null-/bin/sh', 'k8s-apparmor.web.0a1b2c3d', 'db//worker', 'a//&b'),
  name: fc.tuple(
    fc.constantFrom('/srv/redis', '/var/tmp', '/etc/app', '/var/cache/x/0a', '/var/cache/x/1b', '/var/cache/x/2c', '/var/cache/x/3d'),
    fc.constantFrom('temp-113.rdb', 'temp-113-250', 'x250', 'tmpAb12xY', 'tmpZ9k3mm', 'tmpq7R8ss', 'a', 'b'),
  ).map((parts) => parts.join('/')),
  mask: fc.constantFrom('r', 'w', 'wc', 'l', 'd'),
  pid: fc.constantFrom(7, 113, 250, 11_325),
  fsuid: fc.constantFrom(0, 33),
  comm: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'),
  time: fc.nat(1000).map((second) => `${1_700_000_000 + second}.250`),
}).map((parts) => auditLine(parts));
const other = fc.tuple(fc.constantFrom(
  'operation="capable" profile="web" capability=12  capname="net_admin"',
  'operation="bind" class="net" profile="web" saddr=10.0.0.1 src=80 family="inet" sock_type="stream" protocol=6 requested="bind" denied="bind"',
  'operation="bind" class="net" profile="web" saddr=10.0.0.2 src=80 family="inet" sock_type="stream" protocol=6 requested="bind" denied="bind"',
  'operation="link" profile="web" name="/srv/redis/a" requested_mask="l" denied_mask="l" fsuid=0 ouid=0 target="/srv/redis/b"',
  'operation="signal" profile="web" requested_mask="send" denied_mask="send" signal=term peer="db"',
), fc.nat(1000)).map(([rest, second]) => `type=AVC msg=audit(${1_700_000_000 + second}.5:1): apparmor="DENIED" ${rest} pid=9 comm="c"`);
const logs = fc.array(fc.oneof({ weight: 4, arbitrary: file }, { weight: 1, arbitrary: other }), { minLength: 1, maxLength: 60, size: 'max' });

test('in any order, in one piece or from the summaries of many nodes in any order, logs give the same', () => {
  const cases = logs.chain((lines) => fc.tuple(
    fc.constant(lines), fc.shuffledSubarray(lines, { minLength: lines.length }),
    fc.array(fc.nat(3), { minLength: lines.length, maxLength: lines.length }), fc.boolean(),
  ));
  fc.assert(fc.property(cases, ([lines, shuffled, nodes, isCounting]) => {
    const whole = learn(lines);
    const summary = [...writeSummary(whole)];
    expect([...writeSummary(learn(shuffled, isCounting))]).toEqual(summary);
    const parts = [3, 1, 0, 2].map((node) => [...writeSummary(learn(shuffled.filter((_, at) => nodes[at] === node)))]);
    const merged = merge(parts);
    expect([...writeSummary(merged)]).toEqual(summary);
    expect(profilesOf(merged)).toEqual(profilesOf(whole));
  }), { numRuns: 60 });
});

test('a name that two processes call by their own ids has neither in its pattern, whoever came first', () => {
  const lines = [113, 250].map((pid) => auditLine({ name: '/srv/redis/temp-113-250', mask: 'w', pid }));
  for (const order of [lines, [...lines].reverse(), [auditLine({ name: '/srv/redis/temp-113-250', mask: 'w', pid: 7 }), ...lines]]) {
    expect(profilesOf(learn(order))[1]).toContain('  /srv/redis/temp-[0-9]*-[0-9]* w,');
  }
});

test.each([
  ['it is no JSON', '{'],
  ['it is no JSON object', '1'],
  ['its version is 2, and this command reads version 1', '{"kind":"k8s-apparmor-summary","version":2}'],
  ['it is no line of a summary', '{"profile":["a"],"access":{"class":"file"},"denied":-1,"seen":0,"first":0,"last":0,"comms":[],"places":[]}'],
  ['it is no line of a summary', '{"profile":["a"],"access":{"class":"file"},"ownNumbers":["1"],"denied":1,"seen":0,"first":0,"last":0,"comms":[],"places":[]}'],
])('a line of which %s is left out', (fault, line) => {
  const findings = new Findings();
  expect(readSummaryLine(line, findings)).toBe(fault);
  expect(findings.subjects.size).toBe(0);
});
