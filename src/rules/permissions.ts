/** File permission words such as `rw`, `mrPix` or `x`; apparmor.d(5), "Access Modes". */

/** How a program is executed. `x` is the bare word of deny rules. */
export type ExecMode = 'ix' | 'ux' | 'px' | 'cx' | 'pix' | 'cix' | 'pux' | 'cux' | 'x';

/** Letters in the order in which they are printed. */
export const PERMISSION_LETTERS = 'mrwalk';

/** What a word of permissions says. */
export interface Permissions {
  /** Each letter once, in the order of `PERMISSION_LETTERS`. */
  readonly letters: string;
  readonly exec?: ExecMode;
  /** A capital exec mode. */
  readonly scrub: boolean;
  /** Two different exec modes in one word, or a bare x before one. */
  readonly conflict: boolean;
}

/** Upper case is an old spelling of all but `a` and `k`. */
const WORD = /^(?:[RrWwaLlMmkXx]|[PpCc][Xx]|[PpCc]?[IiUu][Xx])+$/;
const PIECES = /[PpCc]?[IiUu]?[Xx]|[RrWwaLlMmk]/g;
/** Letters may repeat, but nobody writes that many. */
const LONGEST = 200;
const MEMORY = new Map<string, Permissions | undefined>();
const MEMORY_LIMIT = 4096;

/** Whether a word is one of permissions, right or wrong. */
export function isPermissionWord(word: string): boolean {
  return readPermissions(word) !== undefined;
}

/** What a word of permissions says; undefined for other words. */
export function readPermissions(word: string): Permissions | undefined {
  if (MEMORY.has(word)) {
    return MEMORY.get(word);
  }
  const permissions = word.length <= LONGEST && WORD.test(word) ? read(word) : undefined;
  if (MEMORY.size < MEMORY_LIMIT) {
    MEMORY.set(word, permissions);
  }
  return permissions;
}

function read(word: string): Permissions {
  const letters = new Set<string>();
  const modes = new Set<string>();
  let reversed = false;
  for (const [piece] of word.matchAll(PIECES)) {
    if (/x$/i.test(piece)) {
      reversed ||= modes.size === 1 && modes.has('x') && /^[puc]/i.test(piece);
      modes.add(piece.toLowerCase() === 'ix' ? 'ix' : `${piece.length > 1 && isCapital(piece[0]) ? 'S' : ''}${piece.toLowerCase()}`);
    } else {
      letters.add(piece.toLowerCase());
    }
  }
  if (modes.size > 1) {
    modes.delete('x');
  }
  const [mode] = modes;
  return {
    letters: [...PERMISSION_LETTERS].filter((letter) => letters.has(letter)).join(''),
    exec: mode?.replace(/^S/, '') as ExecMode | undefined,
    scrub: mode?.startsWith('S') === true,
    conflict: modes.size > 1 || reversed,
  };
}

function isCapital(letter: string): boolean {
  return letter !== letter.toLowerCase();
}
