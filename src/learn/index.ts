/*
 * From logs to profiles, for other folders:
 *
 *   openSource(name | undefined, outlets) → Reader     reads one stream of log lines
 */
export { type EventKind, type EventRecord, type Observation, type PrintedEvent, printedEvent, type Workload } from './event';
export { openSource, type Outlets } from './sources/open';
export { SOURCE_NAMES, type SourceName, SOURCES } from './sources/registry';
export { emptyTally, type Sink, type Tally } from './sources/source';
export type { OperatorEntry, OperatorProfile } from './sources/security-profiles-operator';
export { type AmendedFile, amend, profilesIn, readForAmending } from './amend';
export { isCalled, type Subject, subjectName, type Unattributed } from './attribution';
export { explanation } from './explain';
export { type Finding, Findings, type SubjectFindings } from './findings';
export { STEPS } from './generalise';
export type { Evidence } from './generalise/entry';
export { STRICTNESSES, type Strictness } from './generalise/step';
export { type KnownAccesses, PolicyKnowledge } from './known';
export { operatorObject, type OperatorExport } from './operator-export';
export { operatorSuggestions } from './operator-import';
export { printProfiles } from './print-profile';
export { printTypeScript } from './print-typescript';
export { exampleOf, type Need, type Unwritable } from './rules-from-accesses';
export { suggest, type Suggestions } from './suggest';
export { readSummaryLine, writeSummary } from './summary';
