/**
 * What Pulumi's Kubernetes provider does in its own process beside applying objects: it renders charts, YAML and Kustomize, and
 * either gives the objects back to the program (functions, for `helm.v3.Chart` and its like) or registers them itself (remote
 * components, for `helm.v4.Chart` and its like). Charts are rendered by Helm, and Kustomize by Kustomize.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import * as grpc from '@grpc/grpc-js';
import * as messages from '@pulumi/pulumi/proto/provider_pb';
import { ResourceMonitorClient } from '@pulumi/pulumi/proto/resource_grpc_pb';
import * as resources from '@pulumi/pulumi/proto/resource_pb';
import { Struct } from 'google-protobuf/google/protobuf/struct_pb';
import { parseAllDocuments } from 'yaml';
import { goProgram, HELM, KUSTOMIZE } from './go-program';
import { clear } from './stand-in-secrets';

type Json = Record<string, any>;

const RENDER_TIMEOUT_MS = 60_000;

/** The functions that the program calls; each gives its objects back. */
const FUNCTIONS: Record<string, (args: Json) => Json[]> = {
  'kubernetes:helm:template': ({ jsonOpts }) => {
    const { path, release_name: release, values, namespace } = JSON.parse(jsonOpts);
    return helm(release, path, values, namespace);
  },
  'kubernetes:kustomize:directory': ({ directory }) => kustomize(directory),
  'kubernetes:yaml:decode': ({ text }) => objectsIn(text),
};

/** The components that run in the provider's process; each has its objects registered from there. */
const COMPONENTS: Record<string, (name: string, inputs: Json) => Json[]> = {
  'kubernetes:helm.sh/v4:Chart': (name, { chart, values, namespace }) => helm(name, chart, values, namespace),
  'kubernetes:kustomize/v2:Directory': (_, { directory }) => kustomize(directory),
  'kubernetes:yaml/v2:ConfigFile': (_, { file }) => objectsIn(readFileSync(file, 'utf8')),
  'kubernetes:yaml/v2:ConfigGroup': (_, { objs, yaml }) => [...objs ?? [], ...yaml === undefined ? [] : objectsIn(yaml)],
};

function helm(release: string, chart: string, values: Json | undefined, namespace: string | undefined): Json[] {
  const args = ['template', release, chart, '--values', '-', ...namespace === undefined ? [] : ['--namespace', namespace]];
  return objectsIn(execFileSync(goProgram(HELM), args, { input: JSON.stringify(clear(values ?? {})), encoding: 'utf8', timeout: RENDER_TIMEOUT_MS }));
}

function kustomize(directory: string): Json[] {
  return objectsIn(execFileSync(goProgram(KUSTOMIZE), ['build', directory], { encoding: 'utf8', timeout: RENDER_TIMEOUT_MS }));
}

function objectsIn(text: string): Json[] {
  return parseAllDocuments(text).map((document) => document.toJS()).filter((object) => object !== null);
}

/** Answers a function call of the program. */
export function invoke(request: any): unknown {
  const call = FUNCTIONS[request.getTok()];
  if (!call) throw new Error(`the stand-in provider knows no function ${request.getTok()}`);
  const response = new messages.InvokeResponse();
  response.setReturn(Struct.fromJavaScript({ result: call(request.getArgs().toJavaScript()) }));
  return response;
}

/** Registers a component and its objects from this process, as the real provider does. */
export async function construct(request: any): Promise<unknown> {
  const render = COMPONENTS[request.getType()];
  if (!render) throw new Error(`the stand-in provider knows no component ${request.getType()}`);
  const monitor = new ResourceMonitorClient(request.getMonitorendpoint(), grpc.credentials.createInsecure());
  try {
    const component = await register(monitor, registration(request.getType(), request.getName(), request.getParent()));
    for (const object of render(request.getName(), request.getInputs().toJavaScript())) {
      const { apiVersion, kind, metadata } = clear(object);
      const group = apiVersion.includes('/') ? apiVersion : `core/${apiVersion}`;
      const child = registration(`kubernetes:${group}:${kind}`, `${request.getName()}:${metadata.name}`, component);
      child.setCustom(true);
      child.setObject(Struct.fromJavaScript(object));
      await register(monitor, child);
    }
    const response = new messages.ConstructResponse();
    response.setUrn(component);
    response.setState(Struct.fromJavaScript({}));
    return response;
  } finally {
    monitor.close();
  }
}

function register(monitor: ResourceMonitorClient, request: any): Promise<string> {
  return new Promise((resolve, reject) => {
    monitor.registerResource(request, (error: any, response: any) => error ? reject(error) : resolve(response.getUrn()));
  });
}

function registration(type: string, name: string, parent: string): any {
  const made = new resources.RegisterResourceRequest();
  made.setType(type);
  made.setName(name);
  made.setParent(parent);
  made.setAcceptsecrets(true);
  return made;
}
