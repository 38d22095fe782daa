import { Command, CommanderError } from 'commander';
import { type CommandIo, EXIT, UserError } from './command';
import { COMMANDS } from './registry';
import { safeStream } from './safe-stream';
import { systemFault } from './system-fault';
import { version } from './version';
import { nearest } from '../profile/nearest';

/**
 * Runs `k8s-apparmor` with these arguments (without node and script).
 *
 * @returns the exit code: 0 fine, 1 findings, 2 wrong use
 */
export async function main(argv: readonly string[], given: CommandIo): Promise<number> {
  const io = safeIo(given);
  let code: number = EXIT.FINE;
  const asked = inOneForm(argv);
  const program = build(asked[0], io, (result) => { code = result; });
  try {
    if (asked[0] !== undefined && !asked[0].startsWith('-') && !Object.hasOwn(COMMANDS, asked[0])) {
      throw new UserError(`there is no command '${asked[0]}'${hint(asked[0])}`);
    }
    await program.parseAsync(asked, { from: 'user' });
    return code;
  } catch (error) {
    return fault(error, io);
  }
}

/** Results that are read by programs stay what they are; whatever a person sees must not drive a terminal. No stream is opened before it is used. */
function safeIo(given: CommandIo): CommandIo {
  return {
    get stdin() { return given.stdin; },
    get stdout() { return given.stdout.isTTY === true ? safeStream(given.stdout) : given.stdout; },
    get stderr() { return safeStream(given.stderr); },
    env: given.env,
  };
}

/** What other programs call the same: `help`, `help COMMAND`, `version`, `-V`. */
function inOneForm([first, ...rest]: readonly string[]): string[] {
  switch (first) {
    case undefined: return [];
    case 'help': return rest.length === 0 ? ['--help'] : [rest[0]!, '--help'];
    case 'version': case '-V': return ['--version'];
    default: return [first, ...rest];
  }
}

function hint(word: string): string {
  const near = nearest(word, Object.keys(COMMANDS));
  return near === undefined ? '; `k8s-apparmor --help` lists them' : `; did you mean ${near}?`;
}

function build(wanted: string | undefined, io: CommandIo, done: (code: number) => void): Command {
  const program = new Command('k8s-apparmor')
    .description('AppArmor profiles for Kubernetes: check, decide, lint, learn, and see what runs confined.')
    .version(version(), '-v, --version')
    .exitOverride()
    .showHelpAfterError('(add --help for all options)')
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'k8s-apparmor: ')),
    });
  for (const [name, { summary, load }] of Object.entries(COMMANDS)) {
    const command = program.command(name).summary(summary).description(summary).copyInheritedSettings(program);
    if (name !== wanted) {
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
  const sentence = error instanceof UserError ? error.message : systemFault(error);
  if (sentence === undefined) {
    throw error;
  }
  io.stderr.write(`k8s-apparmor: ${sentence}\n`);
  return EXIT.WRONG_USE;
}
