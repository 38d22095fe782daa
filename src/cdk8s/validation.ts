import { effectiveProfiles } from '../manifests/confine-pod';
import { ForeignTemplate, foreignTemplates } from '../manifests/foreign-templates';
import { entryOf, JsonObject, objectAt, objectOf, stringOf } from '../manifests/json';
import { FIRST_WITH_FIELDS } from '../manifests/kubernetes-versions';
import { admitPod } from '../manifests/pod-admission';
import { isWindows } from '../manifests/pod-spec';
import { podTemplates, PodTemplate, Workload } from '../manifests/pod-template';
import { lintProfile } from '../profile/lint-profile';

/** Workloads and custom resources that the validation leaves alone; all that is given must hold. */
export interface ValidationExemption {
  /** Why this is right, for the people who review it. */
  readonly reason: string;

  /**
   * The kind of object.
   *
   * @default - every kind
   */
  readonly kind?: string;

  /**
   * The name of the object.
   *
   * @default - every name
   */
  readonly name?: string;

  /**
   * The namespace that the object names.
   *
   * @default - every namespace
   */
  readonly namespace?: string;
}

/** What cdk8s.yaml says under `properties` of the validation. */
export interface ConfinementValidationProps {
  /**
   * Workloads that may run unconfined.
   *
   * @default - none
   */
  readonly exempt?: ValidationExemption[];

  /**
   * Names of profiles that another app distributes.
   *
   * @default - none
   */
  readonly profiles?: string[];

  /**
   * Also what strict lints have to say.
   *
   * @default false
   */
  readonly strict?: boolean;
}

interface Found {
  readonly rule: Rule;
  readonly resourceName: string;
  readonly manifestPath: string;
  readonly location: string;
}

/** A kind of violation as the CLI's report shows it. */
interface Rule {
  readonly name: string;
  readonly recommendation: string;
  readonly fix: string;
  /** Whether it fails the validation. */
  readonly fails: boolean;
}

const UNCONFINED: Rule = {
  name: 'unconfined-workload',
  recommendation: 'Every container should name an AppArmor profile.',
  fix: 'Confine it with Confinement.of(app).byDefault(profile), or list it with a reason under "exempt".',
  fails: true,
};
const MISSING: Rule = {
  name: 'missing-bundle',
  recommendation: 'Every profile that pods name should be distributed to the nodes.',
  fix: 'Add the profile to an AppArmorProfileBundle of the app, or list its name under "profiles" if another app distributes it.',
  fails: true,
};

const REFUSED: Rule = {
  name: 'refused-by-the-api-server',
  recommendation: 'What a pod says about AppArmor should be what an API server takes.',
  fix: 'Correct it where it is written; the location is in the API server\'s own words.',
  fails: true,
};
const UNREACHED: Rule = {
  name: 'unreached-template',
  recommendation: 'Pods that a custom resource\'s controller makes should name an AppArmor profile too.',
  fix: 'Write the profile into its template, where its controller takes one, or list it with a reason under "exempt": Confinement leaves custom resources alone.',
  fails: false,
};

/** What profiles of a bundle are called on the node, which a profile that the nodes bring hardly is. */
const DISTRIBUTED = /^[A-Za-z0-9][A-Za-z0-9._-]*\.[0-9a-f]{8}$/;

/**
 * A validation of cdk8s-cli: finds unconfined workloads, pods in custom resources, profiles that nobody distributes, what an API server refuses
 * in a pod's AppArmor fields and annotations, and what lints say of the distributed profiles.
 *
 * In cdk8s.yaml: `validations: [{ package: ./node_modules/k8s-apparmor, class: ConfinementValidation, version: 1.0.0 }]`.
 */
export class ConfinementValidation {
  private readonly props: ConfinementValidationProps;

  /** @throws if an exemption gives no reason */
  constructor(props: ConfinementValidationProps = {}) {
    for (const { reason, ...selected } of props.exempt ?? []) {
      if (typeof reason === 'string' && reason.trim() !== '') continue;
      throw new Error(`The exemption of ${JSON.stringify(selected)} in cdk8s.yaml has no reason: say why it runs without a profile.`);
    }
    this.props = props;
  }

  /**
   * What the CLI calls.
   *
   * @param context its ValidationContext: manifests, and the report to fill
   */
  public async validate(context: any): Promise<void> {
    const manifests = (context.manifests as string[]).map((path) => ({ path, objects: objectsOf(context.parseManifest(path)) }));
    const distributed = new Map(manifests.flatMap(({ path, objects }) => objects.flatMap((object) => profilesIn(object)
      .map(([name, text]) => [name, { path, object, text }] as const))));
    const known = new Set([...distributed.keys(), ...this.props.profiles ?? []]);
    const found = [
      ...manifests.flatMap(({ path, objects }) => objects.flatMap((object) => this.judge(object, path, known))),
      ...[...distributed].flatMap(([name, { path, object, text }]) => this.lints(name, text, nameOf(object), path)),
    ];
    report(context.report, found);
  }

