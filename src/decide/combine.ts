import type { Verdict } from './verdict';
import { FILE_BITS, impliesMap, OTHER } from '../rules/file-match';
import type { Clause, Generation } from '../rules/match';

/** A clause with the rule it comes from. */
export interface HeldClause {
  readonly clause: Clause;
  readonly access: 'allow' | 'deny' | 'prompt';
  readonly audit: boolean;
  readonly priority: number;
  /** Number of the rule in the order of the text. */
  readonly rule: number;
}

/** What all clauses that match one text say of some permissions. All members but `rules` are sets of bits. */
export interface Judgement {
  readonly allowed: number;
  readonly prompt: number;
  /** Logged although allowed. */
  readonly audited: number;
  /** Denied without a word in the log. */
  readonly quiet: number;
  /** The numbers of the rules that won for some bit. */
  readonly rules: readonly number[];
  /** The clause that tells how to execute. */
  readonly exec?: Clause;
}

interface BitJudgement {
  readonly winners: readonly HeldClause[];
  readonly access?: HeldClause['access'];
  /** Where rules that did not win are heard on this, too. */
  readonly audited?: boolean;
}

const HALVES = [1, OTHER];
const BITS = 14;
const NOBODY: BitJudgement = { winners: [] };

/**
 * The clauses of one table that match one text; apparmor.d(5), "Rule Qualifiers": for each permission the highest priority
 * counts, and in it deny wins over allow, which wins over prompt.
 */
export class MatchingClauses {
  /** The permissions that were asked first and what came of them: few texts are ever asked of others. */
  private asked = 0;
  private answer: Verdict | undefined;
  private others: Map<number, Verdict> | undefined;

  constructor(readonly clauses: readonly HeldClause[], private readonly parser: Generation) {}

  /** What the caller makes of the judgement, made once for each set of permissions. */
  verdict(permissions: number, make: (judgement: Judgement, permissions: number) => Verdict): Verdict {
    if (permissions === this.asked && this.answer !== undefined) {
      return this.answer;
    }
    const known = this.others?.get(permissions);
    if (known !== undefined) {
      return known;
    }
    const made = make(this.judge(permissions), permissions);
    if (this.answer === undefined) {
      [this.asked, this.answer] = [permissions, made];
    } else {
      (this.others ??= new Map()).set(permissions, made);
    }
    return made;
  }

  judge(permissions: number): Judgement {
    const sums = { allowed: 0, prompt: 0, audited: 0, quiet: 0 };
    const rules = new Set<number>();
    let exec: Clause | undefined;
    for (let index = 0; index < BITS; index++) {
      const bit = 2 ** index;
      if (!has(permissions, bit)) {
        continue;
      }
      const { winners, access, audited = winners.some(({ audit }) => audit) } = this.judgeBit(bit);
      winners.forEach(({ rule }) => rules.add(rule));
      sums.allowed += access === 'allow' ? bit : 0;
      sums.prompt += access === 'prompt' ? bit : 0;
      sums.audited += access === 'allow' && audited ? bit : 0;
      sums.quiet += access === 'deny' && winners.some(({ audit }) => !audit) ? bit : 0;
      exec = isExecBit(bit) && access === 'allow' ? winners[0].clause : exec;
    }
    return { ...sums, rules: [...rules].sort((a, b) => a - b), ...(exec === undefined ? {} : { exec }) };
  }

  private judgeBit(bit: number): BitJudgement {
    const half = HALVES.find((factor) => bit === FILE_BITS.m * factor);
    const about = this.clauses.filter(({ clause }) => has(clause.permissions, bit));
    if (half !== undefined) {
      return this.judgeMap(about, FILE_BITS.x * half);
    }
    return isExecBit(bit) ? exactFirst(weigh(about), this.parser) : weigh(about);
  }

  /**
   * Mapping, which exec modes imply that keep the profile. Before parser 5.0 every such rule that matches is one more rule for
   * it; from 5.0 on only those that win for the execution, and only where no rule speaks of mapping itself. Auditing them
   * audits this as well in 4.1 only.
   */
  private judgeMap(about: readonly HeldClause[], execBit: number): BitJudgement {
    const execs = this.clauses.filter(({ clause }) => clause.exec !== undefined && has(clause.permissions, execBit));
    const heard = this.parser === '5.0' ? exactFirst(weigh(execs), this.parser).winners : execs;
    const implied = heard.filter(({ clause, access }) => access !== 'deny' && clause.exec !== undefined && impliesMap(clause.exec))
      .map((held) => ({ ...held, audit: held.audit && this.parser === '4.1' }));
    return weigh(this.parser === '5.0' && about.length > 0 ? about : [...about, ...implied]);
  }
}

function weigh(about: readonly HeldClause[]): BitJudgement {
  if (about.length === 0) {
    return NOBODY;
  }
  const top = about.reduce((highest, { priority }) => Math.max(highest, priority), -Infinity);
  const heard = about.filter(({ priority }) => priority === top);
  for (const access of ['deny', 'allow', 'prompt'] as const) {
    const winners = heard.filter((held) => held.access === access);
    if (winners.length > 0) {
      return { winners, access };
    }
  }
  return NOBODY;
}

/** An exec rule without globs wins over those with some (apparmor.d(5), "Execute"); before parser 5.0 all of them can ask for auditing. */
function exactFirst(judgement: BitJudgement, parser: Generation): BitJudgement {
  const exact = judgement.access === 'allow' ? judgement.winners.filter(({ clause }) => clause.exec?.exact === true) : [];
  if (exact.length === 0) {
    return judgement;
  }
  return parser === '5.0' ? { ...judgement, winners: exact } : { ...judgement, winners: exact, audited: judgement.winners.some(({ audit }) => audit) };
}

function isExecBit(bit: number): boolean {
  return bit === FILE_BITS.x || bit === FILE_BITS.x * OTHER;
}

/* eslint-disable no-bitwise -- permissions are bits */
function has(permissions: number, bit: number): boolean {
  return (permissions & bit) !== 0;
}

export function without(permissions: number, bits: number): number {
  return permissions & ~bits;
}
/* eslint-enable no-bitwise */
