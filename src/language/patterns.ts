import type { Fault } from './cursor';

/** Nesting of `{…}` that the real parser follows. */
const DEEPEST = 49;

/** What is wrong with a pattern (apparmor.d(5), "Globbing"); undefined for a right one. Linear in its length. */
export function patternFault(pattern: string): Fault | undefined {
  if (!/[{}[\]\\]/.test(pattern)) {
    return undefined;
  }
  const commas: number[] = [];
  for (let at = 0; at < pattern.length; at++) {
    switch (pattern[at]) {
      case '\\':
        if (++at >= pattern.length) {
          return fault('bad-escape', pattern, 'ends in a backslash', 'write \\\\ for a literal one');
        }
        break;
      case '[': {
        const end = classEnd(pattern, at);
        if (typeof end !== 'number') {
          return end;
        }
        at = end;
        break;
      }
      case ']':
        return fault('bad-glob', pattern, 'has a "]" without its "["', 'write \\] for a literal one');
      case '{':
        commas.push(0);
        if (commas.length > DEEPEST) {
          return fault('bad-glob', pattern, `nests groups more than ${DEEPEST} deep`, 'write several rules');
        }
        break;
      case ',':
        if (commas.length > 0) {
          commas[commas.length - 1]++;
        }
        break;
      case '}': {
        const count = commas.pop();
        if (count === undefined) {
          return fault('bad-glob', pattern, 'has a "}" without its "{"', 'write \\} for a literal one');
        }
        if (count === 0) {
          return fault('bad-glob', pattern, 'has a group without a comma', 'a group has two alternatives at least: {one,other}');
        }
      }
    }
  }
  return commas.length > 0 ? fault('bad-glob', pattern, 'has a "{" without its "}"', 'close it, or write \\{ for a literal one') : undefined;
}

/** The offset of the `]` that closes a class, or what is wrong with the class. */
function classEnd(pattern: string, open: number): number | Fault {
  let at = open + (pattern[open + 1] === '^' ? 2 : 1);
  const first = at;
  for (; at < pattern.length && pattern[at] !== ']'; at++) {
    at += pattern[at] === '\\' ? 1 : 0;
  }
  if (at >= pattern.length) {
    return fault('bad-glob', pattern, 'has a "[" without its "]"', 'close it, or write \\[ for a literal one');
  }
  if (at === first) {
    return fault('bad-glob', pattern, 'has an empty class', 'write \\] for a bracket inside of a class');
  }
  if (pattern[at - 1] === '-' && at - 1 > first && pattern[at - 2] !== '\\') {
    return fault('bad-glob', pattern, 'has a class that ends in "-"', 'write the "-" first');
  }
  return at;
}

function fault(code: 'bad-glob' | 'bad-escape', pattern: string, what: string, help: string): Fault {
  const shown = pattern.length > 60 ? `${pattern.slice(0, 60)}…` : pattern;
  return { code, message: `the pattern "${shown}" ${what}`, help };
}
