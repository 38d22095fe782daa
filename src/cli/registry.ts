import type { CliCommand } from './command';

/** A command as the overview names it; its code is loaded only when it runs. */
export interface RegisteredCommand {
  readonly summary: string;
  readonly load: () => CliCommand;
}

/* eslint-disable @typescript-eslint/no-require-imports -- a command's start pays only for its own code */
export const COMMANDS: Readonly<Record<string, RegisteredCommand>> = {
  init: { summary: 'Start a confined project, or confine one', load: () => require('./init').command },
  check: { summary: 'Check profiles as the real parser does, with all that is wrong in one run', load: () => require('./check').command },
  lint: { summary: 'Say what no compiler refuses and reviewers want to know', load: () => require('./lint').command },
  decide: { summary: 'Say whether a profile allows an access, and by which rules', load: () => require('./decide').command },
  explain: { summary: 'Say in plain words what a rule, profile, lint, error or pod message means', load: () => require('./explain').command },
  events: { summary: 'Print the AppArmor records of a log as JSON', load: () => require('./events').command },
  learn: { summary: 'Turn what was denied or observed into a profile, or a change to one', load: () => require('./learn').command },
  status: { summary: 'Say how the pods of a live cluster are confined, through your own kubectl', load: () => require('./status').command },
  report: { summary: 'Show profiles, lints and denials as one HTML page', load: () => require('./report').command },
};
