import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { type CliCommand, type CommandIo, examples, EXIT, UserError } from './command';
import { readLogs, sourceOption } from './log-input';
import { type AccessRow, type FindingRow, type ProfileRow, type ReportModel, Timeline } from './report/model';
import { reportPage } from './report/page';
import { readStatus } from './report/status';
import { tallySentences } from './tally-text';
import { SourceText } from '../diagnostics';
import { type FlatProfile, parseProfileText, resolve } from '../language';
import { emptyTally, exampleOf, Findings, isCalled, SOURCE_NAMES, subjectName } from '../learn';
import { type Finding as LintFinding, lintTree } from '../lint';
import type { StatusReport } from '../manifests/status';

interface Options {
  readonly profile: readonly string[];
  readonly source?: string;
  readonly status?: string;
  readonly title: string;
  readonly base: string;
  readonly output?: string;
}

/** `k8s-apparmor report`: profiles, their lints and what was denied, as one HTML page. */
export const command: CliCommand = { configure, run };

function configure(program: Command): void {
  program
    .argument('[log...]', 'logs, gzip too; - for standard input')
    .option('--profile <file>', 'a file of profiles; can be repeated', (file: string, files: string[]) => [...files, file], [])
    .option('--source <name>', `read only this kind of line: ${SOURCE_NAMES.join(', ')} (default: told by the content)`)
    .option('--status <file>', 'what k8s-apparmor status --format json wrote: how the pods of a cluster are confined')
    .option('--title <text>', 'the page\'s title', 'AppArmor report')
    .option('--base <dir>', 'folder of abstractions, tunables and abi', '/etc/apparmor.d')
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
      sink: (seen, time) => {
        findings.add(seen, time);
        if (seen.accesses.length > 0) {
          timeline.add(time, seen.record.event === 'DENIED' || seen.record.event === 'KILLED');
        }
      },
    }, io);
  } else if (options.profile.length === 0 && options.status === undefined) {
    throw new UserError('there is nothing to report; name logs, profiles by --profile FILE, or a status by --status FILE');
  }
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
    notes: tallySentences(tally),
  };
  const page = reportPage(model);
  if (options.output === undefined) {
    io.stdout.write(page);
  } else {
    writeFileSync(options.output, page);
    io.stderr.write(`wrote ${options.output}\n`);
  }
  return EXIT.FINE;
}

interface ReadProfile {
  readonly name: string;
  readonly flat: FlatProfile;
  readonly file: string;
  readonly findings: readonly LintFinding[];
}

function statusIn(file: string): StatusReport {
  const status = readStatus(readText(file));
  if (status === undefined) {
    throw new UserError(`${file} is no status; write one by k8s-apparmor status --format json`);
  }
  return status;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(`cannot read ${file}: ${code === 'ENOENT' ? 'there is no such file' : code}`);
  }
}

function readProfiles(file: string, base: string): { profiles: readonly ReadProfile[]; rows: readonly FindingRow[] } {
  const text = readText(file);
  const { tree } = parseProfileText(text, { fileName: file });
  const source = tree.layout?.source ?? new SourceText(file, text);
  const findings = lintTree(source, tree);
  const rows = findings.map((finding): FindingRow => {
    const { line, column } = finding.source.position(finding.range.start);
    return { level: finding.level, id: finding.id, place: `${file}:${line}:${column}`, message: finding.message, help: finding.help };
  });
  const profiles = resolve(tree, { base }).profiles.map((flat): ReadProfile => {
    const { start, end } = flat.node.layout ?? { start: 0, end: 0 };
    return { name: flat.fullName, flat, file, findings: findings.filter(({ range }) => range.start >= start && range.start < end) };
  });
  return { profiles, rows };
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
  const named = [...new Set(accesses.map(({ profile }) => profile))].filter((name) => !given.some((profile) => isOf(name, profile.name)));
  const count = (rows: readonly AccessRow[]) => ({
    denied: rows.reduce((sum, { denied }) => sum + denied, 0),
    seen: rows.reduce((sum, { seen }) => sum + seen, 0),
    last: rows.filter(({ denied }) => denied > 0).reduce((latest, { last }) => Math.max(latest, last), 0),
  });
  return [
    ...given.map(({ name, flat, file, findings }): ProfileRow => ({
      name, mode: flat.mode, rules: flat.rules.length, file, findings: byLevel(findings), ...count(accesses.filter((row) => isOf(row.profile, name))),
    })),
    ...named.map((name): ProfileRow => ({ name, mode: 'unknown', rules: 0, file: '', findings: {}, ...count(accesses.filter(({ profile }) => profile === name)) })),
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
