import { ProfileError } from './errors';
import type { ExecTransition } from './exec-transition';
import { path, word } from './values';
import type { ChangeProfileRule } from '../rules/change-profile';
import type { FileRule } from '../rules/file';
import type { LinkRule } from '../rules/link';
import { PERMISSION_LETTERS } from '../rules/permissions';
import { NO_QUALIFIERS } from '../rules/rule';

/** What a `link` rule says beyond its two ends. */
export interface LinkOptions {
  /** The link may not have permissions that its target lacks. @default false */
  readonly subset?: boolean;
}

/** What a `change_profile` rule says beyond its target. */
export interface ChangeProfileOptions {
  /** Pattern of the programs whose execution changes the profile. @default - any, and changes without execution */
  readonly exec?: string;
  /** The program gets its environment unscrubbed; needs `exec`. @default false */
  readonly keepEnvironment?: boolean;
}

export function fileRule(place: string, pattern: string, permissions: string, transition?: ExecTransition): FileRule {
  const letters = checkPermissions(place, permissions);
  if (letters === '' && transition === undefined) {
    throw new ProfileError(`${place}: there are no permissions; use some of r, w, a, l, k and m`);
  }
  return {
    type: 'file',
    qualifiers: NO_QUALIFIERS,
    path: path(place, pattern),
    permissions: letters,
    ...(transition === undefined ? {} : transition._parts()),
  };
}

/** `file,`: every permission on every file, and execution that stays in the profile. */
export function everyFile(): FileRule {
  return { type: 'file', qualifiers: NO_QUALIFIERS, permissions: 'mrwlk', exec: 'ix', scrub: false };
}

export function linkRule(link: string, target: string, { subset = false }: LinkOptions = {}): LinkRule {
  const place = 'Rule.link()';
  return { type: 'link', qualifiers: NO_QUALIFIERS, path: path(place, link), target: path(place, target), subset };
}

export function changeProfileRule(target?: string, { exec, keepEnvironment }: ChangeProfileOptions = {}): ChangeProfileRule {
  const place = 'Rule.changeProfile()';
  if (keepEnvironment && exec === undefined) {
    throw new ProfileError(`${place}: keepEnvironment is about a program that is executed; name it by exec`);
  }
  return {
    type: 'change_profile',
    qualifiers: NO_QUALIFIERS,
    ...(keepEnvironment ? { mode: 'unsafe' as const } : {}),
    ...(exec === undefined ? {} : { exec: path(place, exec) }),
    ...(target === undefined ? {} : { target: word(place, 'target', target) }),
  };
}

function checkPermissions(place: string, permissions: string): string {
  for (const letter of permissions) {
    if (!PERMISSION_LETTERS.includes(letter)) {
      throw new ProfileError(`${place}: ${strangeLetter(letter, permissions)}`);
    }
  }
  if (permissions.includes('w') && permissions.includes('a')) {
    throw new ProfileError(`${place}: "w" and "a" exclude each other in "${permissions}"; "w" gives what "a" gives`);
  }
  return [...PERMISSION_LETTERS].filter((letter) => permissions.includes(letter)).join('');
}

function strangeLetter(letter: string, permissions: string): string {
  if ('xiupcXUPC'.includes(letter)) {
    return `"${permissions}" asks for execution; give an ExecTransition, or use Rule.execute()`;
  }
  const lower = letter.toLowerCase();
  const fix = PERMISSION_LETTERS.includes(lower) ? `write "${lower}"` : 'use some of r, w, a, l, k and m';
  return `"${letter}" in "${permissions}" is no file permission; ${fix}`;
}
