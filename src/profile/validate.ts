import { excerpt, messageText, type Diagnostic } from '../diagnostics';
import type { ParserGeneration } from '../language';
import { AppArmorAbi, LEAST_PARSER } from './abi';
import { ProfileError } from './errors';
import type { RuleItem } from './qualify';
import { checkForAnyNode } from '../lint/any-node';

/** What every parser from a generation on would refuse in a text, whatever the files that it includes bring. */
export function errorsIn(text: string, fileName: string, parser?: ParserGeneration): Diagnostic[] {
  return checkForAnyNode(text, fileName, parser).filter(({ severity }) => severity === 'error');
}

/** Kinds of rules whose every fault is found where a program writes them, if they name no variable. */
const SOUND: ReadonlySet<string> = new Set(['file', 'link', 'signal', 'ptrace', 'capability', 'network', 'unix', 'umount', 'rlimit', 'include']);

/**
 * Whether typed rules can make a text that parsers refuse: by rules that contradict each other or by words that were not
 * checked. Most profiles cannot, and reading their text again is most of what it costs to make one.
 */
export function mayBeRefused(items: readonly RuleItem[]): boolean {
  let transition: string | undefined;
  for (const { node, raw } of items) {
    if (raw || !SOUND.has(node.type) || namesVariable(node)) {
      return true;
    }
    if (node.type === 'file' && node.exec !== undefined && node.exec !== 'x') {
      const own = `${node.exec} ${node.scrub} ${node.target ?? ''}`;
      if (transition !== undefined && transition !== own) {
        return true;
      }
      transition = own;
    }
  }
  return false;
}

function namesVariable(node: object): boolean {
  return Object.values(node).some((value) => (typeof value === 'string' ? value.includes('@{') : typeof value === 'object' && value !== null && namesVariable(value)));
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
