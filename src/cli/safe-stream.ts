import { visible } from '../diagnostics';

/** Begins a line anew on a terminal: the only thing of ours that drives one. */
export const OVER_THE_LINE = '\r\u001b[K';

/** The stream, with what would drive a terminal or hide on it written as what it is: texts quote names that somebody else chose. */
export function safeStream<T extends NodeJS.WritableStream>(stream: T): T {
  return new Proxy(stream, {
    get(target, key) {
      if (key === 'write') {
        return (text: unknown, ...rest: []) => target.write((typeof text === 'string' ? safe(text) : text) as string, ...rest);
      }
      const member: unknown = Reflect.get(target, key, target);
      return typeof member === 'function' ? member.bind(target) as unknown : member;
    },
  });
}

function safe(text: string): string {
  return text.startsWith(OVER_THE_LINE) ? OVER_THE_LINE + visible(text.slice(OVER_THE_LINE.length)) : visible(text);
}
