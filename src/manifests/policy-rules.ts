import { celList, celText } from './policy-expressions';

/** Names of profiles that pods may have. */
export interface AllowedNames {
  /** Profiles that the nodes bring, by exactly this name. */
  readonly exact: readonly string[];
  /** Distributed profiles as `PREFIX.NAME`: every generation, which adds a dot and 8 hex digits, so that a rollback stays possible. */
  readonly generationsOf: readonly string[];
}

/** What a policy demands of containers. */
export interface PolicyDemands {
  /** @default - any name that a runtime can apply */
  readonly names?: AllowedNames;
  /** @default true */
  readonly allowRuntimeDefault?: boolean;
}

/** One demand: which containers break it (`c` is the container, see `policy-expressions.ts`), and what they are told. */
export interface PolicyRule {
  readonly id: string;
  readonly broken: string;
  /** How a container is called in the message. */
  readonly called: string;
  readonly fault: string;
  readonly fix: string;
  /** In place of a message that cannot be made, such as one with a line break in a profile's name. */
  readonly fallback: string;
}

const BY_NAME = 'c[0]';
const WITH_PROFILE = "c[0] + ' (' + c[1] + ')'";
const IS_LOCALHOST = "c[1].startsWith('localhost/')";
const NAME = 'c[1].substring(10)';

/**
 * Names that the API takes and the runtimes misread (see `profile-name.ts`). CRI-O runs a container with the name `unconfined`
 * without any profile, and strips `localhost/` before it looks.
 */
const NO_NAME = [
  `${NAME} in ['', 'unconfined']`, `${NAME}.startsWith('localhost/')`, `${NAME}.startsWith(':')`, `${NAME}.contains('//&')`, `${NAME} != ${NAME}.trim()`,
  `${NAME}.matches(${celText('[\\x00-\\x1f\\x7f]')})`, `size(bytes(${NAME})) > 4095`,
].join(' || ');

/** How many allowed names a message lists. */
const LISTED = 8;

/** @returns the rules in the order in which they are to be told */
export function policyRules(demands: PolicyDemands): PolicyRule[] {
  const runtimeDefault = demands.allowRuntimeDefault ?? true;
  const choice = runtimeDefault ? 'type RuntimeDefault, or Localhost with one of your profiles' : 'type Localhost with one of your profiles';
  return [
    {
      id: 'profile',
      broken: "c[1] == ''",
      called: BY_NAME,
      fault: 'no AppArmor profile for container ',
      fix: `: set securityContext.appArmorProfile of the pod or the container (${choice})`,
      fallback: 'every container needs an AppArmor profile: set securityContext.appArmorProfile',
    },
    {
      id: 'unconfined',
      broken: "c[1] == 'unconfined'",
      called: BY_NAME,
      fault: 'AppArmor type Unconfined for container ',
      fix: `: use ${choice}, or have the workload exempted`,
      fallback: 'AppArmor type Unconfined is not allowed',
    },
    ...runtimeDefault ? [] : [{
      id: 'runtime-default',
      broken: "c[1] == 'runtime/default'",
      called: BY_NAME,
      fault: 'AppArmor type RuntimeDefault for container ',
      fix: `: use ${choice}`,
      fallback: 'AppArmor type RuntimeDefault is not allowed',
    }],
    nameRule(demands.names),
    {
      id: 'privileged',
      broken: "c[2] == 'privileged'",
      called: BY_NAME,
      fault: 'privileged container ',
      fix: ': runtimes run it without its AppArmor profile; remove securityContext.privileged and add the capabilities that it needs, or have the workload exempted',
      fallback: 'privileged containers run without their AppArmor profile',
    },
  ];
}

function nameRule(names: AllowedNames | undefined): PolicyRule {
  const fix = names
    ? `: the profiles that may be used are ${listed([...names.generationsOf.map((name) => `${name}.<hash>`), ...names.exact])}`
    : ': no container runtime can apply a profile of this name; name it as the node lists it in /sys/kernel/security/apparmor/profiles';
  return {
    id: 'name',
    broken: `${IS_LOCALHOST} && (${names ? `!(${allowed(names)})` : NO_NAME})`,
    called: WITH_PROFILE,
    fault: names ? 'AppArmor profile that is none of this cluster\'s for container ' : 'AppArmor profile of an impossible name for container ',
    fix,
    fallback: 'a container names an AppArmor profile that may not be used',
  };
}

function allowed({ exact, generationsOf }: AllowedNames): string {
  const prefixes = celList(generationsOf.map((name) => `${name}.`));
  const generation = `${prefixes}.exists(g, ${NAME}.startsWith(g) && ${NAME}.substring(g.size()).matches('^[0-9a-f]{8}$'))`;
  const parts = [...exact.length > 0 ? [`${NAME} in ${celList(exact)}`] : [], ...generationsOf.length > 0 ? [generation] : []];
  return parts.length > 0 ? parts.join(' || ') : 'false';
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const rest = names.length - LISTED;
  return names.slice(0, LISTED).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

/** The rule as one of a policy's `validations`. */
export function validationOf(rule: PolicyRule, exempt: boolean): Record<string, string> {
  const broken = `variables.containers.filter(c, ${rule.broken})`;
  return {
    expression: `${exempt ? 'variables.exempt || ' : ''}variables.containers.all(c, !(${rule.broken}))`,
    message: rule.fallback,
    messageExpression: `${celText(rule.fault)} + ${broken}.map(c, ${rule.called}).join(', ') + ${celText(rule.fix)}`,
    reason: 'Forbidden',
  };
}
