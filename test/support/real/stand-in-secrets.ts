/** How the engine marks secrets on the wire. */
const SIGNATURE = '4dabf18193072939515e22adb298388d';

/** The value with its secrets in clear, as the API server is given it. */
export function clear(value: any): any {
  if (Array.isArray(value)) return value.map(clear);
  if (typeof value !== 'object' || value === null) return value;
  if (SIGNATURE in value) return clear(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, clear(inner)]));
}
