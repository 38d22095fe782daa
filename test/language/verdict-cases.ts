import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ParserGeneration } from '../../src/language';

/** A text, and the generations of the real parser that accept it. */
export interface VerdictCase {
  /** As written in the table. */
  readonly name: string;
  readonly text: string;
  readonly acceptedBy: readonly ParserGeneration[];
}

const FOLDER = join(__dirname, 'verdicts');
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

/** Near-misses of every family, from `verdicts/*.txt`: lines of `GENERATIONS | TEXT` with the escapes \n \t \r \\. */
export function verdictCases(): VerdictCase[] {
  return readdirSync(FOLDER).sort().flatMap((file) => readFileSync(join(FOLDER, file), 'utf8').split('\n')
    .filter((line) => line !== '' && !line.startsWith('#')).map((line) => {
      const [, generations, name] = /^(.+?) *\| (.*)$/.exec(line)!;
      const text = name.replace(/\\([ntr\\])/g, (_all, letter: string) => ESCAPES[letter] ?? letter);
      return {
        name,
        text: file === 'rules.txt' ? `profile p {\n  ${text}\n}\n` : `${text}\n`,
        acceptedBy: (generations === 'none' ? [] : generations.split(' ')) as ParserGeneration[],
      };
    }));
}
