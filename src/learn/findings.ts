import { isCalled, type Subject, subjectName, subjectsOf, type Unattributed, withoutLearningChildren } from './attribution';
import type { EventRecord, Observation, Workload } from './event';
import type { Access } from '../rules/access';
import { withOwnNumber } from './sources/own-number';
import { isFailedLookup } from './sources/record-access';

/** One access of one profile, and how often and when it was seen. */
export interface Finding {
  readonly access: Access;
  /** Whether a record tells that the file was made, or removed. */
  isMade: boolean;
  isRemoved: boolean;
  /** Own ids of processes that the name of the file held, in order. */
  ownNumbers?: readonly number[];
  /** How often it was refused, and how often it went through (complain mode, audit, observed behaviour). */
  denied: number;
  seen: number;
  /** Of `seen`, how often only an `audit` rule, or the kernel by itself, reported it. */
  audited: number;
  /** Seconds since 1970, 0 where no record has a time. */
  first: number;
  last: number;
  /** Names of threads, a few, in the order of their text. */
  comms: readonly string[];
  /** `namespace/pod/container` or the node, a few. */
  places: readonly string[];
}

/** What was seen of one profile. */
export interface SubjectFindings {
  readonly subject: Subject;
  readonly findings: Map<string, Finding>;
}

/** All that was learnt from logs, by profile. Its size is that of the distinct accesses, not of the logs. */
export class Findings {
  public readonly subjects = new Map<string, SubjectFindings>();
  /** Records that no profile's rules come from, by reason. */
  public readonly unattributed = new Map<Unattributed, number>();
  /** Names of profiles that were not asked for, a few. */
  public readonly others = new Set<string>();
  /** What records with a label are about, by label and namespace: nearly all records share a few. */
  private readonly labels = new Map<string, readonly SubjectFindings[] | Unattributed>();

  /**
   * @param only only this profile; it also gives its name to behaviour that no record names a profile for
   */
  constructor(private readonly only?: string) {}

  /** Takes one more of what a source saw; time in seconds, negative where unknown. */
  public add(seen: Observation, time: number): void {
    this.addTimes(seen, 1, time, time);
  }

  /** Takes so many more of it, seen between two times. */
  public addTimes(seen: Observation, times: number, first: number, last: number): void {
    let { memo } = seen;
    if (memo?.owner !== this) {
      memo = { owner: this, value: this.find(seen) };
      seen.memo = memo;
    }
    const found = memo.value as readonly Finding[] | Unattributed;
    if (typeof found === 'string') {
      this.unattributed.set(found, (this.unattributed.get(found) ?? 0) + times);
      return;
    }
    const { ownNumbers, record: { event } } = seen;
    const refused = event === 'DENIED' || event === 'KILLED';
    for (let at = 0; at < found.length; at++) {
      const finding = found[at]!;
      if (refused) {
        finding.denied += times;
      } else {
        finding.seen += times;
        finding.audited += event === 'AUDIT' ? times : 0;
      }
      span(finding, first, last);
      finding.ownNumbers = ownNumbers === undefined ? finding.ownNumbers : ownNumbers.reduce(withOwnNumber, finding.ownNumbers);
    }
  }

  /** The finding of an access, a new one where it was not seen before. */
  public finding(subject: Subject, access: Access): Finding {
    return findingIn(this.entry(subject), access);
  }

  private entry(subject: Subject): SubjectFindings {
    const name = subjectName(subject);
    let entry = this.subjects.get(name);
    if (entry === undefined) {
      entry = { subject, findings: new Map() };
      this.subjects.set(name, entry);
    }
    return entry;
  }

  /** A subject by the name that is asked for. */
  public named(subject: Subject): Subject | undefined {
    if (this.only === undefined) {
      return subject;
    }
    const [first, ...rest] = subject.names;
    if (isCalled(first!, this.only)) {
      return { ...subject, names: [this.only, ...rest] };
    }
    return subjectName(subject) === this.only ? subject : undefined;
  }

  private find({ record, accesses, workload }: Observation): readonly Finding[] | Unattributed {
    const reason = unusable(record, accesses);
    if (reason !== undefined) {
      return reason;
    }
    const wanted = this.wanted(record, workload);
    if (typeof wanted === 'string') {
      return wanted;
    }
    const found = wanted.flatMap((entry) => accesses.map((access) => findingIn(entry, withPeers(access, record, entry.subject))));
    const place = placeOf(workload);
    const mask = isMask(record.deniedMask) ? record.deniedMask : '';
    const [isMade, isRemoved] = [mask.includes(MADE), mask.includes(REMOVED)];
    for (const finding of found) {
      finding.isMade ||= isMade;
      finding.isRemoved ||= isRemoved;
      finding.comms = keepFew(finding.comms, record.comm);
      finding.places = keepFew(finding.places, place);
    }
    return found;
  }

