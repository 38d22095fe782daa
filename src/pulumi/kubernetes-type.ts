/** `kubernetes:apps/v1:Deployment`, `kubernetes:core/v1:Pod`. */
const TYPE = /^kubernetes:([a-z0-9.-]{1,253})\/(v[a-z0-9]{1,20}):([A-Za-z0-9]{1,100})$/;

/** The Kubernetes kind of a Pulumi type token; undefined for anything else. */
export function kubernetesType(token: string): { readonly apiVersion: string; readonly kind: string } | undefined {
  const [, group, version, kind] = TYPE.exec(token) ?? [];
  if (kind === undefined) return undefined;
  return { apiVersion: group === 'core' ? version : `${group}/${version}`, kind };
}
