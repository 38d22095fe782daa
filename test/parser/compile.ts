import { type CompiledProfile, readCompiledPolicy } from './compiled-policy';
import type { Random } from './random';
import { type Generation, realParser } from '../support/real/parsers';

/**
 * What a real parser compiles a policy to; undefined where it refuses it.
 *
 * @param features the features file that stands for the kernel's
 */
export function compile(generation: Generation, text: string, features = '3.0'): CompiledProfile[] | undefined {
  const parser = realParser(generation);
  const { code, stdout } = parser.run(['-QKS', '-M', parser.abi(features), '--base', parser.base], text, { timeoutMs: 20_000 });
  return code === 0 ? readCompiledPolicy(stdout) : undefined;
}

const ORDERS = 40;

/**
 * One profile, compiled alone with its rules in other orders. Parser 4.1 keeps or drops the `m` of `ix`, and whether it is
 * audited, by where its memory happens to lie.
 *
 * @param text a profile whose rules take a line each, the last a child
 * @param head what stands above it
 */
export function inOtherOrders(generation: Generation, text: string, random: Random, head: string): readonly CompiledProfile[] {
  const [opening, ...rest] = text.trimEnd().split('\n');
  const [rules, ending] = [rest.slice(0, -2), rest.slice(-2)];
  return Array.from({ length: ORDERS }, () => {
    const order = rules.map((rule) => [random.below(1_000_000), rule] as const).sort((one, other) => one[0] - other[0]).map(([, rule]) => rule);
    const whole = `${head}${[opening, ...order, ...ending].join('\n')}\n`;
    return compile(generation, whole)?.find(({ name }) => opening.includes(` ${name} `));
  }).filter((compiled) => compiled !== undefined);
}
