/**
 * A stand-in for Pulumi's Kubernetes provider, whose own program is not to be had everywhere. It speaks the provider protocol to the
 * real engine and applies each resource to a real API server with strict validation; it waits for nothing to become ready.
 * What the real one does in its own process for charts, YAML and Kustomize is in `stand-in-components.ts`.
 */
import * as grpc from '@grpc/grpc-js';
import { PluginInfo } from '@pulumi/pulumi/proto/plugin_pb';
import { ResourceProviderService } from '@pulumi/pulumi/proto/provider_grpc_pb';
import * as messages from '@pulumi/pulumi/proto/provider_pb';
import { Empty } from 'google-protobuf/google/protobuf/empty_pb';
import { Struct } from 'google-protobuf/google/protobuf/struct_pb';
import type { Cluster } from './apiserver';
import { construct, invoke } from './stand-in-components';
import { clear } from './stand-in-secrets';

type Json = Record<string, any>;

export interface StandInProvider {
  readonly port: number;
  /** What the engine asked for, in order: `create ConfigMap k8s-apparmor/profiles-1a2b3c4d5e`. */
  readonly operations: string[];
  /** The API server's warnings. */
  readonly warnings: string[];
  end(): void;
}

const PLURALS: Record<string, string> = {
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
  ConfigMap: 'configmaps',
  CronJob: 'cronjobs',
  DaemonSet: 'daemonsets',
  Deployment: 'deployments',
  Job: 'jobs',
  Namespace: 'namespaces',
  Pod: 'pods',
  ServiceAccount: 'serviceaccounts',
  StatefulSet: 'statefulsets',
  ValidatingAdmissionPolicy: 'validatingadmissionpolicies',
  ValidatingAdmissionPolicyBinding: 'validatingadmissionpolicybindings',
};
const CLUSTER_WIDE = ['ClusterRole', 'ClusterRoleBinding', 'Namespace', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'];

export async function startStandInProvider(cluster: Cluster): Promise<StandInProvider> {
  const state = { operations: [] as string[], warnings: [] as string[] };
  const server = new grpc.Server();
  server.addService(ResourceProviderService as never, handlers(cluster, state) as never);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) => error ? reject(error) : resolve(bound));
  });
  return { port, ...state, end: () => server.forceShutdown() };
}

type Handler = (request: any) => unknown;

function handlers(cluster: Cluster, state: Pick<StandInProvider, 'operations' | 'warnings'>): Record<string, Function> {
  const apply = async (operation: string, given: Json) => {
    const object = clear(given);
    state.operations.push(`${operation} ${nameOf(object)}`);
    const path = `${pathOf(object)}?fieldManager=pulumi&fieldValidation=Strict&force=true`;
    const answer = await cluster.api(path, { method: 'PATCH', contentType: 'application/apply-patch+yaml', body: object });
    if (answer.status >= 300) throw new Error(`${nameOf(object)}: ${answer.body?.message ?? answer.status}`);
    state.warnings.push(...answer.warnings);
  };
  const implementations: Record<string, Handler> = {
    getPluginInfo: () => pluginInfo(),
    checkConfig: (request) => checked(request.getNews().toJavaScript()),
    diffConfig: () => new messages.DiffResponse(),
    configure: () => configured(),
    check: (request) => checked(withName(request.getNews().toJavaScript(), request.getOlds()?.toJavaScript(), request.getUrn())),
    diff: (request) => difference(request.getOldInputs().toJavaScript(), request.getNews().toJavaScript()),
    create: async (request) => {
      const object = request.getProperties().toJavaScript();
      if (!request.getPreview()) await apply('create', object);
      const response = new messages.CreateResponse();
      response.setId(request.getPreview() ? '' : nameOf(object));
      response.setProperties(Struct.fromJavaScript(object));
      return response;
    },
    update: async (request) => {
      const object = request.getNews().toJavaScript();
      if (!request.getPreview()) await apply('update', object);
      const response = new messages.UpdateResponse();
      response.setProperties(Struct.fromJavaScript(object));
      return response;
    },
    delete: async (request) => {
      const object = clear(request.getProperties().toJavaScript());
      state.operations.push(`delete ${nameOf(object)}`);
      const answer = await cluster.api(pathOf(object), { method: 'DELETE' });
      if (answer.status >= 300 && answer.status !== 404) throw new Error(`${nameOf(object)}: ${answer.body?.message}`);
      return new Empty();
    },
    construct: (request) => construct(request),
    invoke: (request) => invoke(request),
    attach: () => new Empty(),
    cancel: () => new Empty(),
  };
  return Object.fromEntries(Object.entries(implementations).map(([method, implementation]) => [method, async (call: any, done: any) => {
    try {
      done(null, await implementation(call.request));
    } catch (error) {
      done({ code: grpc.status.UNKNOWN, details: String((error as Error).message) });
    }
  }]));
}

function pluginInfo(): PluginInfo {
  const info = new PluginInfo();
  info.setVersion('4.34.2');
  return info;
}

function configured(): messages.ConfigureResponse {
  const response = new messages.ConfigureResponse();
  response.setAcceptsecrets(true);
  response.setSupportspreview(true);
  response.setAcceptoutputs(true);
  return response;
}

function checked(inputs: Json): messages.CheckResponse {
  const response = new messages.CheckResponse();
  response.setInputs(Struct.fromJavaScript(inputs as never));
  return response;
}

/** The real provider names objects that have no name after the resource, for good. */
function withName(news: Json, olds: Json | undefined, urn: string): Json {
  if (news.metadata?.name !== undefined) return news;
  const name = olds?.metadata?.name ?? `${urn.split('::').pop()}-${Math.random().toString(16).slice(2, 10)}`;
  return { ...news, metadata: { ...news.metadata, name } };
}

/** Another name or namespace, or other data of an immutable ConfigMap, is another object. */
function difference(olds: Json, news: Json): messages.DiffResponse {
  const response = new messages.DiffResponse();
  const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
  [olds, news] = [clear(olds), clear(news)];
  const replaces = ['name', 'namespace'].filter((key) => olds.metadata?.[key] !== news.metadata?.[key]).map((key) => `metadata.${key}`);
  if (olds.immutable && !same(olds.data, news.data)) replaces.push('data');
  response.setChanges(same(olds, news) ? messages.DiffResponse.DiffChanges.DIFF_NONE : messages.DiffResponse.DiffChanges.DIFF_SOME);
  response.setReplacesList(replaces);
  return response;
}

function nameOf({ kind, metadata }: Json): string {
  return `${kind} ${CLUSTER_WIDE.includes(kind) ? '' : `${metadata.namespace ?? 'default'}/`}${metadata.name}`;
}

function pathOf({ apiVersion, kind, metadata }: Json): string {
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  if (!PLURALS[kind]) throw new Error(`the stand-in provider knows no ${kind}`);
  const namespace = CLUSTER_WIDE.includes(kind) ? '' : `/namespaces/${metadata.namespace ?? 'default'}`;
  return `${base}${namespace}/${PLURALS[kind]}/${metadata.name}`;
}
