/**
 * Changes to a tree: each gives a new tree that shares what did not change, and keeps every comment. Only the lines of the
 * nodes that an edit touches come out different.
 */
import { Cursor } from './cursor';
import { profileHead } from './print';
import type { Body, BodyLayout, Conditional, Item, Profile, ProfileFile } from './tree';
import { printWord } from './words';
import type { Layout } from '../rules/rule';

type BodyEdit = (body: Body, at: number, owner: Layout | undefined) => Body;

/** Puts `by` in the place of a node; the comments before it stay. @throws Error where the node is not in the tree */
export function replaceItem(tree: ProfileFile, item: Item, by: Item): ProfileFile {
  return editAround(tree, item, (body, at) => ({ ...body, items: exchanged(body.items, at, inPlaceOf(item, by)) }));
}

function inPlaceOf(old: Item, by: Item): Item {
  if (old.layout === undefined || by.layout === old.layout) {
    return by;
  }
  return { ...by, layout: { ...old.layout, changed: true, header: undefined } } as Item;
}

/** Takes a node out; comments that stood before it or behind it on its line stay. @throws Error where it is not in the tree */
export function removeItem(tree: ProfileFile, item: Item): ProfileFile {
  return editAround(tree, item, (body, at, owner) => {
    const items = body.items.filter((_item, index) => index !== at);
    if (item.layout === undefined || owner === undefined || body.layout === undefined) {
      return { ...body, items };
    }
    const next = items.slice(at).findIndex(({ layout }) => layout !== undefined);
    const follower = next === -1 ? undefined : items[at + next];
    const gap = follower === undefined ? tailOf(body.layout, owner) : beforeOf(follower.layout!);
    const text = joinGaps(beforeOf(item.layout), gap);
    return follower === undefined
      ? { items, layout: { ...body.layout, before: text } }
      : { ...body, items: exchanged(items, at + next, { ...follower, layout: { ...follower.layout!, before: text } } as Item) };
  });
}

/** Two gaps around a node that goes: its own line goes, too, unless a comment is behind it. */
function joinGaps(before: string, after: string): string {
  const line = after.indexOf('\n');
  const sameLine = line === -1 ? after : after.slice(0, line);
  if (sameLine.trim() !== '') {
    return before + after.replace(/^[ \t]+/, '');
  }
  return line === -1 && before.includes('\n') ? before : before.replace(/\r?\n[ \t]*$|[ \t]+$/, '') + after;
}

/** Adds a node at the end of a profile, or of the file where no profile is given. */
export function appendItem(tree: ProfileFile, profile: Profile | undefined, item: Item): ProfileFile {
  if (profile === undefined) {
    return { ...tree, body: appended(tree.body, item, tree.layout, '') };
  }
  return editAround(tree, profile, (body, at) => {
    const changed = { ...profile, body: appended(profile.body, item, profile.layout, `${indentOf(profile)}  `) };
    return { ...body, items: exchanged(body.items, at, changed) };
  });
}

function appended(body: Body, item: Item, owner: Layout | undefined, indent: string): Body {
  const { items, layout } = body;
  const fresh = withoutLayout(item);
  if (layout === undefined || owner === undefined) {
    return { ...body, items: [...items, fresh] };
  }
  const tail = tailOf(layout, owner);
  const begin = tail.trimEnd() === '' && items.length === 0 && layout.open === 0 ? '' : `${tail.trimEnd()}\n`;
  const last = items.at(-1)?.layout;
  const inner = last === undefined || owner.source !== last.source || !beforeOf(last).includes('\n') ? indent : lineIndent(last);
  const close = tail.includes('\n') ? tail.slice(tail.lastIndexOf('\n')) : `\n${indent.slice(2)}`;
  const place: Layout = { source: owner.source, lead: layout.tail, start: layout.tail, end: layout.tail, changed: true, before: begin + inner };
  return { items: [...items, { ...fresh, layout: place } as Item], layout: { ...layout, before: close } };
}

