import { readdirSync } from 'fs';
import { join } from 'path';
import { Yaml } from 'cdk8s';
import { entryOf, JsonObject, objectOf } from '../../src/manifests/json';
import { GENERATIONS, realParser } from '../support/real/parsers';

const EXAMPLES = join(__dirname, '..', '..', 'examples');

/** Every profile text in an object of the examples' expected output. */
function textsOf(object: JsonObject): [string, string][] {
  const data = objectOf(entryOf(object, 'data'));
  return object.kind === 'ConfigMap' && data && !('wanted' in data) ? Object.entries(data) as [string, string][] : [];
}

const texts = ['web-shop', 'existing-manifests'].flatMap((example) => {
  const folder = join(EXAMPLES, example, 'expected');
  const objects = readdirSync(folder).flatMap((file) => Yaml.load(join(folder, file)) as JsonObject[]);
  return objects.flatMap(textsOf).map(([name, text]) => [`${example}: ${name}`, text] as const);
});

test('the examples distribute profiles', () => {
  expect(texts.length).toBeGreaterThanOrEqual(4);
});

describe.each([...GENERATIONS])('apparmor_parser %s', (generation) => {
  test.each(texts)('accepts %s without a word', (_name, text) => {
    const parser = realParser(generation);
    const { code, stderr } = parser.run(['-QKS', '-M', parser.abi('3.0'), '--base', parser.base], text);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});
