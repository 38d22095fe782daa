import * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import { type JsonObject, stringOf } from '../manifests/json';

type ResourceClass = new (name: string, args: any, opts: pulumi.CustomResourceOptions) => pulumi.CustomResource;

/** The resources that our components are made of. Looked up when used: each class of the provider is loaded by itself. */
const CLASSES: Readonly<Record<string, () => ResourceClass>> = {
  'v1 Namespace': () => k8s.core.v1.Namespace,
  'v1 ServiceAccount': () => k8s.core.v1.ServiceAccount,
  'v1 ConfigMap': () => k8s.core.v1.ConfigMap,
  'apps/v1 DaemonSet': () => k8s.apps.v1.DaemonSet,
  'rbac.authorization.k8s.io/v1 ClusterRole': () => k8s.rbac.v1.ClusterRole,
  'rbac.authorization.k8s.io/v1 ClusterRoleBinding': () => k8s.rbac.v1.ClusterRoleBinding,
  'rbac.authorization.k8s.io/v1 Role': () => k8s.rbac.v1.Role,
  'rbac.authorization.k8s.io/v1 RoleBinding': () => k8s.rbac.v1.RoleBinding,
  'admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy': () => k8s.admissionregistration.v1.ValidatingAdmissionPolicy,
  'admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding': () => k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding,
  'admissionregistration.k8s.io/v1 MutatingAdmissionPolicy': () => k8s.admissionregistration.v1.MutatingAdmissionPolicy,
  'admissionregistration.k8s.io/v1 MutatingAdmissionPolicyBinding': () => k8s.admissionregistration.v1.MutatingAdmissionPolicyBinding,
  'admissionregistration.k8s.io/v1beta1 MutatingAdmissionPolicy': () => k8s.admissionregistration.v1beta1.MutatingAdmissionPolicy,
  'admissionregistration.k8s.io/v1beta1 MutatingAdmissionPolicyBinding': () => k8s.admissionregistration.v1beta1.MutatingAdmissionPolicyBinding,
};

/**
 * The resource that registers a Kubernetes object as it is.
 *
 * @throws if the object is of a kind that none of our components makes
 */
export function resourceOf(object: JsonObject, name: string, opts: pulumi.CustomResourceOptions): pulumi.CustomResource {
  const key = `${stringOf(object.apiVersion)} ${stringOf(object.kind)}`;
  if (!Object.hasOwn(CLASSES, key)) throw new Error(`no resource is known for the object "${name}" of kind ${key}`);
  return new (CLASSES[key]())(name, object, opts);
}
