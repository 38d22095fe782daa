import fc from 'fast-check';
import { patternCovers } from '../../../src/automaton';
import { SourceText } from '../../../src/diagnostics';
import { parseProfileText } from '../../../src/language';
import { accessKey, Findings } from '../../../src/learn/findings';
import type { Strictness } from '../../../src/learn/generalise/step';
import type { Need } from '../../../src/learn/rules-from-accesses';
import { suggest } from '../../../src/learn/suggest';
import { lintTree } from '../../../src/lint';
import type { Access } from '../../../src/rules/access';
import type { FileRule } from '../../../src/rules/file';
import { printRule } from '../../../src/rules/registry';

jest.setTimeout(120_000);

function learn(accesses: readonly Access[], strictness: Strictness = 'balanced'): readonly Need[] {
  const findings = new Map(accesses.map((access) => [accessKey(access), {
    access, denied: 0, seen: 1, audited: 0, isMade: false, isRemoved: false, first: 0, last: 0, comms: [], places: [],
  }]));
  return suggest({ subject: { names: ['web'] }, findings }, { strictness, fineSockets: true }).needs;
}

function rules(accesses: readonly Access[], strictness?: Strictness): string[] {
  return learn(accesses, strictness).map(({ rule }) => printRule(rule));
}

function files(mask: string, ...paths: string[]): Access[] {
  return paths.map((path) => ({ class: 'file', path, mask }));
}

function many<T = string>(count: number, name: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => name(index));
}

/** A temporary file becomes an object. */
function storeLink(index: number): Access {
  return { class: 'link', path: `/repo/objects/ab/${'0c'.repeat(18)}0${index}`, target: `/repo/objects/ab/tmp_obj_${'ABC'[index]}xyz` };
}

