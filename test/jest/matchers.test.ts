import { ApiObject, Chart, Testing } from 'cdk8s';
import { AppArmorAbi, AppArmorProfile, AppArmorProfileBundle, Confinement, NetworkFamily, Rule } from 'k8s-apparmor';
import 'k8s-apparmor/jest';

const web = new AppArmorProfile({
  name: 'web', rules: [Rule.read('/etc/nginx/**'), Rule.read('/etc/nginx/private').deny(), Rule.network(NetworkFamily.INET)],
});
const READ = { class: 'file', path: '/etc/nginx/nginx.conf', mask: 'r' };

/** The message of a failing expectation. */
function messageOf(expectation: () => void): string {
  try {
    expectation();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the expectation passed');
}

/** Line of a rule in the profile. */
function lineOf(rule: string): number {
  return web.toText().split('\n').indexOf(`  ${rule}`) + 1;
}

test('toAllow and toDeny tell allowed from denied', () => {
  expect(web).toAllow(READ);
  expect(web).not.toDeny(READ);
  expect(web).toDeny({ ...READ, mask: 'w' });
  expect(web).not.toAllow({ ...READ, path: '/etc/nginx/private' });
});

test('what nothing mediates is allowed and not denied', () => {
  expect(web).toAllow({ class: 'userns' });
  expect(messageOf(() => expect(web).toDeny({ class: 'userns' }))).toBe('expected the profile "web" to deny userns\n' +
    'it is unmediated: the abi of the profile or the kernel leaves such accesses free');
});

test('messages name the rules that led to the verdict', () => {
  expect(messageOf(() => expect(web).toAllow({ ...READ, path: '/etc/nginx/private' }))).toBe(
    'expected the profile "web" to allow "r" on "/etc/nginx/private"\n' +
    `it is denied by "deny /etc/nginx/private r," (web:${lineOf('deny /etc/nginx/private r,')})`);
  expect(messageOf(() => expect(web).toDeny(READ))).toBe('expected the profile "web" to deny "r" on "/etc/nginx/nginx.conf"\n' +
    `it is allowed by "/etc/nginx/** r," (web:${lineOf('/etc/nginx/** r,')})`);
  expect(messageOf(() => expect(web).not.toAllow(READ))).toMatch(/^expected the profile "web" not to allow "r" on/);
});

test('where no rule allows an access, the message has the one that would', () => {
  expect(messageOf(() => expect(web).toAllow({ class: 'network', family: 'inet6', type: 'stream' }))).toBe(
    'expected the profile "web" to allow network family=inet6 type=stream\nit is denied: no rule allows it\n' +
    'this rule would allow it: network inet6 stream,');
});

test('included files that were not read are named', () => {
  const included = new AppArmorProfile({ name: 'i', includes: ['abstractions/base'] });
  expect(messageOf(() => expect(included).toAllow(READ))).toContain(
    'not read: abstractions/base; give a folder with them as { base } to have them decide, too');
});

test('toAllow takes the options of decide', () => {
  const child = new AppArmorProfile({ name: 'c', abi: AppArmorAbi.V4_0, rules: [Rule.childProfile('k', [Rule.read('/etc/nginx/*')])] });
  expect(child).toDeny(READ);
  expect(child).toAllow(READ, { child: 'k' });
});

test('a matcher for something else says what it is for', () => {
  expect(messageOf(() => expect('profile web {}').toAllow(READ))).toBe(
    'toAllow() is for an AppArmorProfile; write expect(profile).toAllow(…), with a text use AppArmorProfile.fromText()');
  expect(messageOf(() => expect(7).toBeConfined())).toBe(
    'toBeConfined() is for a Chart, an App or a list of Kubernetes objects; write expect(chart).toBeConfined()');
});

describe('toBeConfined', () => {
  function deployment(chart: Chart, name: string, container: object = {}, pod: object = {}) {
    return new ApiObject(chart, name, {
      apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec: { template: { spec: { ...pod, containers: [{ name: 'c', ...container }] } } },
    });
  }

  test('passes where everything has a profile, the loader and Windows aside', () => {
    const app = Testing.app();
    const chart = new Chart(app, 'shop', { namespace: 'shop' });
    deployment(chart, 'web');
    deployment(chart, 'windows', {}, { os: { name: 'windows' } });
    new AppArmorProfileBundle(new Chart(app, 'profiles'), 'bundle', { profiles: [web] });
    Confinement.of(app).byDefault(web);
    expect(chart).toBeConfined();
    expect(app).toBeConfined();
    expect(messageOf(() => expect(chart).not.toBeConfined())).toBe('expected some container to run unconfined, but each of 2 workloads is confined');
  });

  test('names each container that runs free, and why', () => {
    const chart = new Chart(Testing.app(), 'shop', { namespace: 'shop' });
    const field = (type: string, more = {}) => ({ securityContext: { appArmorProfile: { type, ...more } } });
    deployment(chart, 'none');
    deployment(chart, 'explicit', field('Unconfined'));
    deployment(chart, 'privileged', { securityContext: { privileged: true, appArmorProfile: { type: 'RuntimeDefault' } } });
    deployment(chart, 'local', { securityContext: { privileged: true, appArmorProfile: { type: 'Localhost', localhostProfile: 'x' } } });
    deployment(chart, 'fine', field('RuntimeDefault'));
    expect(messageOf(() => expect(chart).toBeConfined())).toBe(`expected every container to run confined, but
  Deployment shop/none, container c: no profile; give the workload one, or set Confinement.of(scope).byDefault(…)
  Deployment shop/explicit, container c: explicitly unconfined; give it a profile, or name it in except with the reason
  Deployment shop/privileged, container c: privileged, so runtimes apply no default profile; drop privileged
  Deployment shop/local, container c: privileged, so CRI-O ignores its profile; drop privileged`);
  });

  test('lets exceptions pass that have a reason and are there', () => {
    const objects = [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'agent' }, spec: { containers: [{ name: 'c' }] } }];
    expect(objects).toBeConfined({ except: { 'Pod/agent': 'reads the kernel log' } });
    expect(objects).not.toBeConfined({ except: { 'Pod/agent': ' ' } });
    expect(messageOf(() => expect([]).toBeConfined({ except: { 'Pod/agent': 'gone' } }))).toBe('expected every container to run confined, but\n' +
      '  Pod/agent: is excepted without a reason, or is not there; remove it from except, or give the reason');
  });
});
