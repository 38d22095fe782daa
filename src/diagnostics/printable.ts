/**
 * Names and texts come from programs, logs and clusters: what they hold must not drive a terminal, turn the direction of
 * the text around it, or stay unseen (Unicode: categories Cc but tab and line feed, Cf, Zl, Zp, and lone surrogates).
 */
const STEERING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udc7f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const PLAIN = /^[\t\n\x20-\x7e]*$/;

/** The text with something else for each character that steers; tabs and line ends stay. */
export function withoutSteering(text: string, by: (character: string) => string): string {
  return PLAIN.test(text) ? text : text.replace(STEERING, by);
}

/** The text with a replacement character for each that steers; tabs and line ends stay. */
export function printable(text: string): string {
  return withoutSteering(text, () => '\ufffd');
}

/** The text with `\uXXXX` for each character that steers; tabs and line ends stay. Text in JSON keeps its meaning. */
export function visible(text: string): string {
  return withoutSteering(text, escaped);
}

function escaped(characters: string): string {
  return [...Array(characters.length).keys()].map((at) => `\\u${characters.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');
}
