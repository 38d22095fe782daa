import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CompiledProfile, readCompiledPolicy } from './compiled-policy';
import type { Random } from './random';
import { type Generation, realParser } from '../support/real/parsers';

/**
 * What newer parsers put out as tables of permissions apart, where kernels take them: the older form says the same. And network
 * rules by address, which no mainline kernel has.
 */
const LEFT_OUT = /^\s*(?:permstable32|permstable32_version|state32)\s*\{[^}]*\}\s*$|\baf_inet\s*\{yes\s*\}/gm;

/** The features file of an ABI as one of a mainline kernel, and asking for permissions in the older form. */
export function plainFeatures(generation: Generation, abi: string): string {
  return readFileSync(realParser(generation).abi(abi), 'utf8').replace(LEFT_OUT, '');
}

const files = new Map<string, string>();

function fileOf(features: string): string {
  const known = files.get(features) ?? join(mkdtempSync(join(tmpdir(), 'k8s-apparmor-features-')), 'features');
  if (!files.has(features)) {
    writeFileSync(known, features);
    files.set(features, known);
  }
  return known;
}

/** The ABIs that come with each parser and that mainline kernels have the like of. */
export const ABIS: Readonly<Record<Generation, readonly string[]>> = { '3.0': ['3.0'], '4.1': ['3.0', '4.0'], '5.0': ['3.0', '4.0', '5.0'] };

/**
 * What a real parser compiles a policy to; undefined where it refuses it.
 *
 * @param abi the ABI whose features stand for the kernel's
 */
export function compile(generation: Generation, text: string, abi = '3.0'): CompiledProfile[] | undefined {
  const { base, run } = realParser(generation);
  const { code, stdout } = run(['-QKS', '-M', fileOf(plainFeatures(generation, abi)), '--base', base], text, { timeoutMs: 20_000 });
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