  /** Where the findings of a record belong. */
  private wanted(record: EventRecord, workload: Workload | undefined): readonly SubjectFindings[] | Unattributed {
    const { profile, namespace = '', execpath } = record;
    if (profile === undefined || execpath !== undefined) {
      return this.wantedOf(this.only !== undefined && profile === undefined ? [{ names: [this.only] }] : subjectsOf(record, workload));
    }
    const label = `${namespace}\0${profile}`;
    let wanted = this.labels.get(label);
    if (wanted === undefined) {
      wanted = this.wantedOf(subjectsOf(record, workload));
      this.labels.set(label, wanted);
    }
    return wanted;
  }

  private wantedOf(subjects: readonly Subject[] | Unattributed): readonly SubjectFindings[] | Unattributed {
    if (typeof subjects === 'string') {
      return subjects;
    }
    const wanted = subjects.map((subject) => this.named(subject)).filter((subject) => subject !== undefined);
    if (wanted.length === 0) {
      this.passOver(subjects);
      return 'another profile';
    }
    return wanted.map((subject) => this.entry(subject));
  }

  /** Remembers the name of a profile that was not asked for: it tells who mistyped one which there are. */
  public passOver(subjects: readonly Subject[]): void {
    for (const subject of subjects) {
      if (this.others.size < FEW) {
        this.others.add(subjectName(subject));
      }
    }
  }
}

function findingIn({ findings }: SubjectFindings, access: Access): Finding {
  const key = accessKey(access);
  let finding = findings.get(key);
  if (finding === undefined) {
    finding = {
      access,
      isMade: false,
      isRemoved: false,
      ownNumbers: undefined,
      denied: 0,
      seen: 0,
      audited: 0,
      first: 0,
      last: 0,
      comms: NOBODY,
      places: NOBODY,
    };
    findings.set(key, finding);
  }
  return finding;
}

const NOBODY: readonly string[] = [];

/** Letters of the kernel's masks that the language has no permission of its own for: create and delete. */
const MADE = 'c';
const REMOVED = 'd';

/** Masks of files are letters, the others are words. */
function isMask(mask: string | undefined): mask is string {
  return mask !== undefined && /^[rwacdlkmx:]+$/.test(mask);
}

const FEW = 5;

function unusable(record: EventRecord, accesses: readonly Access[]): Unattributed | undefined {
  if (record.incomplete) {
    return 'incomplete';
  }
  if (record.fromProgram) {
    return 'program';
  }
  if (record.event === 'STATUS') {
    return 'policy change';
  }
  // Before it becomes the container's program, the runtime uses mounts that have no name there (`/sys/net/…`).
  if (record.comm?.startsWith('runc:[') === true) {
    return 'container runtime';
  }
  if (isFailedLookup(record)) {
    return 'disconnected path';
  }
  return accesses.length === 0 ? 'no access' : undefined;
}

export function accessKey(access: Access): string {
  return JSON.stringify(access);
}

/** Adds what was counted elsewhere. */
export function count(finding: Finding, { denied, seen, audited, first, last }: Pick<Finding, 'denied' | 'seen' | 'audited' | 'first' | 'last'>): void {
  finding.denied += denied;
  finding.seen += seen;
  finding.audited += audited;
  span(finding, first, last);
}

function span(finding: Finding, first: number, last: number): void {
  if (first > 0 && (finding.first === 0 || first < finding.first)) {
    finding.first = first;
  }
  if (last > finding.last) {
    finding.last = last;
  }
}

/** Keeps the least few, in their order, whatever the order in which they come. */
export function keepFew(kept: readonly string[], value: string | undefined): readonly string[] {
  if (value === undefined || (kept.length === FEW && value >= kept[FEW - 1]!) || kept.includes(value)) {
    return kept;
  }
  return kept.length === 0 ? single(value) : [...kept, value].sort().slice(0, FEW);
}

/** The list of one name that came last, again: most findings share it. */
let lastSingle: readonly string[] = [''];

function single(value: string): readonly string[] {
  if (lastSingle[0] !== value) {
    lastSingle = [value];
  }
  return lastSingle;
}

function placeOf(workload: Workload | undefined): string | undefined {
  const { namespace, pod, container, node } = workload ?? {};
  return [namespace, pod, container].filter((part) => part !== undefined).join('/') || node;
}

/** The profile's own label among peers, with `@{profile_name}` in place of a name that changes with each version. */
const OWN = '@{profile_name}';

/**
 * Peers as they will be called: learning children are their parent, and the process' own profile is whatever it will be
 * loaded as.
 */
function withPeers(access: Access, record: EventRecord, { names }: Subject): Access {
  if (!('peer' in access) || access.peer === undefined) {
    return access;
  }
  const peer = withoutLearningChildren(access.peer);
  const [own] = (record.profile ?? '').split('//&');
  const isLoaded = own !== undefined && names[0] !== undefined && own.split('//')[0] !== names[0];
  const stacked = peer.endsWith('//&unconfined');
  const bare = stacked ? peer.slice(0, -'//&unconfined'.length) : peer;
  const renamed = isLoaded && bare === withoutLearningChildren(own!) ? `${OWN}${stacked ? '//&unconfined' : ''}` : peer;
  return renamed === access.peer ? access : { ...access, peer: renamed };
}
