import { ApiObject, ApiObjectProps, JsonPatch } from 'cdk8s';
import { Construct } from 'constructs';
import { JsonObject } from '../manifests/json';

/** An object that is in no namespace: a chart's namespace is given to every object, even to such a one. */
export function clusterObject(scope: Construct, id: string, object: JsonObject): ApiObject {
  // Our plain objects have all that an ApiObject takes.
  const made = new ApiObject(scope, id, object as unknown as ApiObjectProps);
  if (made.metadata.namespace !== undefined) made.addJsonPatch(JsonPatch.remove('/metadata/namespace'));
  return made;
}