test.each<[string, Access[], string[]]>([
  ['numbers of processes', files('r', '/proc/42/status', '/proc/43/task/7/stat', '/proc/self/task/9/comm'),
    ['/proc/[0-9]*/status r,', '/proc/[0-9]*/task/[0-9]*/stat r,', '/proc/self/task/[0-9]*/comm r,']],
  ['memory of another process stays what was seen', files('r', '/proc/42/mem'), ['/proc/42/mem r,']],
  ['processors and terminals', files('r', '/sys/devices/system/cpu/cpu3/online', '/dev/pts/0'),
    ['/dev/pts/[0-9]* r,', '/sys/devices/system/cpu/cpu[0-9]*/online r,']],
  ['versions of a mounted secret', files('r', '/etc/cfg/..2026_11_24_10_00_00.123456/app.conf'), ['/etc/cfg/..[0-9]*/app.conf r,']],
  ['a UUID', files('rw', '/data/6ba7b810-9dad-11d1-80b4-00c04fd430c8/x'), ['/data/[0-9a-f]*-[0-9a-f]*-[0-9a-f]*-[0-9a-f]*-[0-9a-f]*/x rw,']],
  ['a hash', files('r', `/cache/v1-${'0a'.repeat(20)}.json`), ['/cache/v1-[0-9a-f]*.json r,']],
  ['an object of a store', files('r', `/repo/objects/ab/${'0c'.repeat(19)}`), ['/repo/objects/[0-9a-f][0-9a-f]/[0-9a-f]* r,']],
  ['a word of hexadecimal digits is none', files('r', '/srv/facade', '/srv/deadbeef'), ['/srv/deadbeef r,', '/srv/facade r,']],
  ['numbers in a database', files('rw', '/db/base/16384/2619'), ['/db/base/[0-9]*/2619 rw,']],
  ['time zones', files('r', '/usr/share/zoneinfo/Europe/Rome', '/usr/share/zoneinfo/UTC'), ['/usr/share/zoneinfo/** r,']],
  ['writing into a public tree stays what was seen', files('rw', '/usr/share/zoneinfo/UTC'), ['/usr/share/zoneinfo/** r,', '/usr/share/zoneinfo/UTC w,']],
  ['temporary names in a directory that everybody shares', files('rw', '/tmp/app-x7Kd93.sock', '/tmp/app-Q9zzB1.sock', '/tmp/app-a81bXc.sock'),
    ['/tmp/app-*.sock rw,']],
  ['temporary names of nobody in particular', files('rw', '/tmp/x7Kd93', '/tmp/Q9zzB1', '/tmp/a81bXc'), ['/tmp/Q9zzB1 rw,', '/tmp/a81bXc rw,', '/tmp/x7Kd93 rw,']],
  ['shared memory', files('rw', '/dev/shm/PostgreSQL.3421234', '/dev/shm/PostgreSQL.987654321', '/dev/shm/PostgreSQL.11223344'), ['/dev/shm/PostgreSQL.* rw,']],
  ['temporary names in a directory of their own', files('rw', '/var/tmp/app-x7Kd93.sock', '/var/tmp/app-Q9zzB1.sock', '/var/tmp/app-a81bXc.sock'),
    ['/var/tmp/app-*.sock rw,']],
  ['two temporary names are too few', files('rw', '/var/tmp/app-x7Kd93.sock', '/var/tmp/app-Q9zzB1.sock'),
    ['/var/tmp/app-Q9zzB1.sock rw,', '/var/tmp/app-x7Kd93.sock rw,']],
  ['names that were only read are not temporary', files('r', '/var/tmp/app-x7Kd93.sock', '/var/tmp/app-Q9zzB1.sock', '/var/tmp/app-a81bXc.sock'),
    ['/var/tmp/app-Q9zzB1.sock r,', '/var/tmp/app-a81bXc.sock r,', '/var/tmp/app-x7Kd93.sock r,']],
  ['directories that a hash spreads files over', files('rw', ...['0c', '29', 'a1', 'ff'].map((name) => `/var/cache/x/${name}/page`)),
    ['/var/cache/x/[0-9a-f][0-9a-f]/page rw,']],
  ['two levels of them', files('r', ...['0', '1', '2', 'a', 'b', 'c'].flatMap((one) => ['00', '7b'].map((two) => `/var/cache/x/${one}/${one}${two[1]}/page`))),
    ['/var/cache/x/[0-9a-f]/[0-9a-f][0-9a-f]/page r,']],
  ['three such directories are too few', files('rw', '/var/cache/x/0c/page', '/var/cache/x/29/page', '/var/cache/x/a1/page'),
    ['/var/cache/x/0c/page rw,', '/var/cache/x/29/page rw,', '/var/cache/x/a1/page rw,']],
  ['words of hexadecimal digits are none', files('r', ...['add', 'bed', 'cab', 'dad', 'fee'].map((name) => `/srv/x/${name}/page`)),
    ['add', 'bed', 'cab', 'dad', 'fee'].map((name) => `/srv/x/${name}/page r,`)],
  ['directories that count are none', files('r', ...['d00', 'd01', 'd02', 'd03', 'd04'].map((name) => `/srv/x/${name}/page`)),
    ['d00', 'd01', 'd02', 'd03', 'd04'].map((name) => `/srv/x/${name}/page r,`)],
  ['directories of configuration are none', files('r', ...['0c', '29', 'a1', 'f3'].map((name) => `/etc/x/${name}/page`)),
    ['0c', '29', 'a1', 'f3'].map((name) => `/etc/x/${name}/page r,`)],
  ['siblings', files('r', ...many(10, (index) => `/srv/www/page${'abcdefghij'[index]}.html`)), ['/srv/www/* r,']],
  ['nine siblings are too few', files('r', ...many(9, (index) => `/srv/www/${'abcdefghij'[index]}`)), many(9, (index) => `/srv/www/${'abcdefghij'[index]} r,`)],
  ['a permission that few siblings have stays with them', [...files('r', ...many(10, (index) => `/srv/www/${'abcdefghij'[index]}`)), ...files('w', '/srv/www/a')],
    ['/srv/www/* r,', '/srv/www/a w,']],
  ['folders are no siblings of files', files('r', ...many(10, (index) => `/srv/www/${'abcdefghij'[index]}/`)), ['/srv/www/*/ r,']],
  ['programs are never folded', many(12, (index) => ({ class: 'exec' as const, path: `/opt/app/tools/${'abcdefghijkl'[index]}` })),
    many(12, (index) => `/opt/app/tools/${'abcdefghijkl'[index]} mrix,`)],
  ['what is mapped as code keeps its name where no libraries are', files('rm', '/opt/app/12345'), ['/opt/app/12345 m,', '/opt/app/[0-9]* r,']],
  ['names with the characters of patterns stand for themselves', files('r', '/srv/a*[b]{c}'), ['/srv/a\\*\\[b\\]\\{c\\} r,']],
  ['links by a scheme', many(3, storeLink),
    ['link /repo/objects/[0-9a-f][0-9a-f]/[0-9a-f]* -> /repo/objects/ab/tmp_obj_*,']],
])('balanced: %s', (_what, accesses, expected) => {
  expect(rules(accesses).sort()).toEqual([...expected].sort());
});

