import type { EventRecord, Workload } from './event';

/** Which profile a finding is about. */
export interface Subject {
  /** Policy namespace; absent: the root. */
  readonly namespace?: string;
  /** The profile and, behind it, its child profiles and hats down to the one that is meant. */
  readonly names: readonly string[];
}

/** Why nothing can be learnt from a record. */
export type Unattributed =
  | 'unconfined' | 'complain mode of no profile' | 'no profile' | 'container runtime' | 'policy change' | 'incomplete' | 'no access' | 'another profile'
  | 'disconnected path' | 'program';

/** `parent//child`, with the namespace as AppArmor writes it. */
export function subjectName({ namespace, names }: Subject): string {
  return `${namespace === undefined ? '' : `:${namespace}:`}${names.join('//')}`;
}

/**
 * The profiles that a record is about: each confined part of a stack (the kernel asks all of them), with learning children
 * (`web//null-/bin/sh`) folded into the profile that they came from, since a rule `ix` keeps the program there.
 *
 * Names that the loader gives (`k8s-apparmor.web.1a2b3c4d`) are called by the profile's own name (`web`).
 */
export function subjectsOf(record: EventRecord, workload: Workload | undefined): readonly Subject[] | Unattributed {
  const { profile, namespace, execpath } = record;
  if (profile === undefined) {
    const name = workloadName(workload);
    return name === undefined ? 'no profile' : [{ names: [name] }];
  }
  const labels = profile.split('//&').map((label) => subjectOf(label, namespace));
  const confined = labels.filter((subject) => typeof subject !== 'string');
  if (confined.length > 0) {
    return confined;
  }
  // Only here does the kernel name the program of an unconfined process.
  return execpath !== undefined && labels[0] === 'unconfined' ? [{ names: [execpath] }] : labels[0] as Unattributed;
}

function subjectOf(label: string, namespace: string | undefined): Subject | Unattributed {
  const scoped = /^:([^:]+):(?:\/\/)?(.*)$/s.exec(label);
  const [space, name] = scoped === null ? [namespace, label] : [scoped[1], scoped[2]!];
  if (name === 'unconfined' || name === '') {
    return 'unconfined';
  }
  if (name.startsWith('null-')) {
    return 'complain mode of no profile';
  }
  const own = withoutLearningChildren(name);
  const names = splitName(own).map(withoutHash);
  return names.length === 0 ? 'no profile' : { ...(space !== undefined && space !== '' && space !== 'root' && { namespace: space }), names };
}

/** `web//null-/bin/sh//null-/bin/id` is `web`. */
export function withoutLearningChildren(name: string): string {
  const at = name.indexOf('//null-');
  return at < 0 ? name : name.slice(0, at);
}

/** Splits at `//`; a child's name may begin with `/` itself, and then there are three. */
function splitName(name: string): string[] {
  const names: string[] = [];
  let start = 0;
  for (let at = name.indexOf('//', 1); at > 0; at = name.indexOf('//', start + 1)) {
    names.push(name.slice(start, at));
    start = at + 2;
  }
  return [...names, name.slice(start)].filter((part) => part !== '');
}

/** `PREFIX.NAME.HASH`, where the prefix is the loader's own. */
const LOADED = /^k8s-apparmor\.(.+)\.[0-9a-f]{8}$/;

function withoutHash(name: string): string {
  return LOADED.exec(name)?.[1] ?? name;
}

/** Whether a name in a record is that of the profile, by itself or as loaded under any prefix. */
export function isCalled(recorded: string, name: string): boolean {
  return recorded === name || new RegExp(
    `^[A-Za-z0-9][A-Za-z0-9_-]*\\.${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\.[0-9a-f]{8}$`,
  ).test(recorded);
}

/** What a workload's profile is called where no record names one: the owner, and the container where that is another word. */
function workloadName(workload: Workload | undefined): string | undefined {
  const { owner, container, pod } = workload ?? {};
  const name = owner?.split('/').at(-1) ?? (container === undefined ? pod : undefined);
  return [name, container].filter((part, index, all) => part !== undefined && all.indexOf(part) === index).join('-') || undefined;
}
