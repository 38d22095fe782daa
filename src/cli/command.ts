import type { Command } from 'commander';

/** Where a command reads and writes: the process' own streams, or a test's. */
export interface CommandIo {
  readonly stdin: NodeJS.ReadableStream;
  /** Results, nothing else. */
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean };
  /** Talk: errors, progress, hints. */
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Exit codes of every command. */
export const EXIT = { FINE: 0, FINDINGS: 1, WRONG_USE: 2 } as const;

/** One command, one file. Adding it is that file and its line in `registry.ts`. */
export interface CliCommand {
  /** Declares arguments, options and examples; `program` carries name and summary already. */
  configure(program: Command): void;
  /**
   * Does the work.
   *
   * @param operands what was given beside options
   * @param options as commander parsed them
   * @returns the exit code
   */
  run(operands: string[], options: Record<string, any>, io: CommandIo): Promise<number>;
}

/** A fault of the user's, said in one sentence without a stack; ends the command with exit code 2. */
export class UserError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UserError';
  }
}

/** For an option that can be repeated: all its values in their order. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** Adds an `Examples:` block below a command's help. */
export function examples(program: Command, rows: ReadonlyArray<readonly [commandLine: string, what: string]>): void {
  const lines = rows.map(([commandLine, what]) => `  ${commandLine}\n      ${what}`);
  program.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}
