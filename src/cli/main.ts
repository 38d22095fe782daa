import { Command, CommanderError } from 'commander';
import { type CommandIo, EXIT, UserError } from './command';
import { COMMANDS } from './registry';
import { version } from './version';

/**
 * Runs `k8s-apparmor` with these arguments (without node and script).
 *
 * @returns the exit code: 0 fine, 1 findings, 2 wrong use
 */
export async function main(argv: readonly string[], io: CommandIo): Promise<number> {
  let code: number = EXIT.FINE;
  const program = build(argv[0], io, (result) => { code = result; });
  try {
    if (argv[0] !== undefined && !argv[0].startsWith('-') && argv[0] !== 'help' && !(argv[0] in COMMANDS)) {
      throw new UserError(`there is no command '${argv[0]}'; \`k8s-apparmor --help\` lists them`);
    }
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    return fault(error, io);
  }
}

function build(wanted: string | undefined, io: CommandIo, done: (code: number) => void): Command {
  const program = new Command('k8s-apparmor')
    .description('AppArmor profiles for Kubernetes: check, decide, lint, learn, and see what runs confined.')
    .version(version(), '-V, --version')
    .exitOverride()
    .showHelpAfterError('(add --help for all options)')
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) });
  for (const [name, { summary, load }] of Object.entries(COMMANDS)) {
    const command = program.command(name).summary(summary).description(summary).copyInheritedSettings(program);
    if (name !== wanted && wanted !== 'help') {
      continue;
    }
    const { configure, run } = load();
    configure(command);
    command.action(async (...given: any[]) => {
      const operands: string[] = given.slice(0, -2).flat().filter((operand) => typeof operand === 'string');
      done(await run(operands, command.opts(), io));
    });
  }
  return program;
}

function fault(error: unknown, io: CommandIo): number {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? EXIT.FINE : EXIT.WRONG_USE;
  }
  if (error instanceof UserError) {
    io.stderr.write(`k8s-apparmor: ${error.message}\n`);
    return EXIT.WRONG_USE;
  }
  throw error;
}
