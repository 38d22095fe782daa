import { once } from 'node:events';
import type { Command } from 'commander';
import { type CliCommand, type CommandIo, examples, EXIT, UserError } from './command';
import { readLogs, sourceOption } from './log-input';
import { nothingFound, tallySentences } from './tally-text';
import { visible } from '../diagnostics';
import { emptyTally, type Observation, type OperatorEntry, type OperatorProfile, printedEvent, type Sink, SOURCE_NAMES } from '../learn';

/** `k8s-apparmor events`: each record of a log as a JSON object. */
export const command: CliCommand = { configure, run };

function configure(program: Command): void {
  program
    .argument('[file...]', 'logs, gzip too; - or none for standard input')
    .option('--source <name>', `read only this kind of line: ${SOURCE_NAMES.join(', ')} (default: told by the content)`)
    .option('--format <format>', 'json, the only one', 'json');
  examples(program, [
    ['k8s-apparmor events /var/log/audit/audit.log', 'one JSON object a record'],
    ['journalctl -o json _TRANSPORT=audit | k8s-apparmor events', 'the journal\'s own copy, which loses less than the kernel\'s log'],
    ['k8s-apparmor events --source tetragon tetragon.log.gz', 'only the lines of one source'],
  ]);
}

async function run(files: string[], options: { source?: string; format: string }, io: CommandIo): Promise<number> {
  const source = sourceOption(options.source);
  if (options.format !== 'json') {
    throw new UserError(`there is no format '${options.format}'; use json (\`k8s-apparmor explain\` says in words what was denied)`);
  }
  const printer = new LinePrinter(io);
  const tally = emptyTally();
  const sink: Sink = (seen, time, serial, pid, times) => printer.print(eventLine(seen, { time, serial, pid, times }));
  let profiles = 0;
  const profile = (found: OperatorProfile) => {
    profiles++;
    found.entries.forEach((entry) => printer.print(profileLine(found, entry)));
  };
  await readLogs({ files, source, drained: () => printer.drained() }, { sink, profile, tally }, io);
  await printer.drained();
  const nothing = profiles === 0 ? nothingFound(tally, files) : undefined;
  for (const sentence of [...tallySentences(tally), ...(nothing === undefined ? [] : [nothing])]) {
    io.stderr.write(`k8s-apparmor events: ${sentence}\n`);
  }
  return EXIT.FINE;
}

/** What differs between equal records; negative where it is not known. */
interface Occurrence {
  readonly time: number;
  readonly serial: number;
  readonly pid: number;
  /** How often, where a line stands for more than one record. */
  readonly times?: number;
}

function eventLine(seen: Observation, { time, serial, pid, times }: Occurrence): string {
  const { record } = seen;
  const event = printedEvent({
    ...seen,
    record: { ...record, ...(pid >= 0 && { pid }), ...(time >= 0 && { time }), ...(serial >= 0 && { serial }) },
  });
  return visible(JSON.stringify(times === undefined ? event : { ...event, count: times }));
}

/** What a recorded profile gives, as events of its own. */
function profileLine({ name }: OperatorProfile, { access }: OperatorEntry): string {
  return visible(JSON.stringify({ event: 'ALLOWED', operation: 'recorded', profile: name, ...('path' in access && { name: access.path }), access }));
}

/** Collects lines, so that there is one write for many. */
class LinePrinter {
  private lines: string[] = [];
  private blocked = false;

  constructor(private readonly io: CommandIo) {}

  public print(line: string): void {
    this.lines.push(line);
    if (this.lines.length >= 1000) {
      this.flush();
    }
  }

  /** Resolves when the reader has taken what was printed. */
  public async drained(): Promise<void> {
    this.flush();
    if (this.blocked) {
      this.blocked = false;
      await once(this.io.stdout, 'drain');
    }
  }

  private flush(): void {
    if (this.lines.length > 0) {
      this.blocked = !this.io.stdout.write(`${this.lines.join('\n')}\n`) || this.blocked;
      this.lines = [];
    }
  }
}
