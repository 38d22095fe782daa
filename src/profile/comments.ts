import type { Body, Item } from '../language';
import type { RuleItem } from './qualify';

/**
 * The nodes of a body with the comments that belong to each: those above it, those inside of it, and the one behind it on
 * its last line. No comment is lost; those below the last node go with that node.
 */
export function itemsWithComments(text: string, body: Body): RuleItem[] {
  const items: Array<{ node: Item; comments: string[]; children?: readonly RuleItem[] }> = [];
  for (const node of body.items) {
    const { lead, start, end } = node.layout!;
    const between = commentLines(text.slice(lead, start));
    if (items.length > 0 && !text.slice(lead, start).startsWith('\n') && isOnSameLine(text.slice(lead, start))) {
      items[items.length - 1].comments.push(...between.splice(0, 1));
    }
    const isProfile = node.type === 'profile';
    const inside = isProfile ? text.slice(start, node.body.layout!.open) : text.slice(start, end);
    items.push({
      node,
      comments: [...between, ...commentLines(inside, true)],
      ...(isProfile ? { children: itemsWithComments(text, node.body) } : {}),
    });
  }
  const tail = commentLines(text.slice(body.layout!.tail, body.layout!.close));
  items[items.length - 1]?.comments.push(...tail);
  return items;
}

/** Whether the text behind a node goes on with a comment before its line ends. */
function isOnSameLine(behind: string): boolean {
  return /^[ \t]*#/.test(behind);
}

/** Comments without their `#`, one a line. Inside of a node a `#` begins one only where a word could begin. */
function commentLines(text: string, inside = false): string[] {
  return text.split('\n').flatMap((line) => {
    const at = inside ? commentStart(line) : line.indexOf('#');
    const comment = at === -1 ? '' : line.slice(at).replace(/^#+/, '').trim();
    return comment === '' ? [] : [comment];
  });
}

function commentStart(line: string): number {
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    if (line[at] === '\\') {
      at++;
    } else if (line[at] === '"') {
      quoted = !quoted;
    } else if (line[at] === '#' && !quoted && (at === 0 || /\s/.test(line[at - 1])) && !line.startsWith('#include', at)) {
      return at;
    }
  }
  return -1;
}
