import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { html, Html } from '../../src/cli/report/html';
import { Timeline } from '../../src/cli/report/model';
import { auditLine } from '../support/log-lines';
import { runCommand } from '../support/run-command';

jest.setTimeout(60_000);

const PROFILE = 'abi <abi/3.0>,\nprofile web {\n  capability sys_admin,\n  /srv/ r,\n}\n';

function file(name: string, text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'report-')), name);
  writeFileSync(path, text);
  return path;
}

const ROW = /<tr[^>]*>([\s\S]*?)<\/tr>/g;

/** The texts of each table row's cells. */
function rows(page: string): string[][] {
  return [...page.matchAll(ROW)].map(([, row]) => [...row!.matchAll(/<t[dh][^>]*>([\s\S]*?)<\/t[dh]>/g)].map(([, cell]) => cell!.replace(/<[^>]*>/g, '').trim()));
}

test('the page shows profiles, what was denied and observed, when, and what lints say', async () => {
  const profile = file('web.profile', PROFILE);
  const log = [auditLine({ event: 'DENIED', name: '/etc/a' }), auditLine({ event: 'DENIED', name: '/etc/a' }), auditLine({ name: '/srv/b' }), auditLine({ profile: 'db' })].join('\n');
  const { code, out, err } = await runCommand(['report', '--profile', profile, '-'], log);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(rows(out)).toEqual(expect.arrayContaining([
    ['web', 'enforce', '2', '2', '2', '1', '2024-11-24 08:00 UTC', profile],
    ['db', 'unknown', '0', '0', '0', '1', '', ''],
    ['web', 'file r', '/etc/a', '2', '0', '2024-11-24 08:00 UTC', '(nginx)'],
    ['web', 'file r', '/srv/b', '0', '1', '2024-11-24 08:00 UTC', '(nginx)'],
  ]));
  expect(out).toContain('2 denied, 2 observed');
  expect(rows(out).find(([, id]) => id === 'dangerous-capability')).toBeDefined();
});

test('nothing that a log or a profile says becomes markup', async () => {
  const evil = '</script><img src=x onerror=alert(1)>"\'&';
  const profile = file('web.profile', 'profile web {\n  "/srv/</script><b>" r,\n}\n');
  const { out } = await runCommand(['report', '--title', evil, '--profile', profile, '-'], auditLine({ name: `/${evil}`, profile: 'a<b>', comm: '<i>' }));
  expect(out).not.toContain('<img');
  expect(out).not.toMatch(/<b>(?!\d)/);
  expect(out).not.toContain('<i>');
  expect(out.match(/<script>/g)).toHaveLength(1);
  expect(out).toContain('/&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;');
});

test('the page loads nothing, and a browser runs only its own script', async () => {
  const { out } = await runCommand(['report', '-'], auditLine());
  expect(out).toMatch(/Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;sha256-[^&]+&#39;; script-src &#39;sha256-[^&]+&#39;/);
  expect(out).not.toMatch(/(?:src|href)=/);
});

test('it is written to a file where one is named', async () => {
  const path = file('page.html', '');
  const { out, err } = await runCommand(['report', '-o', path, '-'], auditLine());
  expect({ out, err }).toEqual({ out: '', err: `wrote ${path}\n` });
  expect(readFileSync(path, 'utf8')).toMatch(/^<!DOCTYPE html>\n[\s\S]*<\/html>\n$/);
});

const CONTAINER = {
  namespace: 'shop', workload: 'Deployment/web', pod: 'web-1', node: 'n1', container: 'web', profile: 'Localhost k8s-apparmor.web.0a1b2c3d', state: 'confined', reason: '', loaded: true, finding: false,
};

test('a status is shown: workloads with their states, and nodes', async () => {
  const status = file('status.json', JSON.stringify({
    containers: [CONTAINER, { ...CONTAINER, pod: 'web-2' }, { ...CONTAINER, workload: 'Pod/old', pod: 'old', profile: 'none', state: 'unasked', reason: 'it names <no> profile', loaded: undefined, finding: true }],
    nodes: [{ node: 'n1', bundle: 'profiles', ready: true, reasons: [] }, { node: 'n2', bundle: '', ready: false, reasons: ['no loader runs here'] }],
    fine: false,
  }));
  const { code, out, err } = await runCommand(['report', '--status', status]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(rows(out)).toEqual(expect.arrayContaining([
    ['shop', 'Deployment/web', 'web', 'Localhost k8s-apparmor.web.0a1b2c3d', '1/1 nodes', '2', 'confined', ''],
    ['shop', 'Pod/old', 'web', 'none', '-', '1', 'no profile asked for', 'it names &lt;no&gt; profile'],
    ['n1', 'profiles', 'ready', ''], ['n2', '', 'not ready', 'no loader runs here'],
  ]));
  expect(out).toContain('<b>1</b><span>should be and are not</span>');
});

test.each(['{', '[]', 'null', '{"containers":[],"nodes":[{}]}', JSON.stringify({ containers: [{ ...CONTAINER, state: 'toString' }], nodes: [] })])('%s is no status', async (text) => {
  const path = file('status.json', text);
  expect(await runCommand(['report', '--status', path]))
    .toEqual({ code: 2, out: '', err: `k8s-apparmor: ${path} is no status; write one by k8s-apparmor status --format json\n` });
});

test.each([
  [['report'], 'there is nothing to report; name logs, profiles by --profile FILE, or a status by --status FILE'],
  [['report', '--profile', '/no/such'], 'there is no file /no/such; check the path'],
])('%p is wrong use', async (argv, message) => {
  expect(await runCommand(argv)).toEqual({ code: 2, out: '', err: `k8s-apparmor: ${message}\n` });
});

test('characters that hide or turn text are shown as what they are', () => {
  expect(html`${'a\u202eb\u0007c'}`.text).toBe('a\\u202eb\\u0007c');
  expect(html`${new Html('<b>')}${[new Html('<i>')]}${7}`.text).toBe('<b><i>7');
});

test('a timeline has slots of equal length, and its size is that of the time', () => {
  const timeline = new Timeline();
  [1000, 1001, 5000, 90_000].forEach((time, at) => timeline.add(time, at % 2 === 0));
  const slots = timeline.spread(10);
  expect(slots.length).toBeLessThanOrEqual(10);
  expect(new Set(slots.slice(1).map(({ start }, at) => start - slots[at]!.start)).size).toBe(1);
  expect(slots.reduce((sum, { denied, seen }) => sum + denied + seen, 0)).toBe(4);
});

test('a profile with errors is shown with them, and said to have them', async () => {
  const path = file('web.profile', 'abi <abi/3.0>,\nprofile web {\n  capability nope,\n}\n');
  const { code, out, err } = await runCommand(['report', '--profile', path]);
  expect({ code, err }).toEqual({ code: 0, err: `k8s-apparmor report: ${path} has errors, so no node loads it as it is\n` });
  expect(rows(out).find(([, id]) => id === 'unknown-capability')).toEqual(['error', 'unknown-capability', `${path}:3:14`, expect.stringContaining('there is no capability')]);
  expect(out).toContain(`<p class="card note">${path} has errors, so no node loads it as it is</p>`);
});
