import { once } from 'node:events';
import type { Command } from 'commander';
import { type CliCommand, type CommandIo, examples, EXIT } from './command';
import { readLogs, sourceOption } from './log-input';
import { tallySentences } from './tally-text';
import { emptyTally, type Observation, type OperatorEntry, type OperatorProfile, printedEvent, type Sink, SOURCE_NAMES } from '../learn';

/** `k8s-apparmor events`: each record of a log as a JSON object. */
export const command: CliCommand = { configure, run };

function configure(program: Command): void {
  program
    .argument('[file...]', 'logs, gzip too; - or none for standard input')
    .option('--source <name>', `read only this kind of line: ${SOURCE_NAMES.join(', ')} (default: told by the content)`);
  examples(program, [
    ['k8s-apparmor events /var/log/audit/audit.log', 'one JSON object a record'],
    ['journalctl -o json _TRANSPORT=audit | k8s-apparmor events', 'the journal\'s own copy, which loses less than the kernel\'s log'],
    ['k8s-apparmor events --source tetragon tetragon.log.gz', 'only the lines of one source'],
  ]);
}

async function run(files: string[], options: { source?: string }, io: CommandIo): Promise<number> {
  const source = sourceOption(options.source);
  const printer = new LinePrinter(io);
  const tally = emptyTally();
  const sink: Sink = (seen, time, serial, pid) => printer.print(eventLine(seen, time, serial, pid));
  const profile = (found: OperatorProfile) => found.entries.forEach((entry) => printer.print(profileLine(found, entry)));
  await readLogs({ files, source, drained: () => printer.drained() }, { sink, profile, tally }, io);
  await printer.drained();
  for (const sentence of tallySentences(tally)) {
    io.stderr.write(`k8s-apparmor events: ${sentence}\n`);
  }
  return EXIT.FINE;
}

function eventLine(seen: Observation, time: number, serial: number, pid: number): string {
  const { record } = seen;
  return JSON.stringify(printedEvent({
    ...seen,
    record: { ...record, ...(pid >= 0 && { pid }), ...(time >= 0 && { time }), ...(serial >= 0 && { serial }) },
  }));
}

/** What a recorded profile gives, as events of its own. */
function profileLine({ name }: OperatorProfile, { access }: OperatorEntry): string {
  return JSON.stringify({ event: 'ALLOWED', operation: 'recorded', profile: name, ...('path' in access && { name: access.path }), access });
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
