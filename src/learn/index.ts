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