  private judge(object: JsonObject, manifestPath: string, known: ReadonlySet<string>): Found[] {
    const workloads = podTemplates(object).filter(({ workload }) => !isLoader(workload) && !this.isExempt(workload))
      .map(({ template, workload }) => ({ of: workload, faults: [...refusalsOf(template, workload), ...faultsOf(template, known)] }));
    const foreign = foreignTemplates(object).filter((one) => !this.isExempt(one)).map((one) => ({ of: one, faults: unreachedIn(one) }));
    return [...workloads, ...foreign].flatMap(({ of: { kind, name }, faults }) => faults
      .map(({ rule, location }) => ({ rule, location, manifestPath, resourceName: `${kind}/${name ?? ''}` })));
  }

  private isExempt(workload: Pick<Workload, 'kind' | 'name' | 'namespace'>): boolean {
    const meets = (wanted: string | undefined, value: string | undefined) => wanted === undefined || wanted === value;
    return (this.props.exempt ?? []).some((one) => meets(one.kind, workload.kind) && meets(one.name, workload.name)
      && meets(one.namespace, workload.namespace));
  }

  private lints(name: string, text: string, resourceName: string, manifestPath: string): Found[] {
    return lintProfile(name, text, { strict: this.props.strict }).map(({ id, level, message, help, line }) => ({
      rule: { name: `lint-${id}`, recommendation: message, fix: help, fails: level === 'error' },
      resourceName,
      manifestPath,
      location: `data["${name}"] line ${line}`,
    }));
  }
}

/** The loader cannot be held by what it loads. */
function isLoader({ kind, podLabels }: Workload): boolean {
  return kind === 'DaemonSet' && entryOf(podLabels, 'app.kubernetes.io/name') === 'k8s-apparmor-loader';
}

interface Fault {
  readonly rule: Rule;
  readonly location: string;
}

function refusalsOf(template: PodTemplate, { kind }: Workload): Fault[] {
  return admitPod(template, kind === 'Pod', FIRST_WITH_FIELDS).errors.map((location) => ({ rule: REFUSED, location }));
}

function unreachedIn({ path, template }: ForeignTemplate): Fault[] {
  if (isWindows(template)) return [];
  return effectiveProfiles(template).filter(({ profile }) => !profile || profile.type === 'Unconfined').map(({ container, profile }) => ({
    rule: UNREACHED,
    location: `${path === '' ? '' : `${path}.`}spec.${container.list}[${container.index}] (${container.name}): ${profile?.type ?? 'no profile'}`,
  }));
}

function faultsOf(template: PodTemplate, known: ReadonlySet<string>): Fault[] {
  if (isWindows(template)) return [];
  return effectiveProfiles(template).flatMap(({ container, profile }) => {
    const location = `${container.list}[${container.index}] (${container.name}): `;
    if (!profile) return [{ rule: UNCONFINED, location: `${location}no profile` }];
    if (profile.type === 'Unconfined') return [{ rule: UNCONFINED, location: `${location}Unconfined` }];
    const name = profile.localhostProfile;
    const missing = name !== undefined && DISTRIBUTED.test(name) && !known.has(name);
    return missing ? [{ rule: MISSING, location: `${location}${name}` }] : [];
  });
}

/** Findings of one rule are one violation, as the CLI's report wants it. */
function report(target: any, found: readonly Found[]): void {
  const key = ({ rule }: Found) => JSON.stringify(rule);
  for (const rule of [...new Set(found.map(key))]) {
    const same = found.filter((one) => key(one) === rule);
    const { name, recommendation, fix } = same[0].rule;
    const places = new Map<string, Found[]>();
    same.forEach((one) => places.set(`${one.manifestPath} ${one.resourceName}`, [...places.get(`${one.manifestPath} ${one.resourceName}`) ?? [], one]));
    target.addViolation({
      ruleName: name,
      recommendation,
      fix,
      violatingResources: [...places.values()].map((all) => ({
        resourceName: all[0].resourceName, manifestPath: all[0].manifestPath, locations: all.map(({ location }) => location),
      })),
    });
  }
  target.submit(found.some(({ rule }) => rule.fails) ? 'failure' : 'success');
}

function objectsOf(documents: readonly unknown[]): JsonObject[] {
  return documents.map(objectOf).filter((object): object is JsonObject => object !== undefined);
}

/** The profiles that a ConfigMap of a bundle carries. */
function profilesIn(object: JsonObject): (readonly [string, string])[] {
  const ours = entryOf(objectAt(object, ['metadata', 'labels']), 'app.kubernetes.io/name') === 'k8s-apparmor';
  if (entryOf(object, 'kind') !== 'ConfigMap' || !ours) return [];
  return Object.entries(objectAt(object, ['data']) ?? {})
    .flatMap(([name, text]) => DISTRIBUTED.test(name) && typeof text === 'string' ? [[name, text] as const] : []);
}

function nameOf(object: JsonObject): string {
  return `ConfigMap/${stringOf(entryOf(objectAt(object, ['metadata']), 'name')) ?? ''}`;
}
