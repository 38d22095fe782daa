import { excerpt, messageText, type Diagnostic } from '../diagnostics';
import type { ParserGeneration } from '../language';
import { checkForAnyNode } from '../lint';
import { AppArmorAbi, LEAST_PARSER } from './abi';
import { ProfileError } from './errors';

/** What every parser from a generation on would refuse in a text, whatever the files that it includes bring. */
export function errorsIn(text: string, fileName: string, parser?: ParserGeneration): Diagnostic[] {
  return checkForAnyNode(text, fileName, parser).filter(({ severity }) => severity === 'error');
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
