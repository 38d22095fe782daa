import type { Need } from './rules-from-accesses';

/** One line that says where a rule comes from. */
export function explanation({ evidence, steps }: Need): string {
  const { distinct, observations, denied, examples } = evidence;
  const how = steps.length === 0 ? 'as seen' : steps.join(', ');
  const from = distinct > 1 || steps.length > 0 ? ` from ${distinct.toLocaleString('en-US')}, such as ${inComment(examples[0] ?? '')};` : ';';
  return `${how}${from} ${times(observations)}${denied > 0 ? `, ${denied === observations ? 'all' : denied.toLocaleString('en-US')} denied` : ''}`;
}

function times(number: number): string {
  return number === 1 ? 'once' : `${number.toLocaleString('en-US')} times`;
}

/** Names are chosen by programs: nothing of them may end the comment or look like more than a name. */
function inComment(text: string): string {
  const shown = JSON.stringify(text).slice(1, -1).replace(/[\u007f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return shown.length > 80 ? `${shown.slice(0, 80)}…` : shown;
}
