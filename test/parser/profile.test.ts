import * as fc from 'fast-check';
import { AppArmorAbi, type AppArmorProfile } from '../../src/profile';
import { profile } from '../profile/arbitraries';
import { GENERATIONS, realParser, type Generation } from '../support/real/parsers';

/** Profiles for the ABI that every parser has; more by the environment variable. Of the others a quarter. */
const COUNT = Number(process.env.K8S_APPARMOR_PROFILES ?? 2000);
const BATCH = 25;

const READERS: ReadonlyArray<readonly [AppArmorAbi, readonly Generation[]]> = [
  [AppArmorAbi.V3_0, GENERATIONS],
  [AppArmorAbi.V4_0, ['4.1', '5.0']],
  [AppArmorAbi.V5_0, ['5.0']],
];

/** One parser run reads many profiles: the part before the first one stands once. */
function together(profiles: readonly AppArmorProfile[]): string {
  const texts = profiles.map((one) => one.toText());
  const preambles = [...new Set(texts.flatMap((text) => text.slice(0, text.indexOf('\nprofile ')).split('\n')))];
  const names = new Set<string>();
  const bodies = texts.map((text) => text.slice(text.indexOf('\nprofile '))).filter((body) => !names.has(body) && names.add(body));
  return `${preambles.join('\n')}\n${bodies.join('')}`;
}

async function refusal(generation: Generation, text: string): Promise<string | undefined> {
  const parser = realParser(generation);
  const features = generation === '3.0' ? '3.0' : generation === '4.1' ? '4.0' : '5.0';
  const run = await parser.runAsync(['-QKS', '-M', parser.abi(features), '--base', parser.base], text);
  return run.code === 0 && run.stderr === '' ? undefined : `${generation} answers ${run.code}: ${run.stderr}`;
}

test.each(READERS)('random typed profiles for %s are accepted without a word by the parsers %j', async (abi, generations) => {
  const count = abi === AppArmorAbi.V3_0 ? COUNT : Math.ceil(COUNT / 4);
  const profiles = fc.sample(profile(abi), { numRuns: count, seed: 20241 });
  const batches = Array.from({ length: Math.ceil(count / BATCH) }, (_, index) => profiles.slice(index * BATCH, (index + 1) * BATCH));
  expect(batches.flat()).toHaveLength(count);
  for (const batch of batches) {
    const answers = await Promise.all(generations.map(async (generation) => refusal(generation, together(batch))));
    if (answers.every((answer) => answer === undefined)) {
      continue;
    }
    for (const one of batch) {
      for (const generation of generations) {
        expect([await refusal(generation, one.toText()), one.toText()]).toEqual([undefined, one.toText()]);
      }
    }
    expect(answers).toEqual(generations.map(() => undefined));
  }
}, 600_000);
