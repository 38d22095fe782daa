import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { FakeNode, FakeProfile, SHELLS } from './fake-node';
import { loaderScript } from '../../src/manifests/loader-program';

jest.setTimeout(30_000);

const MARK = '# k8s-apparmor: copy for bundle shop; do not edit, the name is a hash of the content';
const WEB = 'p.web.00000001';
const API = 'p.api.00000002';
const GOOD: readonly FakeProfile[] = [{ name: WEB }, { name: API, mode: 'complain' }];

const when = SHELLS.length > 0 ? describe.each(SHELLS) : describe.skip.each([['no shell [skipped: install dash or busybox]', [] as readonly string[]]] as const);

when('the loader under %s', (_, shell) => {
  let node: FakeNode;
  const begin = (profiles: readonly FakeProfile[], env: Record<string, string> = {}) => {
    node = new FakeNode(profiles, shell);
    node.start(env);
  };
  const memory = 'host/etc/apparmor.d/.k8s-apparmor.shop.boot';
  const copy = (name: string) => `host/etc/apparmor.d/${name}`;

  afterEach(() => node.end());

  test('loads what is missing in one call that adds and never replaces, without a cache, then is ready and keeps copies', async () => {
    begin(GOOD);
    await node.until(() => node.eventsOf('state').length === 1);
    expect(node.isReady).toBe(true);
    expect(node.calls).toEqual([`-K --base ${node.path('host/etc/apparmor.d')} --config-file /dev/null -a -j2 ${WEB} ${API}`]);
    expect(node.read('kernel/profiles')).toBe(`${WEB} (enforce)\n${API} (complain)\n`);
    expect(node.read(copy(WEB))).toBe(`${MARK}\n${node.read(`profiles/${WEB}`)}`);
    expect(node.events.map(({ event, profile }) => [event, profile])).toEqual([
      ['started', undefined], ['loaded', WEB], ['loaded', API], ['ready', undefined], ['copied', WEB], ['copied', API], ['state', undefined],
    ]);
    expect(node.state).toMatchObject({ bundle: 'shop', node: 'node1', ready: true, problems: [], removed: [] });
  });

  test('ends what it says with its state, as it is in the file, and says no more while nothing changes', async () => {
    node = new FakeNode(GOOD, shell);
    node.write('kernel/profiles', `${WEB} (complain)\n`);
    node.start();
    await node.until(() => node.eventsOf('state').length === 1);
    expect(node.events.at(-1)).toEqual({ ...node.state, level: 'info', event: 'state', ready: false, problems: [expect.objectContaining({ profile: WEB })] });
    node.changeKernel(`${WEB} (enforce)\n${API} (complain)\n`);
    await node.until(() => node.eventsOf('ready').length === 1 && node.events.at(-1)?.event === 'state');
    expect(node.events.at(-1)).toEqual({ ...node.state, ready: true, problems: [] });
    const { length } = node.events;
    await new Promise((done) => setTimeout(done, 700));
    expect(node.events).toHaveLength(length);
  });

  test('says its state again after some ticks, because a log is cut off at its beginning', async () => {
    begin(GOOD, { TICK: '0.02' });
    await node.until(() => node.eventsOf('state').length > 2);
    expect(new Set(node.eventsOf('state').slice(1).map((state) => JSON.stringify(state))).size).toBe(1);
  });

  test('for the annotation of its node it makes its state short: whole JSON, with the number of what is left out', async () => {
    const names = Array.from({ length: 60 }, (__, index) => `p.web.${String(index).padStart(8, '0')}`);
    begin(names.map((name) => ({ name, words: 'ü'.repeat(400) })));
    await node.until(() => node.state.problems?.length === 60);
    const text = node.read('state/brief.json');
    const { ready, problems, removed, more } = JSON.parse(text);
    expect(Buffer.byteLength(text)).toBeLessThan(8000);
    expect({ ready, removed, all: problems.length + more }).toEqual({ ready: false, removed: [], all: 60 });
    expect(problems.length).toBeGreaterThan(10);
    expect(problems[0].message).toMatch(/: AppArmor parser error, in line 1: ü+\.\.\.$/);
  });

  test('compiles nothing that is loaded already', async () => {
    node = new FakeNode(GOOD, shell);
    node.write('kernel/profiles', `${WEB} (enforce)\nother (enforce)\n${API} (complain)\n`);
    node.start();
    await node.until(() => node.isReady);
    expect(node.calls).toEqual([]);
  });

  test('with a broken profile loads the others, is not ready, and gives the profile and the words of the parser', async () => {
    begin([{ name: WEB, words: 'unexpected "quote" \\ and \ttab' }, ...GOOD.slice(1)]);
    await node.until(() => node.state.problems?.length > 0 && node.copies.length === 1);
    expect(node.isReady).toBe(false);
    const message = 'the parser refused it (exit code 1): AppArmor parser error, in line 1: unexpected "quote" \\ and  tab';
    expect(node.eventsOf('failed')).toEqual([expect.objectContaining({ level: 'error', profile: WEB, message })]);
    expect(node.state.problems).toEqual([{ kind: 'failed', profile: WEB, message }]);
    expect(node.read('termination-log')).toBe(`${WEB}: ${message}\n`);
    expect(node.copies).toEqual([API]);
  });

  test('cuts what a parser says without end between two characters', async () => {
    begin([{ name: WEB, words: `${'ü'.repeat(1500)} end` }]);
    await node.until(() => node.state.problems?.length === 1);
    const [{ message }] = node.state.problems;
    expect(message).toMatch(/: AppArmor parser error, in line 1: ü+$/);
    expect(Buffer.byteLength(message)).toBeLessThan(2100);
    expect(message).not.toContain('\ufffd');
  });

  test('takes a warning for a failure, because a parser without the features of the kernel only warns', async () => {
    begin([{ name: WEB, words: 'warn: Cache read/write disabled' }]);
    await node.until(() => node.state.problems?.length > 0);
    expect(node.isReady).toBe(false);
    expect(node.state.problems[0].message).toBe('the parser took it with a warning: warn: Cache read/write disabled');
    expect(node.read('state/work/ok')).toBe('');
    expect(node.read('state/metrics.txt')).toMatch(/^k8s_apparmor_loader_profiles_loaded 0$/m);
    expect(node.copies).toEqual([]);
  });

  test('what the parser says of several files and of none alone is held against all of them', async () => {
    begin([{ name: WEB, words: 'batch: something is odd' }, ...GOOD.slice(1)]);
    await node.until(() => node.state.problems?.length === 2);
    expect(node.state.problems.map(({ profile, message }: any) => [profile, message])).toEqual([
      [API, 'the parser took it with a warning: batch: something is odd'], [WEB, 'the parser took it with a warning: batch: something is odd'],
    ]);
    expect(node.isReady).toBe(false);
  });

  test('a text that holds another name is told as such', async () => {
    node = new FakeNode([{ name: WEB }], shell);
    node.write(`profiles/${WEB}`, '# p.other.00000009 enforce\n');
    node.start();
    await node.until(() => node.state.problems?.length > 0);
    expect(node.state.problems).toEqual([{ kind: 'missing', profile: WEB, message: expect.stringContaining('holds no profile of this name') }]);
  });

  test('a profile that somebody removed is loaded again, and its pods are to be restarted', async () => {
    begin(GOOD);
    await node.until(() => node.isReady);
    node.changeKernel(`${API} (complain)\n`);
    await node.until(() => node.state.removed?.length === 1 && node.isReady);
    expect(node.read('kernel/profiles')).toContain(`${WEB} (enforce)`);
    expect(node.eventsOf('removed')).toEqual([expect.objectContaining({ level: 'error', profile: WEB, message: expect.stringContaining('restart the pods') })]);
    expect(node.state.removed).toEqual([{ profile: WEB, time: expect.stringMatching(/^\d{4}-.*Z$/), times: 1 }]);
    expect(node.read('state/metrics.txt')).toMatch(/^k8s_apparmor_loader_profiles_removed_total 1$/m);
  });

  test('also when it was removed while the loader was dead', async () => {
    begin(GOOD);
    await node.until(() => node.isReady);
    node.stop();
    node.changeKernel(`${API} (complain)\n`);
    node.start();
    await node.until(() => node.eventsOf('removed').length === 1);
  });

  test('another mode than the wanted one is told and left alone', async () => {
    node = new FakeNode(GOOD, shell);
    node.write('kernel/profiles', `${WEB} (complain)\n`);
    node.start();
    await node.until(() => node.eventsOf('mode').length > 0);
    expect(node.isReady).toBe(false);
    expect(node.read('kernel/profiles')).toBe(`${WEB} (complain)\n${API} (complain)\n`);
    expect(node.state.problems[0].message).toBe('is loaded in mode complain, not enforce: somebody else loaded or changed it; it is left as it is');
  });

  test('a child profile that is gone keeps the node from being ready; a child in another mode does not', async () => {
    node = new FakeNode([{ name: WEB, children: [`${WEB}//child`, `${WEB}//other child`] }], shell);
    node.write('kernel/profiles', `${WEB} (enforce)\n${WEB}//child (complain)\n`);
    node.start();
    await node.until(() => node.state.problems?.length > 0);
    expect(node.state.problems).toEqual([{ kind: 'child', profile: WEB, message: expect.stringContaining(`${WEB}//other child`) }]);
  });

  test.each([
    ['Y', 'securityfs is not mounted'], ['N', 'AppArmor is switched off'], ['', 'this kernel has no AppArmor'],
  ])('a node without a list of profiles (enabled: "%s") is told once, and watched until it has one', async (enabled, words) => {
    node = new FakeNode(GOOD, shell);
    rmSync(node.path('kernel/profiles'));
    if (enabled) node.write('enabled', `${enabled}\n`);
    node.start();
    await node.until(() => node.state.problems?.length === 1);
    expect(node.state.problems).toEqual([{ kind: 'node', profile: '', message: expect.stringContaining(words) }]);
    node.write('kernel/profiles', '');
    await node.until(() => node.isReady);
    expect(node.eventsOf('node')).toHaveLength(1);
  });

  test('a node without a parser is told, unless everything is loaded anyway', async () => {
    node = new FakeNode(GOOD, shell);
    rmSync(node.path('host/usr/sbin/apparmor_parser'));
    node.start();
    await node.until(() => node.state.problems?.length === 2);
    expect(node.state.problems[0].message).toContain('no apparmor_parser that runs');
    node.changeKernel(`${WEB} (enforce)\n${API} (complain)\n`);
    await node.until(() => node.isReady);
  });

  test('keeps no copy where it is told not to', async () => {
    begin(GOOD, { KEEP_COPIES: '0' });
    await node.until(() => node.isReady);
    await node.until(() => node.state.ready);
    expect(node.copies).toEqual([]);
  });

  test('leaves a file of its name that it did not write, and a link, and says so; the node is ready all the same', async () => {
    node = new FakeNode(GOOD, shell);
    node.write(copy(WEB), 'profile mine {}\n');
    symlinkSync('/nowhere', node.path(copy(API)));
    node.start();
    await node.until(() => node.eventsOf('copy').length === 2);
    expect(node.read(copy(WEB))).toBe('profile mine {}\n');
    expect(node.isReady).toBe(true);
    expect(node.state.problems.map(({ kind, profile }: any) => [kind, profile])).toEqual([['copy', WEB], ['copy', API]]);
  });

  test('reads nothing in the host\'s folder that is no file: pipes and links in the place of copies and of its memory hold it up nowhere', async () => {
    node = new FakeNode(GOOD, shell);
    const pipes = [WEB, 'x.old.00000003', '.k8s-apparmor.shop.boot'].map((name) => node.path(copy(name)));
    expect(spawnSync('mkfifo', pipes).status).toBe(0);
    symlinkSync('/dev/zero', node.path(copy(API)));
    symlinkSync('/dev/zero', node.path(copy('x.old.00000004')));
    node.start();
    await node.until(() => node.isReady && node.eventsOf('copy').length === 2 && node.events.at(-1)?.event === 'state');
    expect(node.state.problems.map(({ kind, profile }: any) => [kind, profile])).toEqual([['copy', WEB], ['copy', API]]);
    expect(node.eventsOf('copy')[0]).toMatchObject({ message: 'no copy is kept: /etc/apparmor.d has a link, folder or pipe of this name; it is left as it is' });
    expect(lstatSync(node.path(copy(WEB))).isFIFO()).toBe(true);
    expect(node.read(memory)).toContain(`seen\t${WEB}\t`);
    node.changeKernel('');
    await node.until(() => node.eventsOf('removed').length === 2 && node.read('kernel/profiles').includes(API));
  });

  test('repairs a copy of its own that was cut off', async () => {
    node = new FakeNode(GOOD, shell);
    node.write(copy(WEB), `${MARK}\n# p.web`);
    node.start();
    await node.until(() => node.read(copy(WEB)) === `${MARK}\n${node.read(`profiles/${WEB}`)}`);
  });

  test("tells of an administrator's links, loads alone what they name, and leaves them", async () => {
    node = new FakeNode(GOOD, shell);
    mkdirSync(node.path('host/etc/apparmor.d/disable'));
    symlinkSync(`../${WEB}`, node.path(`host/etc/apparmor.d/disable/${WEB}`));
    node.start();
    await node.until(() => node.eventsOf('copy').length === 1 && node.isReady);
    expect(node.eventsOf('copy')[0]).toMatchObject({ profile: WEB, message: expect.stringContaining('/etc/apparmor.d/disable') });
    expect(node.calls.some((call) => call.includes(WEB))).toBe(false);
    expect(node.read('kernel/profiles')).toContain(WEB);
  });

  test('two bundles with one profile share its copy; when one gives it up, it stays for the other', async () => {
    begin(GOOD);
    await node.until(() => node.copies.length === 2);
    node.stop();
    node.want([{ name: WEB }, { name: 'p.web.0000000b' }]);
    node.start({ BUNDLE: 'other' });
    await node.until(() => node.eventsOf('copied').some(({ bundle, profile }) => bundle === 'other' && profile === WEB));
    expect(node.read(copy(WEB)).split('\n').filter((line) => line.startsWith('# k8s-apparmor'))).toHaveLength(2);
    node.stop();
    node.want([{ name: 'p.web.0000000c' }]);
    node.start({ BUNDLE: 'other', GENERATIONS: '1' });
    await node.until(() => node.eventsOf('pruned').length === 2);
    expect(node.read(copy(WEB))).toBe(`${MARK}\n${node.read(`profiles/${WEB}`)}`);
    expect(node.copies).toEqual([API, WEB, 'p.web.0000000c'].sort());
  });

  test('goes on after kill -9 in the middle of a compilation, and gives up on a text that kills it again and again', async () => {
    node = new FakeNode(GOOD, shell);
    mkdirSync(node.path('state/work/tries'), { recursive: true });
    node.write('state/work/trying', `${WEB}\n`);
    node.start();
    await node.until(() => node.isReady);
    node.stop();
    node.changeKernel(`${API} (complain)\n`);
    node.write('state/work/trying', `${WEB}\n`);
    node.write(`state/work/tries/${WEB}`, '3\n');
    node.start();
    await node.until(() => node.eventsOf('failed').length === 1);
    expect(node.eventsOf('failed')[0].message).toContain('killed 4 times while it was compiled');
  });

  test('a profile whose name differs in a dot only is not taken for the wanted one', async () => {
    node = new FakeNode([{ name: WEB, words: 'broken' }, { name: API }], shell);
    node.write('kernel/profiles', 'pxapi.00000002 (enforce)\n');
    node.start();
    await node.until(() => node.eventsOf('loaded').some(({ profile }) => profile === API));
    expect(node.read('kernel/profiles')).toContain(`${API} (enforce)\n`);
  });

  test('another content under a wanted name is told of, once, and left alone', async () => {
    node = new FakeNode(GOOD, shell);
    node.start();
    await node.until(() => node.eventsOf('copied').length === 2);
    node.holds(WEB, 'first');
    await node.until(() => node.read(memory).includes(`seen\t${WEB}\tfirst`));
    node.holds(WEB, 'second');
    await node.until(() => node.state.problems?.length === 1);
    const message = expect.stringContaining(`"apparmor_parser -r /etc/apparmor.d/${WEB}" on the node takes it back`);
    expect(node.state).toMatchObject({ ready: true, problems: [{ kind: 'replaced', profile: WEB, message }] });
    await node.until(() => node.eventsOf('replaced').length > 0);
    expect(node.eventsOf('replaced')).toEqual([expect.objectContaining({ level: 'error', profile: WEB })]);
    expect(node.read('state/metrics.txt')).toContain('k8s_apparmor_loader_profiles_replaced 1\n');
    node.replacePod();
    await node.until(() => node.state.problems?.length === 1);
    node.holds(WEB, 'first');
    await node.until(() => node.state.problems?.length === 0);
  });

  test('a profile of a wanted name that was there before any loader is compared with the text, once', async () => {
    node = new FakeNode(GOOD, shell);
    node.write('kernel/profiles', `${WEB} (enforce)\n${API} (complain)\n`);
    node.holds(WEB, 'a'.repeat(40));
    node.holds(API, createHash('sha1').update(`compiled ${API}\n`).digest('hex'));
    node.start();
    await node.until(() => node.state.problems?.length === 1 && node.read(memory) !== '');
    expect(node.state.problems).toEqual([expect.objectContaining({ kind: 'replaced', profile: WEB })]);
    expect(node.calls.filter((call) => call.includes('-QS'))).toHaveLength(2);
    node.replacePod();
    await node.until(() => node.state.problems?.length === 1);
    expect(node.calls).toHaveLength(2);
  });

  test('a copy that somebody edited before the boot is put right, and what the boot loaded from it is told of', async () => {
    node = new FakeNode(GOOD, shell);
    node.write('kernel/profiles', `${WEB} (enforce)\n${API} (complain)\n`);
    node.write(copy(WEB), `${MARK}\nprofile ${WEB} { /** rwk, }\n`);
    node.write(copy(API), `${MARK}\n${node.read(`profiles/${API}`)}`);
    [WEB, API].forEach((name) => node.holds(name, 'a'.repeat(40)));
    node.start();
    await node.until(() => node.state.problems?.length === 1 && node.eventsOf('copied').length === 1);
    expect(node.state.problems).toEqual([expect.objectContaining({ kind: 'replaced', profile: WEB })]);
    expect(node.read(copy(WEB))).toBe(`${MARK}\n${node.read(`profiles/${WEB}`)}`);
    expect(node.calls).toHaveLength(1);
  });

  describe('what happened in this boot outlasts its pod', () => {
    test('what was removed', async () => {
      begin(GOOD);
      await node.until(() => node.eventsOf('copied').length === 2);
      node.changeKernel(`${API} (complain)\n`);
      await node.until(() => node.eventsOf('removed').length === 1 && node.read(memory).includes('removed'));
      const { removed } = node.state;
      node.replacePod();
      await node.until(() => node.isReady);
      expect(node.state.removed).toEqual(removed);
      expect(removed).toEqual([{ profile: WEB, time: expect.any(String), times: 1 }]);
    });

    test('what was there, so that a removal while no loader ran is told of', async () => {
      begin(GOOD);
      await node.until(() => node.read(memory).includes(WEB));
      node.stop();
      node.changeKernel(`${API} (complain)\n`);
      node.replacePod();
      await node.until(() => node.isReady);
      expect(node.eventsOf('removed')).toEqual([expect.objectContaining({ level: 'error', profile: WEB })]);
    });

    test('but not the boot', async () => {
      begin(GOOD);
      await node.until(() => node.read(memory).includes(WEB));
      node.stop();
      node.write(memory, node.read(memory).replace(/^boot\t.*/, 'boot\tanother').concat(`removed\t${WEB}\t2026-01-01T00:00:00Z\t1\n`));
      node.changeKernel('');
      node.replacePod();
      await node.until(() => node.isReady);
      expect(node.state.removed).toEqual([]);
    });

    test('nothing where no copies are kept', async () => {
      begin(GOOD, { KEEP_COPIES: '0' });
      await node.until(() => node.isReady);
      expect(node.read(memory)).toBe('');
    });
  });

  test('sixty-five profiles take two calls', async () => {
    begin(Array.from({ length: 65 }, (__, index) => ({ name: `p.n${String(index).padStart(2, '0')}.00000000` })));
    await node.until(() => node.isReady);
    expect(node.calls.map((call) => call.split(' ').filter((word) => word.startsWith('p.')).length)).toEqual([64, 0]);
  });
});

test('the loader is free of what shellcheck finds', () => {
  const run = spawnSync('shellcheck', ['-s', 'sh', '-'], { encoding: 'utf8', input: loaderScript() });
  // Where shellcheck is not installed, the least that can be said is that the shell which is there can read it.
  const parsed = run.error ? spawnSync('sh', ['-n'], { encoding: 'utf8', input: loaderScript() }) : run;
  expect({ code: parsed.status, said: parsed.stdout + parsed.stderr }).toEqual({ code: 0, said: '' });
});

test('the loader uses no word that only bash knows', () => {
  expect(loaderScript()).not.toMatch(/\[\[|\blocal \b|<<<|\bfunction \w+ *\{/);
});
