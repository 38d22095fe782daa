import { createHash } from 'node:crypto';
import type { JsonObject } from './json';

export interface ProgramConfigMapProps {
  /** The ConfigMap's name without its hash. */
  readonly name: string;
  readonly namespace: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly data: Readonly<Record<string, string>>;
}

/**
 * An immutable ConfigMap with what a pod of ours runs. Its name carries the content's hash, so that another content is another
 * object and the pods that use it roll.
 */
export function programConfigMap({ name, namespace, labels, data }: ProgramConfigMapProps): JsonObject {
  const hash = createHash('sha256').update(JSON.stringify(data)).digest('hex').slice(0, 8);
  return {
    apiVersion: 'v1',
    data,
    immutable: true,
    kind: 'ConfigMap',
    metadata: { ...labels && { labels: { ...labels } }, name: `${name}-${hash}`, namespace },
  };
}
