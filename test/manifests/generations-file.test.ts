import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { BundleHistory } from '../../src/manifests/generations';
import {
  differsFromFile, historyMode, parseHistory, printHistory, readHistory, writeHistory,
} from '../../src/manifests/generations-file';

const folder = () => mkdtempSync(join(tmpdir(), 'history-'));
const WEB: BundleHistory = { bundle: 'shop', profiles: [{ profile: 'p.web', generations: [{ hash: '0000000a', text: 'profile p.web.0000000a {\n}\n' }] }] };

const generations = fc.uniqueArray(fc.record({ hash: fc.stringMatching(/^[0-9a-f]{8}$/), text: fc.string({ unit: 'binary' }) }), { minLength: 1, maxLength: 3, selector: ({ hash }) => hash });
const histories: fc.Arbitrary<BundleHistory> = fc.record({
  bundle: fc.string(),
  profiles: fc.uniqueArray(fc.record({
    profile: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/), changesSinceRemoval: fc.integer({ min: 1, max: 9 }), generations,
  }, { requiredKeys: ['profile', 'generations'] }), { maxLength: 4, selector: ({ profile }) => profile }),
});

test('a history comes back from its text to the byte, whatever the texts hold', () => {
  fc.assert(fc.property(histories, (history) => {
    const text = printHistory(history);
    expect(parseHistory(text, 'h')).toEqual(history);
    expect(printHistory(parseHistory(text, 'h'))).toBe(text);
  }), { numRuns: 200 });
});

test('is made to be read: a line of a text is a line of the file', () => {
  expect(printHistory(WEB)).toBe(`{
  "about": "The generations of a bundle's AppArmor profiles that its loader keeps on the nodes, so that a rollback finds them. Written by synthesis: commit it, do not edit it.",
  "version": 1,
  "bundle": "shop",
  "profiles": [
    {
      "profile": "p.web",
      "generations": [
        {
          "hash": "0000000a",
          "text": [
            "profile p.web.0000000a {",
            "}",
            ""
          ]
        }
      ]
    }
  ]
}
`);
});

test('a file that is not there yet is an empty history, and its folder is made when it is written', () => {
  const path = join(folder(), 'history', 'shop.json');
  expect(readHistory(path, 'shop')).toEqual({ bundle: 'shop', profiles: [] });
  expect(differsFromFile(path, WEB)).toBe(true);
  writeHistory(path, WEB);
  expect(readHistory(path, 'shop')).toEqual(WEB);
  expect(differsFromFile(path, WEB)).toBe(false);
  expect(readdirSync(join(path, '..'))).toEqual(['shop.json']);
});

test('a file that is the same already is not touched, so that it may be read-only', () => {
  const path = join(folder(), 'shop.json');
  writeFileSync(path, printHistory(WEB));
  chmodSync(path, 0o444);
  chmodSync(join(path, '..'), 0o555);
  expect(() => writeHistory(path, WEB)).not.toThrow();
});

test('writes through a link, and does not replace it', () => {
  const [one, other] = [folder(), folder()];
  writeFileSync(join(one, 'shop.json'), '');
  symlinkSync(join(one, 'shop.json'), join(other, 'link.json'));
  writeHistory(join(other, 'link.json'), WEB);
  expect(readFileSync(join(one, 'shop.json'), 'utf8')).toBe(printHistory(WEB));
});

test('says why it cannot be written, and leaves nothing behind', () => {
  const path = join(folder(), 'file');
  writeFileSync(path, '');
  expect(() => writeHistory(join(path, 'shop.json'), WEB)).toThrow(/^The history file ".*shop\.json" cannot be (written|read) \(ENOTDIR\): /);
  const long = join(folder(), 'x'.repeat(250));
  expect(() => writeHistory(long, WEB)).toThrow('cannot be written (ENAMETOOLONG): run synthesis where it can be, and commit the file; what is unchanged needs no writing.');
  expect(existsSync(long)).toBe(false);
  expect(readdirSync(join(long, '..'))).toEqual([]);
});

test.each<[Record<string, string>, string]>([
  [{}, 'write'],
  [{ CI: '' }, 'write'],
  [{ CI: 'false' }, 'write'],
  [{ CI: '0' }, 'write'],
  [{ CI: 'true' }, 'check'],
  [{ CI: 'woodpecker' }, 'check'],
  [{ CI: 'true', K8S_APPARMOR_HISTORY: 'write' }, 'write'],
  [{ K8S_APPARMOR_HISTORY: 'check' }, 'check'],
])('with %p would %s', (env, mode) => {
  expect(historyMode(env)).toBe(mode);
});

test('another word for what to do is refused', () => {
  expect(() => historyMode({ K8S_APPARMOR_HISTORY: 'yes' })).toThrow('K8S_APPARMOR_HISTORY is "yes": set it to "write" or "check", or leave it out.');
});

const entry = (more: object) => JSON.stringify({ version: 1, bundle: 'shop', profiles: [{ profile: 'p.web', generations: [{ hash: '0000000a', text: ['x'] }], ...more }] });

test.each<[string, string]>([
  ['', 'is no JSON'],
  ['{"a": 1', 'is no JSON'],
  ['{\n<<<<<<< HEAD\n"version": 1,\n=======\n>>>>>>> other\n}', 'holds an unsolved merge'],
  ['[]', 'is of version unknown, and this library reads version 1'],
  ['{"version": 2}', 'is of version 2, and this library reads version 1'],
  ['{"version": 1, "profiles": []}', 'lacks its bundle\'s name or its list of profiles'],
  ['{"version": 1, "bundle": "shop", "profiles": {}}', 'lacks its bundle\'s name or its list of profiles'],
  ['{"version": 1, "bundle": "shop", "profiles": [null]}', 'has an entry that is none of a profile (profiles[0])'],
  [entry({ profile: '../web' }), 'has an entry that is none of a profile (profiles[0])'],
  [entry({ profile: 'p\nq' }), 'has an entry that is none of a profile (profiles[0])'],
  [entry({ changesSinceRemoval: -1 }), 'has an entry that is none of a profile (profiles[0])'],
  [entry({ generations: [] }), 'has an entry that is none of a profile (profiles[0])'],
  [entry({ generations: [{ hash: '0000000A', text: ['x'] }] }), 'has an entry that is none of a profile (profiles[0])'],
  [entry({ generations: [{ hash: '0000000a', text: 'x' }] }), 'has an entry that is none of a profile (profiles[0])'],
  [entry({ generations: [{ hash: '0000000a', text: [1] }] }), 'has an entry that is none of a profile (profiles[0])'],
  [entry({ generations: [{ hash: '0000000a', text: ['x'] }, { hash: '0000000a', text: ['y'] }] }), 'has an entry that is none of a profile (profiles[0])'],
  [entry({}).replace(/\[(.*)\]\}$/, '[$1,$1]}'), 'has two entries for one profile'],
])('refuses the file %p: it %s', (text, what) => {
  expect(() => parseHistory(text, 'h.json')).toThrow(new Error(`The history file "h.json" ${what}: restore it from version control and run synthesis again.`));
});

test('refuses a file that is another bundle\'s, and one that is a folder', () => {
  const at = folder();
  writeHistory(join(at, 'shop.json'), WEB);
  expect(() => readHistory(join(at, 'shop.json'), 'blog')).toThrow('is that of the bundle "shop", not of "blog": give each bundle a file of its own.');
  mkdirSync(join(at, 'folder'));
  expect(() => readHistory(join(at, 'folder'), 'shop')).toThrow('cannot be read (it is no regular file): give the path of a file.');
});
