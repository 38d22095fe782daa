import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { type CliCommand, type CommandIo, examples, EXIT, UserError } from './command';
import { readLogs, sourceOption } from './log-input';
import { otherKind, readProfile, requireFolders } from './profile-input';
import { type AccessRow, type FindingRow, type ProfileRow, type ReportModel, Timeline } from './report/model';
import { reportPage } from './report/page';
import { readStatus } from './report/status';
import { nothingFound, tallySentences } from './tally-text';
import { hasErrors } from '../diagnostics';
import { type FlatProfile, parseProfileText, resolve } from '../language';
import { emptyTally, exampleOf, Findings, isCalled, SOURCE_NAMES, subjectName, type Tally } from '../learn';
import { type Finding as LintFinding, lintText } from '../lint';
import type { StatusReport } from '../manifests/status';

interface Options {
  readonly profile: readonly string[];
  readonly source?: string;
  readonly status?: string;
  readonly title: string;
  readonly base: string;
  readonly output?: string;
}

const DEFAULT_BASE = '/etc/apparmor.d';

/** `k8s-apparmor report`: profiles, their lints and what was denied, as one HTML page. */
export const command: CliCommand = { configure, run };

function configure(program: Command): void {
  program
    .argument('[log...]', 'logs, gzip too; - for standard input')
    .option('--profile <file>', 'a file of profiles; can be repeated', (file: string, files: string[]) => [...files, file], [])
    .option('--source <name>', `read only this kind of line: ${SOURCE_NAMES.join(', ')} (default: told by the content)`)
    .option('--status <file>', 'what k8s-apparmor status --format json wrote: how the pods of a cluster are confined')
    .option('--title <text>', 'the page\'s title', 'AppArmor report')
    .option('--base <dir>', 'folder of abstractions, tunables and abi', DEFAULT_BASE)
    .option('-o, --output <file>', 'write to a file instead of standard output');
  examples(program, [
    ['k8s-apparmor report --profile web.profile /var/log/audit/audit.log -o report.html', 'a page that needs nothing beside itself'],
    ['kubectl logs -n k8s-apparmor-denial-log -l app.kubernetes.io/name=k8s-apparmor-denial-log --tail=-1 | k8s-apparmor report - -o report.html', 'from a whole cluster'],
    ['k8s-apparmor status --format json > status.json; k8s-apparmor report --status status.json -o report.html', 'what runs confined, and what should and does not'],
  ]);
}

