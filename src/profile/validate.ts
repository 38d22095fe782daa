import { excerpt, messageText, type Diagnostic } from '../diagnostics';
import { checkText, type FileReader, type ParserGeneration } from '../language';
import { AppArmorAbi, LEAST_PARSER } from './abi';
import { ProfileError } from './errors';

const BASE = '/';

/** The files of a node nobody knows yet: whatever is included is there, and is empty. */
const ANY_NODE: FileReader = {
  kind: (path) => (path === BASE ? 'directory' : 'file'),
  read: () => Buffer.from('\n'),
  list: () => [],
};

/**
 * What every parser from a generation on would refuse in a text, whatever the files that it includes bring. Variables of
 * those files count as declared.
 */
export function errorsIn(text: string, fileName: string, parser?: ParserGeneration): Diagnostic[] {
  const includes = /^[ \t]*#?include\b/m.test(text);
  return checkText(text, { fileName, parser, base: BASE, files: ANY_NODE }).filter(({ code, severity }) =>
    severity === 'error' && !(includes && (code === 'undefined-variable' || code === 'undefined-boolean' || code === 'variable-undeclared')));
}

/** @throws ProfileError where parsers would refuse the text that a program's rules make */
export function refuseErrors(name: string, text: string, abi: AppArmorAbi): void {
  const parser = LEAST_PARSER[abi];
  const [first] = errorsIn(text, name, parser);
  if (first === undefined) {
    return;
  }
  const shown = excerpt(first).split('\n').map((line) => line.replace(/^ +\d* \|/, '  |')).join('\n');
  const newer = first.code === 'unsupported-by-parser' && abi !== AppArmorAbi.V5_0
    ? `; the profile is written for AppArmor ${parser}: set a newer abi if every node has it` : '';
  throw new ProfileError(`the profile "${name}": ${messageText(first)}${newer}\n${shown}`);
}
