import { ProfileError } from './errors';
import { didYouMean } from './nearest';

/** Longest path that Linux takes, in bytes. */
const LONGEST_PATH = 4096;

/** The word, if it is one of those known; else an error with the closest one. */
export function oneOf<T extends string>(place: string, what: string, value: T, known: readonly T[]): T {
  if (!known.includes(value)) {
    const near = didYouMean(String(value), known);
    throw new ProfileError(`${place}: there is no ${what} "${String(value)}"${near === '' ? `; it is one of ${known.join(', ')}` : near}`);
  }
  return value;
}

/** The words, each once, in the order of those known; else an error with the closest one. */
export function someOf<T extends string>(place: string, what: string, values: readonly T[], known: readonly T[]): T[] {
  if (values.length === 0) {
    return [];
  }
  const wanted = new Set(values.map((value) => oneOf(place, what, value, known)));
  return known.filter((one) => wanted.has(one));
}

/** A path pattern: absolute, or led by a variable. */
export function path(place: string, value: string): string {
  const text = word(place, 'path', value);
  if (!text.startsWith('/') && !text.startsWith('@{')) {
    const fix = /^[{[*?~]/.test(text) ? `write the slash first, as in "/${text.replace(/^[~/]*/, '')}"` : `write "/${text}"`;
    throw new ProfileError(`${place}: the path "${text}" is not absolute; ${fix}`);
  }
  return text;
}

/** A word of a rule: not empty, no control characters, balanced groups. */
export function word(place: string, what: string, value: string): string {
  if (typeof value !== 'string' || value === '') {
    throw new ProfileError(`${place}: the ${what} is empty; give one`);
  }
  const control = /[\u0000-\u001f\u007f]/.exec(value);
  if (control) {
    const code = control[0].charCodeAt(0).toString(16).padStart(2, '0');
    throw new ProfileError(`${place}: the ${what} holds the control character 0x${code}; match it with "?" instead`);
  }
  if (Buffer.byteLength(value) > LONGEST_PATH) {
    throw new ProfileError(`${place}: the ${what} is longer than ${LONGEST_PATH} bytes; shorten it by "*" or "**"`);
  }
  const fault = globFault(value);
  if (fault !== undefined) {
    throw new ProfileError(`${place}: in the ${what} "${value}" ${fault}`);
  }
  return value;
}

/** What is wrong with the groups of a pattern: an unclosed, empty or single-armed one. */
function globFault(value: string): string | undefined {
  const commas: number[] = [];
  for (let at = 0; at < value.length; at++) {
    const char = value[at];
    if (char === '\\') {
      if (++at === value.length) {
        return 'a backslash stands at the end; write "\\\\" for the character itself';
      }
    } else if (char === '@' && value[at + 1] === '{') {
      const close = value.indexOf('}', at);
      if (close === -1 || !/^[A-Za-z][A-Za-z0-9_]*$/.test(value.slice(at + 2, close))) {
        return 'a variable is not written as @{NAME}';
      }
      at = close;
    } else if (char === '[') {
      const close = value.indexOf(']', at);
      if (close === -1 || close === at + 1 || value.slice(at, close) === '[^' || value[close - 1] === '-') {
        return 'a "[" has no set and "]" behind it; write "\\\\[" for the character itself';
      }
      at = close;
    } else if (char === ']') {
      return 'a "]" has no "["; write "\\\\]" for the character itself';
    } else if (char === '{') {
      commas.push(0);
    } else if (char === ',' && commas.length > 0) {
      commas[commas.length - 1]++;
    } else if (char === '}') {
      const seen = commas.pop();
      if (seen === undefined) {
        return 'a "}" has no "{"; write "\\\\}" for the character itself';
      }
      if (seen === 0) {
        return 'a group has a single arm; write "{a,b}", or "{,a}" for what may be missing';
      }
    }
  }
  return commas.length > 0 ? 'a "{" is not closed; write "\\\\{" for the character itself' : undefined;
}
