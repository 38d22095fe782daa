import type { Mutant, Original } from './mutation';
import { type Diagnostic } from '../../src/diagnostics';
import { checkText, includeFiles, type IncludeFiles, type ParserGeneration } from '../../src/language';
import { realParser } from '../support/real/parsers';

/** One text, judged by both. */
export interface Verdicts {
  readonly mutant: Mutant;
  /** Whether the real parser accepts it; undefined where it ran out of time or crashed. */
  readonly real: boolean | undefined;
  readonly realWords: string;
  readonly errors: readonly Diagnostic[];
}

/** Features file that each generation judges by: without one a parser skips the families that this machine's kernel lacks. */
const FEATURES: Readonly<Record<ParserGeneration, string>> = { '3.0': '3.0', '4.1': '4.0', '5.0': '5.0' };
/** Real parsers at a time. */
const WORKERS = 2;
const TIME_LIMIT = 20_000;

/** Those that this generation of the real parser accepts. */
export async function acceptedBy(generation: ParserGeneration, texts: readonly Original[]): Promise<Original[]> {
  const verdicts = await judgeAll(texts.map((text) => ({ ...text, change: '' })), generation);
  return verdicts.filter(({ real }) => real === true).map(({ mutant }) => mutant);
}

/** Both verdicts on each text, in the order of the texts. */
export async function judgeAll(mutants: readonly Mutant[], generation: ParserGeneration): Promise<Verdicts[]> {
  const parser = realParser(generation);
  const includes = new Map<string, IncludeFiles>();
  const results: Verdicts[] = new Array(mutants.length);
  let next = 0;
  const work = async () => {
    for (let at = next++; at < mutants.length; at = next++) {
      const mutant = mutants[at];
      const { text, base } = mutant;
      const run = await parser.runAsync(['-QKS', '-M', parser.abi(FEATURES[generation]), '--base', base], text, { timeoutMs: TIME_LIMIT });
      const options = { base, parser: generation };
      const shared = includes.get(base) ?? includeFiles(options);
      includes.set(base, shared);
      const errors = checkText(text, { ...options, includes: shared }).filter(({ severity }) => severity === 'error');
      results[at] = { mutant, real: run.code === null ? undefined : run.code === 0, realWords: firstWords(run.stderr), errors };
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  return results;
}

function firstWords(stderr: string): string {
  return stderr.split('\n').find((line) => line !== '' && !line.startsWith('Warning')) ?? '';
}

/** Shares of agreement among the texts that the real parser accepts and among those that it refuses. */
export function agreement(verdicts: readonly Verdicts[]) {
  const judged = verdicts.filter(({ real }) => real !== undefined);
  const [accepted, refused] = [judged.filter(({ real }) => real), judged.filter(({ real }) => !real)];
  const wronglyRefused = accepted.filter(({ errors }) => errors.length > 0);
  const wronglyAccepted = refused.filter(({ errors }) => errors.length === 0);
  return { accepted, refused, wronglyRefused, wronglyAccepted, timedOut: verdicts.length - judged.length };
}