test.each<[string, string[], string]>([
  ['made and removed: one is enough', ['wc', 'd'], '/srv/app/work-*.tmp'],
  ['only made', ['wc'], '/srv/app/work-x7Kd93.tmp'],
  ['only removed', ['d'], '/srv/app/work-x7Kd93.tmp'],
])('a temporary name that was %s', (_what, masks, pattern) => {
  expect(fromRecords(masks, '/srv/app/work-x7Kd93.tmp')).toEqual([`${pattern} w,`]);
});

test('a name without anything fixed is not folded because it was made and removed once, and a word never', () => {
  expect(fromRecords(['wc', 'd'], '/srv/app/x7Kd93qa')).toEqual(['/srv/app/x7Kd93qa w,']);
  expect(fromRecords(['wc', 'd'], '/srv/app/server.lock')).toEqual(['/srv/app/server.lock w,']);
});

function fromRecords(masks: readonly string[], name: string): string[] {
  const findings = new Findings();
  for (const deniedMask of masks) {
    findings.add({ record: { event: 'DENIED', operation: 'open', profile: 'web', name, deniedMask }, accesses: [{ class: 'file', path: name, mask: 'w' }] }, -1);
  }
  return suggest(findings.subjects.get('web')!, { strictness: 'balanced', fineSockets: true }).needs.map(({ rule }) => printRule(rule));
}

test('owners: a name that one record shows in other hands is for everybody', () => {
  expect(rules([{ class: 'file', path: '/srv/a', mask: 'rw', owner: true }, { class: 'file', path: '/srv/a', mask: 'r' }]))
    .toEqual(['/srv/a r,', 'owner /srv/a w,']);
});

test('exact: no pattern at all', () => {
  expect(rules(files('r', '/proc/42/status', '/usr/share/zoneinfo/UTC'), 'exact')).toEqual(['/proc/42/status r,', '/usr/share/zoneinfo/UTC r,']);
});

test('loose: versions of libraries, and four siblings', () => {
  expect(rules([...files('mr', '/usr/lib/libz.so.1.2.13'), ...files('r', '/srv/www/a', '/srv/www/b', '/srv/www/c', '/srv/www/d')], 'loose'))
    .toEqual(['/srv/www/* r,', '/usr/lib/libz.so* mr,']);
});

test('sockets: one address stays, several become any', () => {
  const bind = (localPort: number): Access => ({ class: 'network', family: 'inet', type: 'stream', access: 'bind', localPort });
  expect(rules([bind(80)])).toEqual(['network (bind) inet stream port=80,']);
  expect(rules([bind(80), bind(443)])).toEqual(['network inet stream,']);
});

test('a suggestion tells its steps, how much it comes from and examples in the order of their text', () => {
  const [need] = learn(files('r', ...many(12, (index) => `/srv/www/${'lkjihgfedcba'[index]}`)));
  expect(need).toMatchObject({ steps: ['siblings'], evidence: { distinct: 12, observations: 12, denied: 0, examples: ['/srv/www/a', '/srv/www/b', '/srv/www/c', '/srv/www/d', '/srv/www/e'] } });
});

const DIRECTORIES = ['/srv/www', '/var/tmp', '/tmp', '/etc', '/etc/app', '/proc/1', '/usr/bin', '/usr/lib', '/usr/share/zoneinfo', '/run/secrets/a',
  '/var/lib/db', '/root', '/home/me', '/dev', '/sys/kernel', '/opt/app/bin', '/data', '/var/lib/kubelet/pods', '/usr/lib/python3.11', '/srv/private', '/etc/ssl/private'];
const NAMES = ['0a', '1b', '2c', '3d', '4e', ...'abcdefghijklmnop', 'tmpAb12xY', 'tmpZ9k3mm', 'tmpq7R8ss', '12345', '98765', '0'.repeat(40), 'libz.so.1.2', '..2026_11_24_10_00_00.1', 'shadow', 'token'];

