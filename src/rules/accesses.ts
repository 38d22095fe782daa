import type { Severity } from '../diagnostics';
import type { Cursor } from '../language/cursor';

/** The words of a family's access list and what each stands for. Letters of `rw` words are looked up one by one. */
export type AccessWords = Readonly<Record<string, readonly string[]>>;

/** Whether a word may stand as an access without parentheses. */
export function isAccessWord(word: string, words: AccessWords): boolean {
  return Object.hasOwn(words, word) || ('r' in words && (word === 'rw' || word === 'wr'));
}

/** In a list letters may repeat and be capital. */
function isListed(word: string, words: AccessWords): boolean {
  return Object.hasOwn(words, word) || ('r' in words && /^[rw]+$/i.test(word));
}

/** The accesses that words stand for, each once, in the order of the table. */
export function readAccesses(cursor: Cursor, written: readonly string[], words: AccessWords, rule: string, severity: Severity = 'error'): readonly string[] {
  if (written.length === 0) {
    return written;
  }
  const found = new Set<string>();
  for (const word of written) {
    if (!isListed(word, words) && word !== '') {
      cursor.reportAt(word, {
        code: 'unknown-access',
        severity,
        message: `"${word}" is no access of ${rule} rules`,
        help: `use some of ${Object.keys(words).filter((known) => known.length > 2).join(', ')}`,
      });
    }
    for (const access of Object.hasOwn(words, word) ? words[word] : [...word.toLowerCase()].flatMap((letter) => words[letter] ?? [])) {
      found.add(access);
    }
  }
  const order = [...new Set(Object.values(words).flat())];
  return order.filter((access) => found.has(access));
}

/** Whether every one of `narrow` is among `wide`, where none means all. */
export function coversNames(wide: readonly string[], narrow: readonly string[]): boolean {
  return wide.length === 0 || (narrow.length > 0 && narrow.every((name) => wide.includes(name)));
}
