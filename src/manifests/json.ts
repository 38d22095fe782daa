/**
 * Kubernetes objects as plain JSON data, read without trust: a manifest in the wild has nulls, empty documents and
 * strings where objects belong.
 */
export type JsonValue = string | number | boolean | null | undefined | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** The value as an object, or undefined where it is anything else. */
export function objectOf(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as JsonObject : undefined;
}

/** The value as a list, empty where it is anything else. */
export function listOf(value: unknown): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

/** The value as a string, or undefined where it is anything else. */
export function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Own properties only: a key such as `constructor` in somebody's manifest names nothing of ours. */
export function entryOf(object: JsonObject | undefined, key: string): JsonValue {
  return object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;
}

/** The object at the end of a path of keys, or undefined. */
export function objectAt(object: JsonObject | undefined, path: readonly string[]): JsonObject | undefined {
  return path.reduce<JsonObject | undefined>((at, key) => objectOf(entryOf(at, key)), object);
}

/**
 * A copy with one entry set. Keys that stood in order stay in order, so that the text of a sorted manifest changes in one
 * place only; in other objects a new key goes last.
 */
export function withEntry(object: JsonObject, key: string, value: JsonValue): JsonObject {
  // `__proto__` is a key like any other here: a literal defines it, where an assignment would set the prototype.
  if (Object.hasOwn(object, key)) return { ...object, [key]: value };
  const keys = Object.keys(object);
  const place = isSorted(keys) ? keys.findIndex((name) => name > key) : -1;
  if (place < 0) return { ...object, [key]: value };
  const copy: Record<string, JsonValue> = {};
  const set = (name: string, of: JsonValue) => {
    if (name === '__proto__') Object.defineProperty(copy, name, { value: of, configurable: true, enumerable: true, writable: true });
    else copy[name] = of;
  };
  for (let index = 0; index < keys.length; index++) {
    if (index === place) set(key, value);
    set(keys[index], object[keys[index]]);
  }
  return copy;
}

function isSorted(keys: readonly string[]): boolean {
  for (let index = 1; index < keys.length; index++) {
    if (keys[index - 1] > keys[index]) return false;
  }
  return true;
}

/** A copy without one entry. */
export function withoutEntry(object: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}

/** The name of an object that we made. */
export function nameOf(object: JsonObject): string {
  return String((object.metadata as JsonObject).name);
}
