import type { CliCommand } from './command';

/** A command as the overview names it; its code is loaded only when it runs. */
export interface RegisteredCommand {
  readonly summary: string;
  readonly load: () => CliCommand;
}

/* eslint-disable @typescript-eslint/no-require-imports -- a command's start pays only for its own code */
export const COMMANDS: Readonly<Record<string, RegisteredCommand>> = {
  check: { summary: 'Check profiles as the real parser does, with all that is wrong in one run', load: () => require('./check').command },
  events: { summary: 'Print the AppArmor records of a log as JSON', load: () => require('./events').command },
};
