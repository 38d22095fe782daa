import { isExact, parsePattern, type Expression } from '../automaton';
import type { ExecAccess, FileAccess, LinkAccess } from './access';
import type { FileRule } from './file';
import type { LinkRule } from './link';
import { AccessError, type Clause, type ExecClause, type Ground, type Match, type Question } from './match';
import type { Qualifiers } from './rule';

/** Permissions of one half: the owner's. The other half has the same, shifted by `OTHER`. */
export const FILE_BITS = { r: 1, w: 2, a: 4, x: 8, l: 16, k: 32, m: 64 } as const;

/** Factor between the bits of the owner's half and of the other. */
export const OTHER = 128;

/** Bit of the table `link`: the link may not have permissions that its target lacks. Kernels test it for owners only. */
export const SUBSET = 1;

/** Modes that keep the profile, at least where there is no other: they let the program be mapped, too. */
const INHERITS: ReadonlySet<string> = new Set(['ix', 'pix', 'cix']);

/** What `file,` and `all,` are about. */
const EVERY_PATH = '/{**,}';

/** What a link may point to where the rule does not say. */
const ANY_TARGET = '/[^/]**';

export const fileMatch: Match<FileRule, FileAccess | ExecAccess> = { clauses: fileClauses, questions };
export const linkMatch: Match<LinkRule, LinkAccess> = { clauses: linkClauses, questions: linkQuestions };

/** Bits for the halves that a rule is about. */
export function halves(bits: number, { owner }: Qualifiers): number {
  return (owner === 'other' ? 0 : bits) + (owner === 'owner' ? 0 : bits * OTHER);
}

/** Whether an exec mode implies the permission `m`. */
export function impliesMap({ mode }: ExecClause): boolean {
  return INHERITS.has(mode);
}

function fileClauses(rule: FileRule, ground: Ground): readonly Clause[] {
  const { permissions, exec, qualifiers, path = EVERY_PATH } = rule;
  const denied = qualifiers.access === 'deny';
  const letters = new Set(permissions.replace(/w/g, 'wa'));
  const linked = letters.has('l');
  if (denied) {
    letters.delete('l'); // A link is denied by the pair only.
  }
  const bits = [...letters].reduce((sum, letter) => sum + FILE_BITS[letter as keyof typeof FILE_BITS], exec === undefined ? 0 : FILE_BITS.x);
  const clauses: Clause[] = [];
  for (const pattern of bits === 0 ? [] : ground.paths(path)) {
    const expression = parsePattern(pattern);
    clauses.push({
      table: 'file', fields: [expression], permissions: halves(bits, qualifiers), ...(exec === undefined ? {} : { exec: execClause(rule, expression, ground) }),
    });
  }
  if (linked) {
    const pairs = rule.linkTarget === undefined
      ? ground.paths(path).map((one) => [one, ANY_TARGET] as const)
      : ground.pathPairs(path, rule.linkTarget);
    clauses.push(...pairs.map((pair) => pairClause(pair, qualifiers, rule.linkTarget === undefined)));
  }
  return clauses;
}

function execClause({ exec = 'x', scrub = false, target }: FileRule, expression: Expression, ground: Ground): ExecClause {
  const mode = exec === 'ux' && target !== undefined ? 'px' : exec; // The parser reads `ux -> NAME` as `px -> NAME`.
  return { mode, scrub, exact: isExact(expression, ground.atLeast('4.1')), ...(target === undefined ? {} : { target: ground.expand(target) }) };
}

function linkClauses({ path, target, subset, qualifiers }: LinkRule, ground: Ground): readonly Clause[] {
  const pairs = ground.pathPairs(path, target).map((pair) => pairClause(pair, qualifiers, subset));
  if (qualifiers.access === 'deny') {
    return pairs;
  }
  const permissions = halves(FILE_BITS.l, qualifiers);
  return [...pairs, ...ground.paths(path).map((pattern): Clause => ({ table: 'file', fields: [parsePattern(pattern)], permissions }))];
}

function pairClause(pair: readonly [string, string], qualifiers: Qualifiers, subset: boolean): Clause {
  const denied = qualifiers.access === 'deny';
  const permissions = halves(FILE_BITS.l, qualifiers) + (subset && !denied ? SUBSET : 0);
  return { table: 'link', fields: pair.map((pattern) => parsePattern(pattern)), permissions };
}

const MASKS = new Map<string, number>();

function questions(access: FileAccess | ExecAccess): readonly Question[] {
  const bits = access.class === 'exec' ? FILE_BITS.x : maskBits(access.mask);
  return [{ table: 'file', fields: [access.path], permissions: access.owner === true ? bits : bits * OTHER }];
}

/** The bits of a mask such as `rw`. */
export function maskBits(mask: string): number {
  const known = MASKS.get(mask);
  if (known !== undefined) {
    return known;
  }
  if (!/^[rwalkm]+$/.test(mask)) {
    throw new AccessError(`mask '${mask.slice(0, 20)}' is none; use some of r, w, a, l, k, m (the class exec asks for x)`);
  }
  const bits = [...new Set(mask)].reduce((sum, letter) => sum + FILE_BITS[letter as keyof typeof FILE_BITS], 0);
  if (MASKS.size < 1000) {
    MASKS.set(mask, bits);
  }
  return bits;
}

function linkQuestions({ path, target, owner }: LinkAccess): readonly Question[] {
  const permissions = owner === true ? FILE_BITS.l : FILE_BITS.l * OTHER;
  return [{ table: 'file', fields: [path], permissions }, { table: 'link', fields: [path, target], permissions }];
}