/** Gives a profile another name; nothing else of its header changes. */
export function renameProfile(tree: ProfileFile, profile: Profile, name: string): ProfileFile {
  const { layout, body, keyword, namespace } = profile;
  if (layout === undefined || layout.header !== undefined) {
    return changeProfileHead(tree, profile, { name });
  }
  const cursor = new Cursor(layout.source);
  cursor.pos = layout.start + (keyword?.length ?? 0);
  cursor.word('the name');
  const full = printWord(namespace === undefined ? name : `:${namespace}:${name}`);
  const word = keyword === undefined && !/^["/:]/.test(full) ? `profile ${full}` : full;
  const { text } = layout.source;
  const header = text.slice(layout.start, cursor.wordStart) + word + text.slice(cursor.pos, body.layout?.open ?? cursor.pos);
  const renamed = { ...profile, name, layout: { ...layout, header } };
  return editAround(tree, profile, (around, at) => ({ ...around, items: exchanged(around.items, at, renamed) }));
}

/** Changes the header of a profile, which is then printed in house style; comments in it move behind its brace. */
export function changeProfileHead(
  tree: ProfileFile,
  profile: Profile,
  change: Partial<Pick<Profile, 'name' | 'namespace' | 'attachment' | 'flags'>>,
): ProfileFile {
  const changed: Profile = { ...profile, ...change };
  const { layout } = profile;
  const placed = layout === undefined ? changed : { ...changed, layout: { ...layout, header: `${profileHead(changed)}{${headComments(profile)}` } };
  return editAround(tree, profile, (body, at) => ({ ...body, items: exchanged(body.items, at, placed) }));
}

function headComments({ layout, body }: Profile): string {
  const head = layout?.header ?? (body.layout === undefined ? '' : layout!.source.text.slice(layout!.start, body.layout.open));
  const comments = [...head.matchAll(/(?:^|\s)#([^\n]*)/g)].map(([, comment]) => comment.trim());
  return comments.length === 0 ? '' : ` # ${comments.join(' ')}\n`;
}

function editAround(tree: ProfileFile, item: Item, edit: BodyEdit): ProfileFile {
  const body = inBody(tree.body, item, edit, tree.layout);
  if (body === undefined) {
    throw new Error(`this ${item.type} is not in the tree; edits take nodes of the newest tree`);
  }
  return { ...tree, body };
}

function inBody(body: Body, item: Item, edit: BodyEdit, owner: Layout | undefined): Body | undefined {
  const at = body.items.indexOf(item);
  if (at !== -1) {
    return edit(body, at, owner);
  }
  for (const [index, inner] of body.items.entries()) {
    const changed = inItem(inner, item, edit);
    if (changed !== undefined) {
      return { ...body, items: exchanged(body.items, index, changed) };
    }
  }
  return undefined;
}

function inItem(outer: Item, item: Item, edit: BodyEdit): Item | undefined {
  if (outer.type === 'profile' || outer.type === 'block') {
    const body = inBody(outer.body, item, edit, outer.layout);
    return body && { ...outer, body };
  }
  return outer.type === 'if' ? inBranches(outer, item, edit) : undefined;
}

function inBranches(outer: Conditional, item: Item, edit: BodyEdit): Conditional | undefined {
  for (const [at, branch] of outer.branches.entries()) {
    const body = inBody(branch.body, item, edit, outer.layout);
    if (body !== undefined) {
      return { ...outer, branches: exchanged(outer.branches, at, { ...branch, body }) };
    }
  }
  return undefined;
}

function exchanged<T>(list: readonly T[], at: number, by: T): T[] {
  return list.map((one, index) => (index === at ? by : one));
}

function withoutLayout(item: Item): Item {
  const { layout: _layout, ...rest } = item;
  return rest as Item;
}

/** Blanks and comments before a node. */
export function beforeOf({ before, source, lead, start }: Layout): string {
  return before ?? source.text.slice(lead, start);
}

function tailOf({ before, tail, close }: BodyLayout, { source }: Layout): string {
  return before ?? source.text.slice(tail, close);
}

function indentOf({ layout }: Profile): string {
  return layout === undefined ? '' : lineIndent(layout);
}

/** The blanks at the begin of the line on which a node stands. */
function lineIndent(layout: Layout): string {
  const before = beforeOf(layout);
  const line = before.includes('\n') ? before.slice(before.lastIndexOf('\n') + 1) : before;
  return /^[ \t]*$/.test(line) && (before.includes('\n') || layout.lead === 0 || layout.before !== undefined) ? line : '  ';
}
