/**
 * Changes to objects that somebody else made. The JSON is changed last of all, after everything that the object does itself: typed
 * objects drop what their Kubernetes version did not know from patches and resolvers, and keep what is added here.
 */
import { ApiObject } from 'cdk8s';
import { JsonObject } from '../manifests/json';

const CLAIMED: unique symbol = Symbol.for('k8s-apparmor.claimed') as never;

/** Passes the object's JSON through a function, whenever it is asked for. */
export function changeObject(object: ApiObject, change: (json: JsonObject) => JsonObject): void {
  const original = object.toJson.bind(object) as () => JsonObject;
  Object.defineProperty(object, 'toJson', { value: () => change(original()), configurable: true, writable: true });
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
