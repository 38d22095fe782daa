/**
 * What tests need of an API server's OpenAPI document (`/openapi/v2`): the shapes of the kinds that this library makes or changes.
 * Descriptions are left out; the rest stays as the server says it.
 */
export interface SchemaDocument {
  readonly version: string;
  /** `apiVersion kind` → name of its definition. */
  readonly kinds: Readonly<Record<string, string>>;
  readonly definitions: Readonly<Record<string, Schema>>;
}

export type Schema = Readonly<Record<string, any>>;

const GROUPS = new Set(['', 'admissionregistration.k8s.io', 'apps', 'batch', 'networking.k8s.io', 'policy', 'rbac.authorization.k8s.io', 'scheduling.k8s.io']);
const GROUP_VERSION_KIND = 'x-kubernetes-group-version-kind';
/** Says nothing about the shape of an object. */
const IGNORED = new Set(['description', GROUP_VERSION_KIND, 'x-kubernetes-patch-merge-key', 'x-kubernetes-patch-strategy', 'x-kubernetes-map-type']);
const REFERENCE = '#/definitions/';

export function schemaDocument(openApi: any, version: string): SchemaDocument {
  const kinds: Record<string, string> = {};
  for (const [name, definition] of Object.entries<any>(openApi.definitions)) {
    for (const { group, version: apiVersion, kind } of definition[GROUP_VERSION_KIND] ?? []) {
      // Options of deletion and watching are of every group.
      const ownKind = definition.properties?.metadata && definition[GROUP_VERSION_KIND].length === 1;
      if (ownKind && GROUPS.has(group)) kinds[`${group === '' ? '' : `${group}/`}${apiVersion} ${kind}`] = name;
    }
  }
  const definitions: Record<string, Schema> = {};
  for (const name of Object.values(kinds)) collect(openApi.definitions, name, definitions);
  return { version, kinds: sorted(kinds), definitions: sorted(definitions) };
}

function collect(all: Record<string, any>, name: string, into: Record<string, Schema>): void {
  if (name in into) return;
  into[name] = reduced(all[name]);
  for (const reference of references(into[name])) collect(all, reference, into);
}

/** The definition without what is ignored; a property may be called `description` and stays. */
function reduced(schema: any): Schema {
  const entries = Object.entries<any>(schema).filter(([key]) => !IGNORED.has(key)).map(([key, value]) => {
    if (key === 'properties') return [key, Object.fromEntries(Object.entries<any>(value).map(([name, inner]) => [name, reduced(inner)]))];
    return [key, key === 'items' || key === 'additionalProperties' ? reduced(value) : value];
  });
  return Object.fromEntries(entries);
}

export function references(schema: Schema): string[] {
  const found: string[] = [];
  JSON.stringify(schema, (key, value) => {
    if (key === '$ref' && typeof value === 'string') found.push(value.slice(REFERENCE.length));
    return value;
  });
  return found;
}

function sorted<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)));
}
