import { copyFileSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Yaml } from 'cdk8s';
import { complaining, enforcing } from '../../examples/complain-first/profiles';
import { effectiveProfiles } from '../../src/manifests/confine-pod';
import { JsonObject } from '../../src/manifests/json';
import { podTemplates } from '../../src/manifests/pod-template';
import { EXAMPLES, synthesiseExample } from '../support/example';
import { runCommand } from '../support/run-command';

jest.setTimeout(60_000);

const EXAMPLE = join(EXAMPLES, 'complain-first');
const LOG = join(EXAMPLE, 'denials.jsonl');

interface Commit { readonly wanted: string[]; readonly workload: string; readonly history: string }

/** One commit of the example, on a history file of its own. */
function commit(step: string, historyFile: string): Commit {
  Object.assign(process.env, { STEP: step, HISTORY_FILE: historyFile, K8S_APPARMOR_HISTORY: 'write' });
  try {
    const folder = synthesiseExample('complain-first');
    const objects = readdirSync(folder).flatMap((file) => Yaml.load(join(folder, file)) as JsonObject[]);
    const list = objects.map(({ data }) => (data as JsonObject | undefined)?.wanted).find((text) => text !== undefined) as string;
    const [deployment] = objects.filter(({ kind }) => kind === 'Deployment').flatMap((object) => podTemplates(object));
    return {
      wanted: list.trim().split('\n').map((line) => line.split('\t').slice(0, 2).join(' ')),
      workload: effectiveProfiles(deployment.template)[0].profile!.localhostProfile!,
      history: readFileSync(historyFile, 'utf8'),
    };
  } finally {
    for (const name of ['STEP', 'HISTORY_FILE', 'K8S_APPARMOR_HISTORY']) delete process.env[name];
  }
}

test('the second commit enforces under another name, and the nodes keep the complaining profile for a rollback', () => {
  const historyFile = join(mkdtempSync(join(tmpdir(), 'complain-first-')), 'history.json');
  const first = commit('complain', historyFile);
  expect([first.workload, first.wanted]).toEqual([complaining.loadedName, [`${complaining.loadedName} complain`]]);
  const second = commit('enforce', historyFile);
  expect(second.workload).toBe(enforcing.loadedName);
  expect(second.wanted).toEqual([`${complaining.loadedName} complain`, `${enforcing.loadedName} enforce`].sort());
  expect(second.history).toBe(readFileSync(join(EXAMPLE, 'apparmor-history.json'), 'utf8'));
});

test('a rollback of the program is one of its history too', () => {
  const historyFile = join(mkdtempSync(join(tmpdir(), 'complain-first-')), 'history.json');
  copyFileSync(join(EXAMPLE, 'apparmor-history.json'), historyFile);
  expect(commit('complain', historyFile)).toMatchObject({ workload: complaining.loadedName, wanted: expect.arrayContaining([`${enforcing.loadedName} enforce`]) });
});

test('each complaint names the pod that it is about, and learning from them gives what the example shows', async () => {
  const lines = readFileSync(LOG, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  for (const line of lines) {
    expect(line).toMatchObject({ event: 'ALLOWED', profile: complaining.loadedName, namespace: 'shop', pod: expect.stringMatching(/^orders-/), container: 'orders' });
  }
  expect((await runCommand(['learn', '--format', 'typescript', LOG])).out).toBe(readFileSync(join(EXAMPLE, 'learnt.txt'), 'utf8'));
});

test('the enforcing profile covers all that was complained of, the complaining one allows it by no rule', async () => {
  const { out } = await runCommand(['events', LOG]);
  const accesses = out.trim().split('\n').map((line) => JSON.parse(line).access);
  expect(accesses.length).toBeGreaterThan(3);
  expect(accesses.filter((access) => enforcing.decide(access).verdict !== 'allowed')).toEqual([]);
  expect(accesses.filter((access) => complaining.decide(access).rules.length > 0)).toEqual([]);
});
