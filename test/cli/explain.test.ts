import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { SYMPTOMS } from '../../src/cli/explanations/symptoms';
import { main } from '../../src/cli/main';
import { CODES } from '../../src/diagnostics';
import { LINTS } from '../../src/lint';

async function run(argv: string[], input: string | Buffer = '') {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.end(input);
  const code = await main(['explain', ...argv], { stdin, stdout, stderr, env: {} });
  return { code, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '') };
}

test.each([
  ['/etc/nginx/** r,', 'Allows reading everything below /etc/nginx.'],
  ['/etc/nginx/* r', 'Allows reading everything directly in /etc/nginx.'],
  ['/etc/nginx/ r,', 'Allows reading the folder /etc/nginx itself (its list of names).'],
  ['/etc/*.conf r,', 'Allows reading what matches /etc/*.conf.'],
  ['owner /a rw,', "Allows reading and writing, creating and removing /a, of files that the process' user owns."],
  ['deny /a rw,', 'Forbids reading and writing, creating and removing /a, whatever else allows it; attempts are not logged.'],
  ['audit deny /a x,', 'Forbids executing /a, whatever else allows it; attempts are logged.'],
  ['/usr/bin/a Pix -> b,', 'Allows executing /usr/bin/a; programs run in the profile b, or in the same one where that is missing (the environment is scrubbed).'],
  ['/usr/bin/a ux,', "Allows executing /usr/bin/a; programs run without any profile (with the caller's environment)."],
  ['capability,', 'Allows every capability.'],
  ['audit capability chown kill,', 'Allows the capabilities chown and kill, and logs every use.'],
  ['network inet stream,', 'Allows using inet stream sockets.'],
  ['network connect inet peer=(ip=10.0.0.1 port=443),', 'Allows connect inet sockets with 10.0.0.1 port 443.'],
  ['signal receive peer=unconfined,', 'Allows receiving every signal from processes without a profile.'],
  ['signal set=(term) peer=x,', 'Allows sending and receiving the signal term to and from processes in the profile x.'],
  ['ptrace read peer=@{profile_name},', 'Allows reading the state of processes in the same profile.'],
  ['mount options=(ro, bind) /a/ -> /b/,', 'Allows mounting /a/ at /b/ with ro and bind.'],
  ['mount,', 'Allows mounting anything anywhere.'],
  ['umount /a/,', 'Allows unmounting /a/.'],
  ['pivot_root oldroot=/new/old/ /new/,', 'Allows changing the root to /new/, putting the old one at /new/old/.'],
  ['change_profile -> x,', 'Allows changing to the profile x.'],
  ['link subset /a -> /b,', 'Allows making hard links /a to /b that get no more permissions than their target.'],
  ['set rlimit nofile <= 1024,', 'Limits nofile to 1024.'],
  ['userns create,', 'Allows creating user namespaces, in which a process has all capabilities.'],
  ['unix type=stream peer=(label=x),', 'Allows using unix sockets of type stream, with processes in the profile x.'],
  ['dbus send bus=system member=Get,', 'Allows sending messages (bus system, member Get).'],
  ['mqueue read /q,', 'Allows read the message queue /q.'],
  ['io_uring sqpoll,', 'Allows io_uring sqpoll.'],
  ['all,', 'Allows everything but resource limits and changes of the profile.'],
])('the rule %s', async (rule, sentence) => {
  expect(await run([rule])).toEqual({ code: 0, out: `${sentence}\n`, err: '' });
});

test('a profile is told rule by rule, children too', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'explain-')), 'web');
  writeFileSync(file, 'abi <abi/3.0>,\ninclude <tunables/global>\nprofile web /bin/web flags=(complain) {\n  include <abstractions/base>\n  /a r,\n  ^kid {\n    /b w,\n  }\n}\n');
  expect((await run([file])).out).toBe(`Written for the features of abi/3.0: what they do not mediate is free.
Takes variables and more from tunables/global.

Profile web: what no rule allows is logged, and happens all the same.
  It takes hold of every program that is started from /bin/web.
  Also what the file abstractions/base gives.
  /a r,
      Allows reading /a.

Profile web//kid: what no rule allows fails, and is logged.
  /b w,
      Allows writing, creating and removing /b.
`);
});

test.each(LINTS.map(({ id, reason }) => [id, reason]))('the lint %s comes with reason and examples', async (id, reason) => {
  const { out } = await run([id]);
  expect(out).toContain(reason);
  expect(out).toContain('Right:\n');
});

test.each(Object.entries(CODES))('the error code %s', async (code, meaning) => {
  expect((await run([code])).out).toContain(meaning);
});

