/**
 * Changes to objects that somebody else made. The JSON is changed last of all, after everything that the object does itself: typed
 * objects drop what their Kubernetes version did not know from patches and resolvers, and keep what is added here.
 */
import { ApiObject } from 'cdk8s';
import { JsonObject } from '../manifests/json';

const CLAIMED: unique symbol = Symbol.for('k8s-apparmor.claimed') as never;

/** The functions of objects that had one of their own before: few, unlike those that have their class'. */
const OWN = new WeakMap<ApiObject, () => unknown>();

/**
 * Has the object make its JSON by a function, which finds what it replaces by `unchangedJson(this)`. One function serves all
 * objects: there are many, and a closure for each would be most of what their confinement costs.
 */
export function replaceJson(object: ApiObject, toJson: (this: ApiObject) => JsonObject): void {
  if (Object.hasOwn(object, 'toJson')) OWN.set(object, object.toJson as () => unknown);
  Object.defineProperty(object, 'toJson', { value: toJson, configurable: true, writable: true });
}

/** What the object says without us. */
export function unchangedJson(object: ApiObject): JsonObject {
  const toJson = OWN.get(object) ?? (Object.getPrototypeOf(object) as ApiObject).toJson as () => unknown;
  return toJson.call(object) as JsonObject;
}

/** True the first time for each object: blanket changes are made once, whatever number of confinements an object is below. */
export function claimObject(object: ApiObject): boolean {
  if (CLAIMED in object) return false;
  leaveAlone(object);
  return true;
}

/** Keeps blanket changes away from an object. */
export function leaveAlone(object: ApiObject): void {
  Object.defineProperty(object, CLAIMED, { value: true });
}
