import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Chart } from 'cdk8s';
import { AppArmorProfile, AppArmorProfileBundle, ProfileMode, Rule } from '../../src';
import { JsonObject } from '../../src/manifests/json';

const generation = (number: number, name = 'web') => new AppArmorProfile({ name, rules: [Rule.read(`/srv/${number}/**`)] });
const [ONE, TWO, THREE, FOUR] = [1, 2, 3, 4].map((number) => generation(number));

interface Shop { readonly app: App; readonly chart: Chart; readonly bundle: AppArmorProfileBundle }

let historyFile: string;
const saved = { CI: process.env.CI, K8S_APPARMOR_HISTORY: process.env.K8S_APPARMOR_HISTORY };

beforeEach(() => {
  historyFile = join(mkdtempSync(join(tmpdir(), 'history-')), 'apparmor-history.json');
  delete process.env.CI;
  delete process.env.K8S_APPARMOR_HISTORY;
});
afterAll(() => {
  for (const [name, value] of Object.entries(saved)) if (value === undefined) delete process.env[name]; else process.env[name] = value;
});

function shop(profiles: AppArmorProfile[], loader: object = {}, name = 'shop'): Shop {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'synth-')) });
  const chart = new Chart(app, 'shop');
  return { app, chart, bundle: new AppArmorProfileBundle(chart, 'profiles', { profiles, historyFile, loader, name }) };
}

function synth(profiles: AppArmorProfile[], loader: object = {}): JsonObject[] {
  const { app, chart } = shop(profiles, loader);
  app.synth();
  return chart.toJson() as JsonObject[];
}

const names = (profiles: AppArmorProfile[]) => profiles.map(({ loadedName }) => loadedName);
const data = (objects: JsonObject[]): Record<string, string> => Object.assign({}, ...objects.filter(({ kind }) => kind === 'ConfigMap').map((map) => map.data));
const texts = (objects: JsonObject[]) => Object.entries(data(objects)).filter(([key]) => key.startsWith('k8s-apparmor.'));
const wanted = (objects: JsonObject[]) => data(objects).wanted.split('\n').filter((line) => line !== '').map((line) => line.split('\t')[2]);

test('carries the last three generations, each to the byte, and has the loader want all of them', () => {
  synth([ONE]);
  synth([TWO]);
  synth([THREE]);
  const objects = synth([FOUR]);
  expect(new Map(texts(objects))).toEqual(new Map([FOUR, THREE, TWO].map((profile) => [profile.loadedName, profile.toText()])));
  expect(wanted(objects)).toEqual(names([TWO, THREE, FOUR]).sort());
  expect(names(shop([FOUR]).bundle.earlierGenerations)).toEqual(names([THREE, TWO]));
  expect(names(shop([FOUR]).bundle.profiles)).toEqual(names([FOUR]));
});

test('a second synthesis changes neither the file nor the objects', () => {
  synth([ONE]);
  const [objects, file] = [synth([TWO]), readFileSync(historyFile)];
  expect(synth([TWO])).toEqual(objects);
  expect(readFileSync(historyFile)).toEqual(file);
});

test('keeps as many as the loader keeps on the node', () => {
  [ONE, TWO, THREE].forEach((profile) => synth([profile], { generations: 2 }));
  expect(wanted(synth([FOUR], { generations: 2 }))).toEqual(names([THREE, FOUR]).sort());
  expect(wanted(synth([FOUR], { generations: 1 }))).toEqual(names([FOUR]));
});

test('keeps a mode and the children of an earlier generation', () => {
  const old = AppArmorProfile.fromText('profile web flags=(complain) {\n  /bin/sh cx -> child,\n  profile child { /bin/sh r, }\n}\n');
  synth([old]);
  const objects = synth([ONE]);
  expect(data(objects).wanted).toContain(`${old.loadedName}\tcomplain\t${old.loadedName}\n${old.loadedName}\t*\t${old.loadedName}//child\n`);
});

test('the gate labels nodes with earlier generations too, so that a rolled back pod is scheduled', () => {
  synth([ONE], { gate: true });
  expect(data(synth([TWO], { gate: true })).labels).toContain(`profile.k8s-apparmor.io/${ONE.loadedName}`);
});

test('complaining and enforcing are two generations, and both stay', () => {
  const rules = [Rule.read('/srv/**')];
  const [complain, enforce] = [ProfileMode.COMPLAIN, ProfileMode.ENFORCE].map((mode) => new AppArmorProfile({ name: 'web', rules, mode }));
  synth([complain]);
  expect(wanted(synth([enforce]))).toEqual(names([complain, enforce]).sort());
});

