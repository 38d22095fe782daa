import * as pulumi from '@pulumi/pulumi';
import { entryOf, type JsonObject, objectAt } from '../manifests/json';
import { podTemplatePath } from '../manifests/pod-template';
import type { AppArmorProfile } from '../profile';
import { distribution, loadersOf } from './bundle-registry';
import { confineInputs, emissionOf, type InputConfinement } from './confine-inputs';
import { dependencies } from './confined-workload';
import { checkExemption, type Exemption, isExempt } from './exemption';
import { kubernetesType } from './kubernetes-type';
import { confinementOf } from './profile-inputs';
import { combine, mapAt, settle, type Shape, VALUE } from './settle';

/** How a stack is confined. */
export interface ConfineByDefaultArgs {
  /** The profile of every pod that has none of its own. A distributed one must be in a bundle that is made before. */
  readonly profile: pulumi.Input<AppArmorProfile>;
  /** Workloads that are left as they are. Default: none. */
  readonly exempt?: readonly Exemption[];
  /** The Kubernetes versions that the pods are for, such as a cluster's own. Default: ">=1.30". */
  readonly kubernetesVersion?: pulumi.Input<string>;
}

type Props = Record<string, unknown>;

const RELEASE = 'kubernetes:helm.sh/v3:Release';
const IDENTITY: Shape = { fields: { metadata: { fields: { labels: { deep: true }, name: VALUE, namespace: VALUE } } } };

/**
 * Gives every workload that the stack registers from here on its profile, whoever makes it: resources of the program, Helm charts
 * (`helm.v3.Chart`, `helm.v4.Chart`), YAML (`yaml`, `yaml.v2`), Kustomize. What a pod says itself wins.
 *
 * Two ways lead there. The stack transformation sees what this process makes; resource transforms, which need an engine that knows them
 * (Pulumi 3.119 or later), also see what components make in a provider's process. Both are set up where they work.
 *
 * `helm.v3.Release` is out of reach: Helm makes its objects itself, in the cluster. Each one is warned of, unless it is exempt.
 * Resources that patch foreign objects (`DeploymentPatch`) are left alone.
 *
 * @throws if a distributed profile is in no bundle so far, if an exemption is incomplete, or outside of a Pulumi program
 */
export function confineByDefault(args: ConfineByDefaultArgs): void {
  (args.exempt ?? []).forEach(checkExemption);
  const request: DefaultRequest = {
    confinement: confinementOf({ profile: args.profile }),
    emission: emissionOf(args.kubernetesVersion),
    // The set grows with each bundle that is made later.
    gated: distribution().gated,
    exempt: args.exempt ?? [],
    loaders: loadersOf('confineByDefault()', args.profile),
  };
  const ways = [registerTransformation(request), registerTransform(request)];
  if (!ways.includes(true)) {
    throw new Error('confineByDefault() was called where there is no Pulumi stack: call it in a Pulumi program, in tests inside pulumi.runtime.runInPulumiStack().');
  }
}

interface DefaultRequest extends Pick<InputConfinement, 'confinement' | 'emission' | 'gated'> {
  readonly exempt: readonly Exemption[];
  readonly loaders: readonly pulumi.Resource[];
}

function registerTransformation(request: DefaultRequest): boolean {
  // In a test with mocks there is a stack only inside `runInPulumiStack`.
  if (!pulumi.runtime.getStackResource()) return false;
  pulumi.runtime.registerStackTransformation(({ type, name, props, opts }) => {
    const confined = confineResource(type, name, props, request);
    warnOfRelease(type, name, props, request);
    const waiting = request.loaders.length > 0 ? pulumi.mergeOptions(opts, { dependsOn: [...request.loaders] }) : opts;
    return confined && { props: confined, opts: waiting };
  });
  return true;
}

function registerTransform(request: DefaultRequest): boolean {
  // Pulumi's mocks claim to know transforms and then fail where nobody can catch it.
  const monitor = pulumi.runtime.getMonitor() as { registerStackTransform?: unknown } | undefined;
  if (typeof monitor?.registerStackTransform !== 'function') return false;
  try {
    pulumi.runtime.registerResourceTransform(({ type, name, props, opts }) => {
      const confined = confineResource(type, name, props, request);
      return confined && { props: confined, opts: { ...opts, dependsOn: dependencies(opts.dependsOn, request.loaders) } };
    });
    return true;
  } catch {
    // An engine that knows no transforms says so here.
    return false;
  }
}

/** The inputs with their pods confined; undefined where nothing is to change. */
function confineResource(type: string, name: string, props: Props, request: DefaultRequest): Props | undefined {
  const found = kubernetesType(type);
  if (!found) return undefined;
  const { apiVersion, kind } = found;
  const path = podTemplatePath(apiVersion, kind);
  if (path) return isOurs(kind, props) ? undefined : confineObject(kind, name, path, props, request);
  const itemPath = kind.endsWith('List') ? podTemplatePath(apiVersion, kind.slice(0, -'List'.length)) : undefined;
  if (!itemPath) return undefined;
  const itemKind = kind.slice(0, -'List'.length);
  const confined = mapAt(props, ['items'], (items) => Array.isArray(items)
    ? items.map((item) => mapAt(item, [], (plain) => confineObject(itemKind, name, itemPath, plain as Props, request) ?? plain))
    : items);
  return confined === props ? undefined : confined as Props;
}

function confineObject(kind: string, name: string, path: readonly string[], props: Props, request: DefaultRequest): Props | undefined {
  const confining: InputConfinement = {
    path,
    confinement: request.confinement,
    emission: request.emission,
    gated: request.gated,
    faults: { who: `${kind} "${name}"`, chosen: false, wayOut: 'leave the workload out with "exempt"' },
  };
  const identity = request.exempt.length > 0 ? settle(props, IDENTITY) : props;
  if (!pulumi.Output.isInstance(identity)) {
    if (isExempt(request.exempt, kind, name, identity)) return undefined;
    const confined = confineInputs(props, confining);
    return confined === props ? undefined : confined;
  }
  // Whether it is exempt shows later, so each input is one or the other then.
  const confined = confineInputs(props, confining);
  const choose = (key: string) => combine([identity], ([plain]) => (isExempt(request.exempt, kind, name, plain) ? props[key] : confined[key]));
  return { ...props, ...Object.fromEntries(['metadata', 'spec', 'template'].filter((key) => key in props).map((key) => [key, choose(key)])) };
}

const OURS: readonly unknown[] = ['k8s-apparmor-denial-log', 'k8s-apparmor-loader'];

/** Nothing that a loader loads may hold the loader itself, or what has to see every denial. */
function isOurs(kind: string, props: Props): boolean {
  const labels = objectAt(props as JsonObject, ['metadata', 'labels']);
  return kind === 'DaemonSet' && OURS.includes(entryOf(labels, 'app.kubernetes.io/name'));
}

function warnOfRelease(type: string, name: string, props: Props, request: DefaultRequest): void {
  if (type !== RELEASE || isExempt(request.exempt, 'Release', name, { metadata: { name: props.name, namespace: props.namespace } })) return;
  void pulumi.log.warn(`confineByDefault() does not reach the pods of the helm.v3.Release "${name}", which Helm makes in the cluster: `
    + 'use helm.v4.Chart, set the profile in the chart\'s values, or exempt the release with a reason.');
}
