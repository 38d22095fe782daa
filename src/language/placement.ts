import type { Fault } from './cursor';
import { isAccessRule, type Item } from './tree';

/** Where nodes stand; `anywhere`: in a file whose place is known only where it is included. */
export type Place = 'file' | 'body' | 'anywhere';

/** Why a node may not stand here; undefined where it may. The preamble ends with the first profile. */
export function misplaced(item: Item, place: Place, afterProfile: boolean): Fault | undefined {
  if (place === 'anywhere' || item.type === 'include' || (place === 'body' && isAccessRule(item))) {
    return undefined;
  }
  return place === 'file' ? misplacedInFile(item, afterProfile) : misplacedInBody(item);
}

function misplacedInFile(item: Item, afterProfile: boolean): Fault | undefined {
  switch (item.type) {
    case 'profile':
      return undefined;
    case 'abi':
    case 'alias':
    case 'variable':
    case 'boolean':
      return afterProfile
        ? { code: 'preamble-in-profile', message: `${NAMES[item.type]} stands behind a profile`, help: 'move it before the first profile' }
        : undefined;
    default: {
      const what = NAMES[item.type] ?? `a ${item.type} rule`;
      return { code: 'rule-outside-profile', message: `${what} stands outside of any profile`, help: 'move it into the braces of a profile' };
    }
  }
}

function misplacedInBody(item: Item): Fault | undefined {
  switch (item.type) {
    case 'alias':
    case 'variable':
    case 'boolean':
      return { code: 'preamble-in-profile', message: `${NAMES[item.type]} stands inside of a profile`, help: 'move it before the first profile' };
    case 'profile':
      return item.keyword === undefined
        ? { code: 'profile-name', message: 'a profile inside of a profile needs a keyword', help: 'write profile NAME, hat NAME or ^NAME' }
        : undefined;
    default:
      return undefined;
  }
}

const NAMES: Readonly<Record<string, string>> = {
  abi: 'an abi declaration',
  alias: 'an alias',
  variable: 'the assignment of a variable',
  boolean: 'the assignment of a variable',
  if: 'a condition',
  block: 'a block',
};
