import { everything } from '../support/every-object';
import { SCHEMA_RELEASES, validate } from '../support/schemas';

const CASES = SCHEMA_RELEASES.flatMap((version) => ['>=1.30', '1.28 - 1.31'].flatMap((range) =>
  everything(range).map((object) => [String(object.kind), (object.metadata as { name: string }).name, range, version, object] as const)));

test.each(CASES)('the %s %s, made for %s, fits the schema of Kubernetes %s', (_kind, _name, _range, version, object) => {
  expect(validate(object, version)).toEqual([]);
});

test('a field that the release does not know would be noticed', () => {
  const [version] = SCHEMA_RELEASES;
  expect(validate({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name: 'c' }], appArmour: {} } }, version)).not.toEqual([]);
});
