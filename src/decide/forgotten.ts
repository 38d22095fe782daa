import type { ClauseTables } from './tables';
import { ANY_TEXT, LimitError } from '../automaton';
import type { Access } from '../rules/access';
import type { Ground, Table } from '../rules/match';

/** Every permission that tables have. */
const EVERYTHING = 2 ** 14 - 1;

/** States that are looked at before a class counts as mediated. */
const MAX_STATES = 20_000;

/** A class, its tables, and the permission of the mark that says that the class is mediated: `read` of ptrace, umount. */
interface Marked {
  readonly tables: readonly Table[];
  readonly marked: Table;
  readonly permission: number;
}

const CLASSES: Partial<Record<Access['class'], Marked>> = {
  ptrace: { tables: ['ptrace'], marked: 'ptrace', permission: 2 },
  mount: { tables: ['mount', 'umount', 'pivot_root'], marked: 'umount', permission: 1 },
};

/**
 * Parser 3.0 marks a class as mediated by a permission of the empty text. An audited deny of everything, `audit deny umount,`
 * or `audit deny ptrace peer=**,`, takes the mark away; where no other rule of the class leaves anything to say, the compiled
 * policy no longer mediates it: the kernel allows all of it. Later parsers keep the mark.
 */
export function forgottenClasses(tables: ClauseTables, ground: Ground): ReadonlySet<string> {
  const classes = ground.atLeast('4.1') ? [] : Object.entries(CLASSES);
  return new Set(classes.filter(([, marked]) => isUnmarked(marked, tables) && isSilent(marked, tables)).map(([name]) => name));
}

/* eslint-disable no-bitwise -- permissions are bits */
function isUnmarked({ marked, permission }: Marked, tables: ClauseTables): boolean {
  return tables.matching({ table: marked, fields: [''], permissions: permission }).clauses.some(({ clause, access }) => access === 'deny'
    && (clause.permissions & permission) !== 0 && (marked === 'umount' || clause.fields[0] !== ANY_TEXT)); // `ptrace,` takes no empty text.
}
/* eslint-enable no-bitwise */

/** Whether nothing is allowed and nothing is denied without a word. */
function isSilent({ tables: all }: Marked, tables: ClauseTables): boolean {
  try {
    return all.every((table) => [...tables.all(table, MAX_STATES)].every((matching) => {
      const { allowed, quiet } = matching.judge(EVERYTHING);
      return allowed === 0 && quiet === 0;
    }));
  } catch (error) {
    if (error instanceof LimitError) {
      return false;
    }
    throw error;
  }
}
