import { visible } from '../../diagnostics';

/** Text that is HTML already. Everything else is escaped where it is put in. */
export class Html {
  constructor(public readonly text: string) {}
}

type Value = string | number | Html | readonly Html[];

/** A template whose values are escaped, but for those that are HTML themselves. */
export function html(strings: TemplateStringsArray, ...values: Value[]): Html {
  return new Html(strings.map((text, at) => (at < values.length ? text + inserted(values[at]!) : text)).join(''));
}

function inserted(value: Value): string {
  if (value instanceof Html) {
    return value.text;
  }
  return typeof value === 'string' || typeof value === 'number' ? escaped(String(value)) : value.map(({ text }) => text).join('');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\'': '&#39;' };

/** Characters that have a meaning in HTML, or none that could be seen, are written as what they are. */
function escaped(text: string): string {
  return visible(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