async function run(logs: string[], options: Options, io: CommandIo): Promise<number> {
  const [findings, tally, timeline] = [new Findings(), emptyTally(), new Timeline()];
  if (logs.length > 0) {
    await readLogs({ files: logs, source: sourceOption(options.source) }, {
      tally,
      profile: () => undefined,
      sink: (seen, time, _serial, _pid, times = 1) => {
        findings.addTimes(seen, times, time, time);
        if (seen.accesses.length > 0) {
          timeline.add(time, seen.record.event === 'DENIED' || seen.record.event === 'KILLED', times);
        }
      },
    }, io);
  } else if (options.profile.length === 0 && options.status === undefined) {
    throw new UserError('there is nothing to report; name logs, profiles by --profile FILE, or a status by --status FILE');
  }
  requireFolders('--base', options.base === DEFAULT_BASE ? [] : [options.base]);
  const read = options.profile.map((file) => readProfiles(file, options.base));
  const accesses = accessRows(findings);
  const model: ReportModel = {
    title: options.title,
    made: `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    profiles: profileRows(read.flatMap(({ profiles }) => profiles), accesses),
    accesses,
    findings: read.flatMap(({ rows }) => rows),
    times: timeline.spread(120),
    ...(options.status !== undefined && { status: statusIn(options.status) }),
    notes: [...tallySentences(tally), ...notesOf(logs, tally), ...read.flatMap(({ notes }) => notes)],
  };
  model.notes.forEach((note) => io.stderr.write(`k8s-apparmor report: ${note}\n`));
  const page = reportPage(model);
  if (options.output === undefined) {
    io.stdout.write(page);
  } else {
    writeFileSync(options.output, page);
    io.stderr.write(`wrote ${options.output}\n`);
  }
  return EXIT.FINE;
}

function notesOf(logs: readonly string[], tally: Tally): string[] {
  const nothing = logs.length === 0 ? undefined : nothingFound(tally, logs);
  return nothing === undefined ? [] : [nothing];
}

interface ReadFile {
  readonly profiles: readonly ReadProfile[];
  readonly rows: readonly FindingRow[];
  /** What a reader of the page must know of the file. */
  readonly notes: readonly string[];
}

interface ReadProfile {
  readonly name: string;
  readonly flat: FlatProfile;
  readonly file: string;
  readonly findings: readonly LintFinding[];
}

function statusIn(file: string): StatusReport {
  const status = readStatus(readProfile(file));
  if (status === undefined) {
    throw new UserError(`${file} is no status; write one by k8s-apparmor status --format json`);
  }
  return status;
}

function readProfiles(file: string, base: string): ReadFile {
  const text = readProfile(file);
  const findings = lintText(text, file);
  const rows = findings.map((finding): FindingRow => {
    const { line, column } = finding.source.position(finding.range.start);
    return { level: finding.level, id: finding.id, place: `${file}:${line}:${column}`, message: finding.message, help: finding.help };
  });
  const { tree, diagnostics } = parseProfileText(text, { fileName: file });
  const profiles = resolve(tree, { base }).profiles.map((flat): ReadProfile => {
    const { start, end } = flat.node.layout ?? { start: 0, end: 0 };
    return { name: flat.fullName, flat, file, findings: findings.filter(({ range }) => range.start >= start && range.start < end) };
  });
  const fault = hasErrors(diagnostics) ? otherKind({ name: file, text }) ?? `${file} has errors, so no node loads it as it is`
    : profiles.length === 0 ? `${file} holds no profile` : undefined;
  return { profiles, rows, notes: fault === undefined ? [] : [fault] };
}

function accessRows({ subjects }: Findings): AccessRow[] {
  const all = [...subjects.values()].flatMap(({ subject, findings }) => [...findings.values()].map((finding) => ({ subject, ...finding })));
  const rows = all.map(({ subject, access, denied, seen, first, last, comms, places }): AccessRow => ({
    profile: subjectName(subject),
    kind: access.class,
    object: exampleOf(access),
    how: 'mask' in access ? access.mask : '',
    denied,
    seen,
    first,
    last,
    places,
    comms,
  }));
  return rows.sort((one, other) => other.denied - one.denied || other.seen - one.seen || (one.object < other.object ? -1 : 1));
}

/** The profiles that were given, then those that only logs name. */
function profileRows(given: readonly ReadProfile[], accesses: readonly AccessRow[]): ProfileRow[] {
  const byName = new Map<string, AccessRow[]>();
  for (const row of accesses) {
    const rows = byName.get(row.profile);
    if (rows === undefined) {
      byName.set(row.profile, [row]);
    } else {
      rows.push(row);
    }
  }
  const named = [...byName].filter(([name]) => !given.some((profile) => isOf(name, profile.name)));
  const count = (rows: readonly AccessRow[]) => ({
    denied: rows.reduce((sum, { denied }) => sum + denied, 0),
    seen: rows.reduce((sum, { seen }) => sum + seen, 0),
    last: rows.filter(({ denied }) => denied > 0).reduce((latest, { last }) => Math.max(latest, last), 0),
  });
  return [
    ...given.map(({ name, flat, file, findings }): ProfileRow => ({
      name, mode: flat.mode, rules: flat.rules.length, file, findings: byLevel(findings), ...count(accesses.filter((row) => isOf(row.profile, name))),
    })),
    ...named.map(([name, rows]): ProfileRow => ({ name, mode: 'unknown', rules: 0, file: '', findings: {}, ...count(rows) })),
  ];
}

/** Children count with their parent. */
function isOf(recorded: string, name: string): boolean {
  return isCalled(recorded.split('//')[0]!, name) || recorded === name;
}

function byLevel(findings: readonly LintFinding[]): ProfileRow['findings'] {
  const counts: Record<string, number> = {};
  findings.forEach(({ level }) => { counts[level] = (counts[level] ?? 0) + 1; });
  return counts;
}