test('a chart that a test turns into JSON writes nothing; synthYaml and writeHistory do', () => {
  shop([ONE]).chart.toJson();
  expect(existsSync(historyFile)).toBe(false);
  shop([ONE]).app.synthYaml();
  expect(readFileSync(historyFile, 'utf8')).toContain(ONE.loadedName.slice(-8));
  shop([TWO]).bundle.writeHistory();
  expect(readFileSync(historyFile, 'utf8')).toContain(TWO.loadedName.slice(-8));
});

test('writes it too where the method is called by its class, as programs in Python, Java and Go do, and for a class of one\'s own', () => {
  class OwnApp extends App {}
  for (const [Kind, profile] of [[App, ONE], [OwnApp, TWO]] as const) {
    const app = new Kind({ outdir: mkdtempSync(join(tmpdir(), 'synth-')) });
    new AppArmorProfileBundle(new Chart(app, 'shop'), 'profiles', { profiles: [profile], historyFile, name: 'shop' });
    (app.constructor as typeof App).prototype.synth.call(app);
    expect(readFileSync(historyFile, 'utf8')).toContain(profile.loadedName.slice(-8));
  }
});

test('an app without a history is synthesised as ever', () => {
  synth([ONE]);
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'synth-')) });
  new AppArmorProfileBundle(new Chart(app, 'shop'), 'profiles', { profiles: [TWO] });
  app.synth();
  expect(existsSync(join(app.outdir, 'shop.k8s.yaml'))).toBe(true);
  expect(readFileSync(historyFile, 'utf8')).not.toContain(TWO.loadedName.slice(-8));
});

test('a program whose synthesis fails leaves the file as it was', () => {
  synth([ONE]);
  const before = readFileSync(historyFile);
  const { app, chart } = shop([TWO]);
  chart.node.addValidation({ validate: () => ['no'] });
  expect(() => app.synth()).toThrow('no');
  expect(readFileSync(historyFile)).toEqual(before);
});

describe('where the environment says CI', () => {
  test('a file that would change is an error, before anything is written', () => {
    synth([ONE]);
    process.env.CI = 'true';
    const { app } = shop([TWO]);
    expect(() => app.synth()).toThrow(new Error(`The history file ${JSON.stringify(historyFile)} is not that of the profiles in the program, and nobody would commit `
      + 'what is written here (CI is set): run synthesis where you can commit the file, or set K8S_APPARMOR_HISTORY=write.'));
    expect(existsSync(join(app.outdir, 'shop.k8s.yaml'))).toBe(false);
  });

  test('a file that is up to date is none', () => {
    const objects = synth([ONE]);
    process.env.CI = 'true';
    expect(synth([ONE])).toEqual(objects);
  });

  test('it is written all the same where that is asked for', () => {
    process.env.CI = 'true';
    process.env.K8S_APPARMOR_HISTORY = 'write';
    synth([ONE]);
    expect(existsSync(historyFile)).toBe(true);
  });
});

describe('says with the fix', () => {
  test('that a text was changed by hand', () => {
    synth([ONE]);
    synth([TWO]);
    writeFileSync(historyFile, readFileSync(historyFile, 'utf8').replace('/srv/1/', '/etc/'));
    expect(() => shop([TWO])).toThrow(`The history file ${JSON.stringify(historyFile)} holds a generation that cannot be used: the text of ${ONE.loadedName} is not the one that `
      + `its hash was taken of; somebody has changed it; restore the file from version control, or delete ${ONE.loadedName} from it.`);
  });

  test('that two bundles have one file', () => {
    const { chart } = shop([ONE]);
    expect(() => new AppArmorProfileBundle(chart, 'more', { profiles: [], historyFile })).toThrow(
      `The bundles "shop/profiles" and "shop/more" have the same history file ${JSON.stringify(historyFile)}: give each its own.`);
  });

  test('that the file is the bundle\'s of another app', () => {
    synth([ONE]);
    expect(() => shop([ONE], {}, 'blog')).toThrow('is that of the bundle "shop", not of "blog": give each bundle a file of its own.');
  });

  test.each([0, -1, 1.5])('that %p generations cannot be kept', (generations) => {
    expect(() => shop([ONE], { generations })).toThrow(`The bundle "shop/profiles" would keep ${generations} generations: give "generations" a whole number from 1 on, the present one included.`);
  });
});