/** What each place really says, one for each symptom. */
const MESSAGES = [
  'Error: failed to get container spec opts: failed to generate apparmor spec opts: apparmor profile not found k8s-apparmor.web.1a2b3c4d',
  'Pod was rejected: Cannot enforce AppArmor: AppArmor is not enabled on the host',
  'failed to generate apparmor spec opts: apparmor is not supported',
  'load apparmor profile /tmp/cri-containerd.apparmor.d123: parser error("syntax error")',
  'invalid empty AppArmor profile name: localhost/',
  'spec.template.spec.containers[0].securityContext.appArmorProfile.type: Forbidden: apparmor type in annotation and field must match',
  'metadata.annotations: Forbidden: may not add AppArmor annotations',
  'metadata.annotations[x]: Invalid value: "bad-name": invalid AppArmor profile name: "bad-name"',
  'spec.securityContext.appArmorProfile.localhostProfile: Required value: must be set when AppArmor type is Localhost',
  'spec.securityContext.appArmorProfile: Forbidden: cannot be set for a windows pod',
  'violates PodSecurity "baseline:latest": forbidden AppArmor profile (pod must not set AppArmor profile type to "Unconfined")',
  'info="Failed name lookup - disconnected path"',
  'info="failed protocol match"',
  'info="no new privs"',
];

test.each(MESSAGES.map((message, index) => [message, SYMPTOMS[index]] as const))('the message %s has its cause and what to do', async (message, symptom) => {
  expect((await run(['-'], `Events:\n  Warning  Failed  ${message}\n`)).out).toBe(`${symptom.title}\n\nCause: ${symptom.cause}\n\nWhat to do: ${symptom.fix}\n`);
});

test('every symptom has a message here', () => {
  expect(MESSAGES).toHaveLength(SYMPTOMS.length);
});

test.each([
  'unable to apply apparmor profile: apparmor failed to apply profile: write /proc/thread-self/attr/apparmor/exec: no such file or directory',
  'unable to apply apparmor profile "x": profile not loaded',
  'write to file `/proc/thread-self/attr/apparmor/exec`: No such file or directory',
])('what runc and crun say of a missing profile is the same: %s', async (message) => {
  expect((await run([message])).out).toContain('The node does not have the profile that the pod names.');
});

test('log lines with denials are told with the rules that would allow them, each once', async () => {
  const line = 'type=1400 audit(1700000000.1:2): apparmor="DENIED" operation="open" profile="web" name="/etc/passwd" pid=7 comm="cat" requested_mask="r" denied_mask="r" fsuid=0 ouid=0';
  expect((await run(['-'], `${line}\n${line}\n`)).out).toBe('"r" on "/etc/passwd" was denied: "cat" in the profile web\n    this rule would allow it: owner /etc/passwd r,\n');
});

const folder = mkdtempSync(join(tmpdir(), 'explain-'));

test('the path of a log or of a pod\'s description is as good as its text', async () => {
  const log = join(folder, 'audit.log');
  writeFileSync(log, 'type=1400 audit(1700000000.1:2): apparmor="DENIED" operation="open" profile="web" name="/etc/passwd" pid=7 comm="cat" requested_mask="r" denied_mask="r"\n');
  expect((await run([log])).out).toBe('"r" on "/etc/passwd" was denied: "cat" in the profile web\n    this rule would allow it: /etc/passwd r,\n');
  const pod = join(folder, 'pod.txt');
  writeFileSync(pod, 'Events:\n  Warning  Failed  apparmor is not supported\n');
  expect((await run([pod])).out).toContain('containerd cannot use AppArmor on this node.');
});

test('what has nothing in it says so', async () => {
  writeFileSync(join(folder, 'nothing'), '# only a comment\n');
  expect((await run([join(folder, 'nothing')])).out).toBe(`${join(folder, 'nothing')} holds no profile.\n`);
  expect(await run(['-'], '\n')).toEqual({ code: 2, out: '', err: 'k8s-apparmor: there is nothing to explain; give a rule, a message, or the path of a file\n' });
});

test('a text that is cut is said to be', async () => {
  const { err } = await run(['-'], `apparmor is not supported\n${' '.repeat(1024 * 1024)}`);
  expect(err).toBe('k8s-apparmor explain: only the first 1048576 characters are looked at; `k8s-apparmor learn` reads a whole log\n');
});

test('--format json gives the lines', async () => {
  expect(JSON.parse((await run(['--format', 'json', '/a r,'])).out)).toEqual({ asked: '/a r,', explanation: ['Allows reading /a.'] });
});

test.each<[string[], string]>([
  [['write-to-ect'], 'this is no rule, profile, lint, error code or known message: "write-to-ect"; did you mean write-to-etc?'],
  [['/a rq,'], 'this is no rule, profile or known message: "/a rq,": "rq" is no file permission; use some of r w a l k m and one exec mode; ' +
    'blanks in a path need quotes'],
  [['no-such'], 'this is no rule, profile, lint, error code or known message: "no-such"; there is no file of this name, and `k8s-apparmor lint --list` lists the lints'],
  [['--format', 'xml', 'x'], "there is no format 'xml'; use text or json"],
])('%j is wrong use', async (argv, message) => {
  expect(await run(argv)).toEqual({ code: 2, out: '', err: `k8s-apparmor: ${message}\n` });
});

test('bytes that are no text are refused', async () => {
  const { code, err } = await run(['-'], Buffer.from([0xff, 0xfe]));
  expect([code, err]).toEqual([2, 'k8s-apparmor: - holds bytes that are no UTF-8 text; save it as UTF-8; write single bytes as \\xHH\n']);
});
