import { boundedLines, LONGEST_LINE } from './bounded-lines';
import { type CommandIo, UserError } from './command';
import type { LearnOptions } from './learn-options';
import { logChunks, readLogs } from './log-input';
import { OVER_THE_LINE } from './safe-stream';
import { count, nothingFound, tallySentences } from './tally-text';
import { visible } from '../diagnostics';
import { emptyTally, Findings, type OperatorProfile, readSummaryLine, type Tally, type Unattributed } from '../learn';

/** All that the operands say. */
export interface Learnt {
  readonly findings: Findings;
  /** Whole profiles that a source brings. */
  readonly imported: readonly OperatorProfile[];
}

/** Reads logs or summaries, and says on standard error what could not be used. */
export async function collect(files: string[], options: LearnOptions, only: string | undefined, io: CommandIo): Promise<Learnt> {
  const findings = new Findings(options.profile ?? only);
  const tally = emptyTally();
  const imported: OperatorProfile[] = [];
  if (options.merge) {
    await readSummaries(files, findings, io);
  } else {
    const progress = new Progress(tally, findings, io);
    const stop = options.follow ? interrupted() : undefined;
    await readLogs(
      { files, source: options.source, follow: stop, progress: (bytes) => progress.show(bytes) },
      {
        sink: (seen, time, _serial, _pid, times = 1) => findings.addTimes(seen, times, time, time),
        counted: (seen, times, first, last) => findings.addTimes(seen, times, first, last),
        profile: (profile) => imported.push(profile),
        tally,
      },
      io,
    );
    progress.end();
  }
  const nothing = options.merge || imported.length > 0 ? undefined : nothingFound(tally, files);
  for (const sentence of [...tallySentences(tally), ...unattributedSentences(findings), ...(nothing === undefined ? [] : [nothing])]) {
    io.stderr.write(`k8s-apparmor learn: ${sentence}\n`);
  }
  return { findings, imported };
}

async function readSummaries(files: string[], findings: Findings, io: CommandIo): Promise<void> {
  for (const name of files.length === 0 ? ['-'] : files) {
    const summary = new SummaryReader(name, findings, io);
    for await (const line of boundedLines(logChunks(name, io))) {
      summary.take(line);
    }
    summary.end();
  }
}

/** Lines that are wrong are told one by one, up to so many of a file. */
const MOST_FAULTS = 5;

/** One file of a summary, line by line. */
class SummaryReader {
  private number = 0;
  private taken = 0;
  private faults = 0;

  constructor(private readonly name: string, private readonly findings: Findings, private readonly io: CommandIo) {}

  public take(line: string | undefined): void {
    this.number++;
    if (line === '') {
      return;
    }
    const fault = line === undefined ? `it is longer than ${LONGEST_LINE} bytes` : readSummaryLine(line, this.findings);
    if (fault === undefined) {
      this.taken++;
      return;
    }
    if (this.taken === 0) {
      throw new UserError(`${this.name}:${this.number}: ${fault}, so this is no summary; \`k8s-apparmor learn --summary\` writes one, and logs are read without --merge`);
    }
    this.faults++;
    if (this.faults <= MOST_FAULTS) {
      this.io.stderr.write(`k8s-apparmor learn: ${this.name}:${this.number} was left out: ${fault}\n`);
    }
  }

  public end(): void {
    if (this.faults > MOST_FAULTS) {
      this.io.stderr.write(`k8s-apparmor learn: ${count(this.faults - MOST_FAULTS, 'more line')} of ${this.name} ${this.faults === MOST_FAULTS + 1 ? 'was' : 'were'} left out\n`);
    }
  }
}

/** What records without a place in any profile were about. Some of it a user can do something about. */
const REASONS: Readonly<Record<Unattributed, string | undefined>> = {
  'unconfined': 'about unconfined processes',
  'complain mode of no profile': 'of a learning profile whose parent is not named',
  'no profile': 'that name neither a profile nor a workload; --profile NAME takes them',
  'container runtime': 'of the container runtime, before the container\'s own program ran',
  'policy change': undefined,
  'incomplete': 'that were cut',
  'no access': 'that tell of no access which a rule could allow',
  'another profile': 'about other profiles',
  'program': 'that a program wrote itself, which are no evidence: only what the kernel says of files, and a bus of messages, is',
  'disconnected path': 'with a path that is not connected to the root: the flag attach_disconnected gives it one',
};

function unattributedSentences({ unattributed, others }: Findings): string[] {
  const named = others.size === 0 ? '' : `: ${[...others].map(visible).join(', ')}`;
  return [...unattributed].flatMap(([reason, records]) => (REASONS[reason] === undefined ? []
    : [`nothing was learnt from ${count(records, 'record')} ${REASONS[reason]}${reason === 'another profile' ? named : ''}`]));
}

/** One line on a terminal that is written over; nothing elsewhere. */
class Progress {
  private last = 0;
  private shown = false;

  constructor(private readonly tally: Tally, private readonly findings: Findings, private readonly io: CommandIo) {}

  public show(bytes: number): void {
    const now = Date.now();
    if (this.io.stderr.isTTY !== true || now - this.last < 200) {
      return;
    }
    this.last = now;
    this.shown = true;
    const accesses = [...this.findings.subjects.values()].reduce((sum, { findings }) => sum + findings.size, 0);
    this.io.stderr.write(`${OVER_THE_LINE}${(bytes / 1e6).toFixed(0)} MB, ${count(this.tally.records, 'record')}, ${count(accesses, 'access', 'accesses')}`);
  }

  public end(): void {
    if (this.shown) {
      this.io.stderr.write(OVER_THE_LINE);
    }
  }
}

/** Fires at the first Ctrl-C or SIGTERM; a second one ends the program as usual. */
function interrupted(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => controller.abort());
  }
  return controller.signal;
}
