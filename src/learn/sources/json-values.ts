import type { JsonObject } from './source';

/** Values in an event of unknown make: each is looked at before it is believed. */

export function objectAt(value: JsonObject, ...path: string[]): JsonObject {
  const found = valueAt(value, path);
  return isObject(found) ? found : {};
}

/** A text that says something: not empty, and none of the words that tools write for nothing. */
export function textAt(value: JsonObject, ...path: string[]): string | undefined {
  const found = valueAt(value, path);
  return typeof found === 'string' && found !== '' && found !== '<NA>' && found !== 'N/A' ? found : undefined;
}

export function numberAt(value: JsonObject, ...path: string[]): number | undefined {
  const found = valueAt(value, path);
  if (typeof found === 'string' && /^-?\d{1,18}$/.test(found)) {
    return Number(found);
  }
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined;
}

export function listAt(value: JsonObject, ...path: string[]): readonly JsonObject[] {
  const found = valueAt(value, path);
  return Array.isArray(found) ? found.filter(isObject) : [];
}

export function textsAt(value: JsonObject, ...path: string[]): readonly string[] {
  const found = valueAt(value, path);
  return Array.isArray(found) ? found.filter((entry): entry is string => typeof entry === 'string') : [];
}

/** RFC 3339 as seconds since 1970. */
export function timeAt(value: JsonObject, ...path: string[]): number | undefined {
  const milliseconds = Date.parse(textAt(value, ...path) ?? '');
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let at = value;
  for (const key of path) {
    at = isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }
  return at;
}
