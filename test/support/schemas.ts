import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import Ajv, { ValidateFunction } from 'ajv';
import { Schema, SchemaDocument } from './schema-document';

/** The releases whose API servers' own schemas are kept in `test/schemas`. */
export type SchemaRelease = '1.30' | '1.37';

export const SCHEMA_RELEASES: readonly SchemaRelease[] = ['1.30', '1.37'];

interface Schemas {
  readonly document: SchemaDocument;
  readonly ajv: Ajv;
}

const known = new Map<SchemaRelease, Schemas>();

/**
 * What is wrong with an object by the API server's own schema: unknown fields too, which strict field validation refuses.
 *
 * @returns one line a fault, such as `/spec/template must NOT have additional properties: appArmor`; empty for a valid object
 */
export function validate(object: unknown, release: SchemaRelease): string[] {
  const { apiVersion, kind } = object as { apiVersion?: unknown; kind?: unknown };
  const { document, ajv } = schemas(release);
  const definition = document.kinds[`${String(apiVersion)} ${String(kind)}`];
  if (!definition) return [`Kubernetes ${release} has no ${String(apiVersion)} ${String(kind)}`];
  const check = ajv.getSchema(`#/definitions/${definition}`) as ValidateFunction;
  if (check(object)) return [];
  return check.errors!.map(({ instancePath, message, params }) => {
    const extra = 'additionalProperty' in params ? `: ${params.additionalProperty}` : '';
    return `${instancePath === '' ? '/' : instancePath} ${message}${extra}`;
  });
}

/** The document of a release, as it was taken from a real API server. */
export function readSchemaDocument(release: SchemaRelease): SchemaDocument {
  return JSON.parse(gunzipSync(readFileSync(schemaFile(release))).toString());
}

export function schemaFile(release: SchemaRelease): string {
  return join(__dirname, '..', 'schemas', `v${release}.json.gz`);
}

function schemas(release: SchemaRelease): Schemas {
  const found = known.get(release);
  if (found) return found;
  const document = readSchemaDocument(release);
  const definitions = Object.fromEntries(Object.entries(document.definitions).map(([name, schema]) => [name, closed(name, schema)]));
  const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false });
  ajv.addSchema({ definitions }, '');
  const made = { document, ajv };
  known.set(release, made);
  return made;
}

/** Types whose JSON is not what their definition says: they read and write themselves. */
const OWN_JSON: Record<string, Schema> = {
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': { type: ['integer', 'string'] },
  'io.k8s.apimachinery.pkg.api.resource.Quantity': { type: ['string', 'number'] },
};

/** An object with named properties takes no others; one without takes anything. */
function closed(name: string, schema: Schema): Schema {
  return OWN_JSON[name] ?? closedProperties(schema);
}

function closedProperties(schema: Schema): Schema {
  const result: Record<string, any> = { ...schema };
  if (schema.properties) {
    result.properties = Object.fromEntries(Object.entries<Schema>(schema.properties).map(([key, inner]) => [key, closedProperties(inner)]));
    result.additionalProperties ??= false;
  }
  if (schema.items) result.items = closedProperties(schema.items);
  return result;
}
