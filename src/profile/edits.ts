import type { Item, Profile, ProfileFile } from '../language';
import { printWord } from '../language';
import { CONTAINER_MODES } from './modes';

/** A piece of a text and what stands there instead. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text with all edits; everything else stays to the byte. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const ordered = [...edits].sort((one, other) => one.start - other.start || one.end - other.end);
  let [result, from] = ['', 0];
  for (const { start, end, text: replacement } of ordered) {
    result += text.slice(from, start) + replacement;
    from = end;
  }
  return result + text.slice(from);
}

/** Calls a profile by another name: in its header, and wherever a rule names it as peer or target. */
export function renameEdits(text: string, profile: Profile, name: string): Edit[] {
  const { start } = profile.layout!;
  const open = profile.body.layout!.open;
  const keyword = profile.keyword ?? '';
  const rest = text.slice(start + keyword.length, open);
  const at = start + keyword.length + rest.length - rest.trimStart().length;
  const length = writtenLength(text.slice(at, open));
  return [{ start: at, end: at + length, text: printWord(name) }, ...referenceEdits(text, profile, name)];
}

/** Characters of the first word, its quotes included. */
function writtenLength(text: string): number {
  const quoted = /^"(?:[^"\\]|\\[\s\S])*"/.exec(text);
  return quoted === null ? /^[^\s{(]*/.exec(text)![0].length : quoted[0].length;
}

/** `peer=NAME`, `label=NAME` and `-> NAME`, also with a child (`NAME//x`) or a pattern (`NAME{,//*}`) behind it. */
function referenceEdits(text: string, profile: Profile, name: string): Edit[] {
  const written = profile.name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const reference = new RegExp(`((?:peer|label)\\s*:?=\\s*\\(?\\s*"?|->\\s*"?)${written}(?=["\\s,)]|//|[{*?[])`, 'g');
  return rulesOf(profile.body.items).flatMap(({ layout }) => {
    const slice = text.slice(layout!.start, layout!.end);
    return [...slice.matchAll(reference)].map((match) => {
      const start = layout!.start + match.index + match[1].length;
      return { start, end: start + profile.name.length, text: name };
    });
  });
}

function rulesOf(items: readonly Item[]): Item[] {
  return items.flatMap((item) => {
    switch (item.type) {
      case 'profile':
      case 'block':
        return rulesOf(item.body.items);
      case 'if':
        return item.branches.flatMap(({ body }) => rulesOf(body.items));
      default:
        return [item];
    }
  });
}

/** Puts a mode among the flags of a header, in the place of the one that is there. */
export function modeEdits(text: string, profile: Profile, mode: string): Edit[] {
  const { start } = profile.layout!;
  const open = profile.body.layout!.open;
  const flags = [...profile.flags.filter((flag) => !CONTAINER_MODES.has(flag)), ...(mode === 'enforce' ? [] : [mode])];
  const list = flags.length === 0 ? '' : `flags=(${flags.join(',')}) `;
  if (profile.flags.length === 0) {
    return [{ start: open - 1, end: open - 1, text: list }];
  }
  const header = text.slice(start, open);
  const match = /flags\s*=\s*\([^)]*\)\s*/.exec(header) ?? /\([^()]*\)\s*(?=\{$)/.exec(header);
  return match === null ? [] : [{ start: start + match.index, end: start + match.index + match[0].length, text: list }];
}

/** Takes every other top-level profile out, with the comments above it. */
export function otherProfileEdits(tree: ProfileFile, kept: Profile): Edit[] {
  return tree.body.items.flatMap((item) => (item.type === 'profile' && item !== kept
    ? [{ start: item.layout!.lead, end: item.layout!.end, text: '' }] : []));
}
