import * as pulumi from '@pulumi/pulumi';

/** What a program registered, as the engine is asked for it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly inputs: Record<string, any>;
  readonly parent: string;
  readonly dependsOn: readonly string[];
  readonly provider: string;
  readonly aliases: readonly { readonly name?: string; readonly parent?: string; readonly urn?: string }[];
}

export interface ProgramOptions {
  readonly preview?: boolean;
  /** Whether the program has a stack, as under the engine; without, as in a plain unit test. Default: true. */
  readonly stack?: boolean;
  /** Further outputs of resources. */
  readonly state?: (type: string, name: string) => Record<string, unknown>;
}

/** Runs a program with Pulumi's mocks. Secrets and unknown values stay as the engine is given them. */
export async function runProgram(program: () => void | Promise<void>, options: ProgramOptions = {}): Promise<Registered[]> {
  await pulumi.runtime.setMocks({
    newResource: ({ name, inputs, type }) => ({
      id: options.preview ? undefined : `${name}-id`,
      state: { ...inputs, ...options.state?.(type, name) },
    }),
    call: () => ({}),
  }, 'shop', 'test', options.preview ?? false);
  const registered: Registered[] = [];
  record(registered);
  if (options.stack === false) {
    await program();
  } else {
    await pulumi.runtime.runInPulumiStack(async () => { await program(); });
  }
  await settled();
  return registered;
}

function record(registered: Registered[]): void {
  const monitor = pulumi.runtime.getMonitor() as any;
  const register = monitor.registerResource.bind(monitor);
  type Callback = (error: unknown, response: any) => void;
  monitor.registerResource = (request: any, callback: Callback) => register(request, (error: unknown, response: any) => {
    if (!error) {
      registered.push({
        type: request.getType(),
        name: request.getName(),
        urn: response.getUrn(),
        inputs: request.getObject().toJavaScript(),
        parent: request.getParent(),
        dependsOn: request.getDependenciesList(),
        provider: request.getProvider() || Object.fromEntries(request.getProvidersMap().entries()).kubernetes || '',
        aliases: request.getAliasesList().map((alias: any) => ({
          name: alias.getSpec()?.getName(), parent: alias.getSpec()?.getParenturn(), urn: alias.getUrn(),
        })),
      });
    }
    callback(error, response);
  });
}

async function settled(): Promise<void> {
  await (pulumi.runtime as any).waitForRPCs();
}

/** The one resource with this type and name. */
export function one(registered: readonly Registered[], type: string, name?: string): Registered {
  const found = registered.filter((resource) => resource.type === type && (name === undefined || resource.name === name));
  if (found.length !== 1) {
    const all = registered.map((resource) => `${resource.type} ${resource.name}`).join(', ');
    throw new Error(`${found.length} resources of type ${type}: ${all}`);
  }
  return found[0];
}

/** What a call in a program throws; undefined if it does not. An error that leaves the program would end the test's process. */
export async function refusalOf(call: () => unknown, options: ProgramOptions = {}): Promise<Error | undefined> {
  let refusal: Error | undefined;
  await runProgram(() => {
    try {
      call();
    } catch (error) {
      refusal = error as Error;
    }
  }, options);
  return refusal;
}