const access: fc.Arbitrary<Access> = fc.record({
  class: fc.constant('file' as const),
  path: fc.tuple(fc.constantFrom(...DIRECTORIES), fc.constantFrom(...NAMES), fc.constantFrom('', '', '/', '/x', '/5f/y')).map(([dir, name, end]) => `${dir}/${name}${end}`),
  mask: fc.constantFrom('r', 'w', 'rw', 'k', 'm', 'a', 'mr'),
  owner: fc.boolean(),
});
const withPrograms = fc.oneof({ weight: 8, arbitrary: access }, { weight: 1, arbitrary: access.map(({ path }: any): Access => ({ class: 'exec', path })) });
/** Many of one directory, so that folding happens. */
const crowd: fc.Arbitrary<Access[]> = fc.tuple(fc.array(withPrograms, { maxLength: 20 }), fc.constantFrom(...DIRECTORIES), fc.constantFrom('r', 'w', 'rw', 'a', 'm'),
  fc.subarray(NAMES, { minLength: 3 })).map(([some, dir, mask, names]) => [...some, ...names.map((name): Access => ({ class: 'file', path: `${dir}/${name}`, mask }))]);
const strictness = fc.constantFrom<Strictness>('exact', 'balanced', 'loose');

test('the order of observations makes no difference', () => {
  const shuffled = crowd.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
  fc.assert(fc.property(shuffled, strictness, ([one, other], level) => {
    expect(learn(other, level)).toEqual(learn(one, level));
  }), { numRuns: 50 });
});

test('everything that was seen is allowed', () => {
  fc.assert(fc.property(crowd, strictness, (all, level) => {
    const got = fileRules(all, level);
    for (const { path, mask, owner, class: kind } of all as any[]) {
      for (const letter of kind === 'exec' ? 'mr' : mask) {
        expect(got.some((rule) => gives(rule, path.replace(/[*?[\]{}]/g, '\\$&'), letter, owner === true))).toBe(true);
      }
    }
  }), { numRuns: 12 });
});

test('more observations never take anything away', () => {
  fc.assert(fc.property(crowd, fc.array(withPrograms, { minLength: 1, maxLength: 10 }), strictness, (some, added, level) => {
    const [before, after] = [fileRules(some, level), fileRules([...some, ...added], level)];
    for (const rule of before) {
      for (const letter of rule.permissions) {
        const kept = after.some((other) => gives(other, rule.path!, letter, rule.qualifiers.owner === 'owner'));
        expect({ kept, rule: printRule(rule), letter, after: kept ? [] : after.map(printRule) }).toMatchObject({ kept: true });
      }
    }
  }), { numRuns: 25 });
});

/** Lints about what a rule gives, not about its neighbours. */
const DANGERS = new Set(['broad-path', 'kubernetes-secrets', 'raw-device', 'runtime-socket', 'write-to-etc', 'write-to-proc-sys', 'write-to-programs',
  'write-to-secrets', 'write-to-sys', 'write-and-execute', 'dangerous-capability']);

test('no step makes a rule that a lint calls dangerous, unless what was seen is dangerous by itself', () => {
  fc.assert(fc.property(crowd, strictness, (all, level) => {
    const dangerous = (text: readonly string[]) => {
      const source = `abi <abi/3.0>,\nprofile web {\n${text.join('\n')}\n}\n`;
      const tree = parseProfileText(source).tree;
      return lintTree(new SourceText('web', source), tree, { preset: 'strict' }).filter(({ id }) => DANGERS.has(id)).map(({ id }) => id);
    };
    const [literal, general] = [new Set(dangerous(rules(all, 'exact'))), dangerous(rules(all, level))];
    expect(general.filter((id) => !literal.has(id))).toEqual([]);
  }), { numRuns: 12 });
});

function fileRules(all: readonly Access[], level: Strictness): FileRule[] {
  return learn(all, level).map(({ rule }) => rule).filter((rule): rule is FileRule => rule.type === 'file');
}

function gives({ path, permissions, qualifiers }: FileRule, pattern: string, letter: string, owner: boolean): boolean {
  return (permissions.includes(letter) || (letter === 'a' && permissions.includes('w'))) && (owner || qualifiers.owner === undefined) && patternCovers(path!, pattern);
}
