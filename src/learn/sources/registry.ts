import { denialLog } from './denial-log';
import { falco } from './falco';
import { inspektorGadget } from './inspektor-gadget';
import { journald } from './journald';
import { kubearmor } from './kubearmor';
import type { ObjectSource } from './source';
import { tetragon } from './tetragon';

/** A source as a user names it. */
export interface SourceEntry {
  readonly summary: string;
  /** For sources that write one JSON object a line. */
  readonly objects?: ObjectSource;
}

/**
 * The sources by name. The first three carry the kernel's own records and are read alike. Adding a source of JSON lines is
 * its file and its line here.
 */
export const SOURCES = {
  'kernel': { summary: 'AppArmor records in dmesg, kern.log, syslog' },
  'auditd': { summary: 'audit.log, raw or enriched' },
  'journald': { summary: 'journalctl in any form: short, json, export', objects: journald },
  'denial-log': { summary: 'JSON lines of a DenialLog', objects: denialLog },
  'tetragon': { summary: 'JSON events of Tetragon', objects: tetragon },
  'falco': { summary: 'JSON alerts of Falco', objects: falco },
  'inspektor-gadget': { summary: 'JSON events of Inspektor Gadget', objects: inspektorGadget },
  'kubearmor': { summary: 'JSON logs of KubeArmor', objects: kubearmor },
  'security-profiles-operator': { summary: 'AppArmorProfile objects, YAML or JSON' },
} as const satisfies Readonly<Record<string, SourceEntry>>;

export type SourceName = keyof typeof SOURCES;

export const SOURCE_NAMES = Object.keys(SOURCES) as SourceName[];

/** Those that write JSON lines, by name. */
export const OBJECT_SOURCES: ReadonlyArray<readonly [SourceName, ObjectSource]> = SOURCE_NAMES.flatMap((name) => {
  const entry: SourceEntry = SOURCES[name];
  return entry.objects === undefined ? [] : [[name, entry.objects] as const];
});
