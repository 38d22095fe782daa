import { ANNOTATION_PREFIX } from '../../src/manifests/profile-reference';

/** Everything in an object but what is ours to say; an empty security context, annotations or metadata are as good as none. */
export function withoutAppArmor(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutAppArmor);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([key]) => key !== 'appArmorProfile' && !key.startsWith(ANNOTATION_PREFIX))
    .map(([key, inner]) => [key, withoutAppArmor(inner)] as const)
    .filter(([key, inner]) => !(['securityContext', 'annotations', 'metadata'].includes(key) && Object.keys((inner ?? {}) as object).length === 0));
  return Object.fromEntries(entries);
}
