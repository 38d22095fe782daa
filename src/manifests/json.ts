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
  let at = object;
  for (const key of path) at = objectOf(entryOf(at, key));
  return at;
}

/**
 * A copy with one entry set. Keys that stood in order stay in order, so that the text of a sorted manifest changes in one
 * place only; in other objects a new key goes last.
 */
export function withEntry(object: JsonObject, key: string, value: JsonValue): JsonObject {
  if (Object.hasOwn(object, key)) return { ...object, [key]: value };
  const copy: Record<string, JsonValue> = {};
  const place = placeInOrder(object, key);
  for (const name of Object.keys(object)) {
    if (name === place) setEntry(copy, key, value);
    setEntry(copy, name, object[name]);
  }
  if (place === undefined) setEntry(copy, key, value);
  return copy;
}

/** `__proto__` is a key like any other here, where an assignment would set the prototype. */
function setEntry(object: Record<string, JsonValue>, key: string, value: JsonValue): void {
  if (key === '__proto__') Object.defineProperty(object, key, { value, configurable: true, enumerable: true, writable: true });
  else object[key] = value;
}

/** The first of the keys that a new one comes before; undefined where it comes last or the keys are in no order. */
function placeInOrder(object: JsonObject, key: string): string | undefined {
  let place: string | undefined;
  let last = '';
  for (const name of Object.keys(object)) {
    if (name < last) return undefined;
    if (place === undefined && name > key) place = name;
    last = name;
  }
  return place;
}

/** A copy without one entry. */
export function withoutEntry(object: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}

/** The name of an object that we made. */
export function nameOf(object: JsonObject): string {
  return String((object.metadata as JsonObject).name);
}
