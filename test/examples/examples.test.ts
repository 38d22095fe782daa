import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { Yaml } from 'cdk8s';
import { effectiveProfiles } from '../../src/manifests/confine-pod';
import { JsonObject } from '../../src/manifests/json';
import { parseReleaseRange } from '../../src/manifests/kubernetes-versions';
import { admitPod } from '../../src/manifests/pod-admission';
import { podTemplates } from '../../src/manifests/pod-template';
import { EXAMPLES, synthesiseExample } from '../support/example';

const NAMES = ['web-shop', 'existing-manifests', 'complain-first'];

// eslint-disable-next-line @typescript-eslint/no-require-imports
const { withoutProgram } = require('../../scripts/expected-output') as { withoutProgram: (text: string) => string };

function filesOf(folder: string): Record<string, string> {
  return Object.fromEntries(readdirSync(folder).sort().map((name) => [name, withoutProgram(readFileSync(join(folder, name), 'utf8'))]));
}

describe.each(NAMES)('the example %s', (name) => {
  test('gives what its folder "expected" holds, twice', () => {
    const [first, second] = [synthesiseExample(name), synthesiseExample(name)];
    const expected = filesOf(join(EXAMPLES, name, 'expected'));
    expect(filesOf(first)).toEqual(expected);
    for (const file of Object.keys(expected)) expect(readFileSync(join(second, file), 'utf8')).toBe(readFileSync(join(first, file), 'utf8'));
  });

  test('gives pods that every API server from 1.30 on accepts', () => {
    const folder = synthesiseExample(name);
    const objects = readdirSync(folder).flatMap((file) => Yaml.load(join(folder, file)) as JsonObject[]);
    const templates = objects.flatMap((object) => podTemplates(object));
    for (const { template, workload } of templates) {
      for (const release of ['1.30', '1.34', '1.37']) {
        expect(admitPod(template, workload.kind === 'Pod', parseReleaseRange(release).oldest).errors).toEqual([]);
      }
    }
    expect(templates.flatMap(({ template }) => effectiveProfiles(template)).length).toBeGreaterThan(3);
  });
});
