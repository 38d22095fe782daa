import { type Subject } from './attribution';
import { count, type Findings, keepFew } from './findings';
import { AccessError, readAccess } from '../decide';
import type { Access } from '../rules/access';
import { isObject } from './sources/json-values';
import { withOwnNumber } from './sources/own-number';

/**
 * What a node learnt, to be sent instead of its logs: one JSON object a line, a head and then the distinct accesses. Summaries
 * can be joined in any order and any number of times over; joining is the same as learning from all logs at once.
 */
const HEAD = { kind: 'k8s-apparmor-summary', version: 1 } as const;

/** One line of a summary. */
interface Line {
  readonly namespace?: string;
  readonly profile: readonly string[];
  readonly access: Access;
  readonly made?: boolean;
  readonly removed?: boolean;
  readonly ownNumbers?: readonly number[];
  readonly denied: number;
  readonly seen: number;
  readonly audited?: number;
  readonly first: number;
  readonly last: number;
  readonly comms: readonly string[];
  readonly places: readonly string[];
}

/** The same for the same findings, in whatever order they came. */
export function* writeSummary(findings: Findings): Generator<string> {
  yield JSON.stringify(HEAD);
  for (const name of [...findings.subjects.keys()].sort()) {
    const { subject, findings: ofSubject } = findings.subjects.get(name)!;
    for (const key of [...ofSubject.keys()].sort()) {
      const { access, isMade, isRemoved, ownNumbers, denied, seen, audited, first, last, comms, places } = ofSubject.get(key)!;
      const line: Line = {
        ...(subject.namespace !== undefined && { namespace: subject.namespace }),
        profile: subject.names,
        access,
        ...(isMade && { made: true }),
        ...(isRemoved && { removed: true }),
        ...(ownNumbers !== undefined && { ownNumbers }),
        denied,
        seen,
        ...(audited > 0 && { audited }),
        first,
        last,
        comms,
        places,
      };
      yield JSON.stringify(line);
    }
  }
}

/**
 * Adds a line of a summary to findings.
 *
 * @returns what is wrong with the line, undefined where it was taken
 */
export function readSummaryLine(text: string, findings: Findings): string | undefined {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    return 'it is no JSON';
  }
  if (!isObject(line)) {
    return 'it is no JSON object';
  }
  if (line.kind === HEAD.kind) {
    return line.version === HEAD.version ? undefined : `its version is ${String(line.version)}, and this command reads version ${HEAD.version}`;
  }
  if (!isLine(line)) {
    return 'it is no line of a summary';
  }
  try {
    readAccess(line.access);
  } catch (error) {
    return error instanceof AccessError ? error.message : String(error);
  }
  take(line, findings);
  return undefined;
}

function isLine(line: object): line is Line {
  const { namespace = '', profile, ownNumbers = [], denied, seen, audited = 0, first, last, comms, places } = line as Partial<Line>;
  return typeof namespace === 'string' && isTexts(profile) && profile.length > 0
    && [denied, seen, audited, first, last].every((number) => typeof number === 'number' && Number.isFinite(number) && number >= 0)
    && isTexts(comms) && isTexts(places) && Array.isArray(ownNumbers) && ownNumbers.every((number) => Number.isSafeInteger(number) && number > 9);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

function take(line: Line, findings: Findings): void {
  const { namespace, profile, access, ownNumbers, denied, seen, audited = 0, first, last, comms, places } = line;
  const asked: Subject = { ...(namespace !== undefined && { namespace }), names: profile };
  const subject = findings.named(asked);
  if (subject === undefined) {
    findings.passOver([asked]);
    findings.unattributed.set('another profile', (findings.unattributed.get('another profile') ?? 0) + denied + seen);
    return;
  }
  const finding = findings.finding(subject, access);
  finding.isMade ||= line.made === true;
  finding.isRemoved ||= line.removed === true;
  finding.ownNumbers = ownNumbers === undefined ? finding.ownNumbers : ownNumbers.reduce(withOwnNumber, finding.ownNumbers);
  count(finding, { denied, seen, audited, first, last });
  finding.comms = comms.reduce(keepFew, finding.comms);
  finding.places = places.reduce(keepFew, finding.places);
}
