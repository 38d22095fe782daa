import { without, type Judgement } from './combine';
import { commonFeatures } from './features';
import { forgottenClasses } from './forgotten';
import { groundOf } from './ground';
import { linkIsSubset } from './link';
import { decideRlimit } from './rlimit';
import { ClauseTables } from './tables';
import { Transitions } from './transition';
import type { Verdict, VerdictRule } from './verdict';
import { type FlatProfile, type ParserGeneration, type Policy, printItem } from '../language';
import type { Access } from '../rules/access';
import { AccessError, type Ground, type Question } from '../rules/match';
import { JUDGES, MATCHES } from '../rules/match-registry';

export interface DecideOptions {
  /** Features of the kernel: a text in the format of features files. Default: mainline 6.1. */
  readonly features?: string;
  /** Text of the features file that the policy's `abi` declaration names. Default: what parsers take a policy without one for. */
  readonly abi?: string;
  /** The parser that compiles the policy. Default: the newest. */
  readonly parser?: ParserGeneration;
}

const UNMEDIATED: Verdict = Object.freeze({ verdict: 'unmediated', audited: false, rules: Object.freeze([]) as readonly VerdictRule[] });

/** Modes that mediate nothing: parsers compile both to the same. */
const FREE_MODES: ReadonlySet<string> = new Set(['unconfined', 'default_allow']);

/** Answers what one profile allows. Keep it: what it learns of the rules makes later answers fast. */
export class Decider {
  private readonly ground: Ground;
  private readonly tables: ClauseTables;
  private readonly transitions: Transitions;
  private readonly complain: boolean;
  private readonly free: boolean;
  /** The flag `audit`: everything is logged. */
  private readonly auditAll: boolean;
  private forgotten: ReadonlySet<string> | undefined;
  private readonly places: VerdictRule[] = [];

  /** @throws PatternError, LimitError, AccessError where the profile cannot be compiled; check it first */
  constructor(policy: Policy, private readonly profile: FlatProfile, options: DecideOptions = {}) {
    const { features, abi, parser = '5.0' } = options;
    this.ground = groundOf(policy, profile, commonFeatures(policy, features, abi), parser);
    this.tables = new ClauseTables(profile, this.ground);
    this.transitions = new Transitions(policy, profile, this.ground);
    this.complain = profile.mode === 'complain';
    this.free = FREE_MODES.has(profile.mode);
    this.auditAll = profile.flags.includes('audit');
  }

  /** @throws AccessError where the access has an unknown value, LimitError where it is too hard to judge */
  decide(access: Access): Verdict {
    if (access.class === 'rlimit') {
      return this.free ? UNMEDIATED : decideRlimit(this.profile.rules, access, (index) => this.place(index));
    }
    const judge = Object.hasOwn(JUDGES, access.class) ? MATCHES[JUDGES[access.class]] : undefined;
    if (judge === undefined) {
      throw new AccessError(`class '${String(access.class)}' is unknown; use one of ${Object.keys(JUDGES).join(', ')}, rlimit`);
    }
    const questions = judge.questions?.(access, this.ground);
    if (questions === undefined || this.free || this.isForgotten(access)) {
      return UNMEDIATED;
    }
    return questions.length === 1 && access.class !== 'exec' ? this.answer(questions[0]) : this.together(access, questions);
  }

  private isForgotten(access: Access): boolean {
    this.forgotten ??= forgottenClasses(this.tables, this.ground);
    return this.forgotten.has(access.class);
  }

  private answer(question: Question): Verdict {
    return this.tables.matching(question).verdict(question.permissions, this.verdict);
  }

  private readonly verdict = (judgement: Judgement, permissions: number): Verdict => Object.freeze(this.verdictOf(judgement, permissions));

  private verdictOf(judgement: Judgement, permissions: number): Verdict {
    const { allowed, prompt, audited, quiet } = judgement;
    const rules = judgement.rules.map((index) => this.place(index));
    const denied = without(permissions, allowed);
    if (denied === 0) {
      return { verdict: 'allowed', audited: this.auditAll || audited !== 0, rules };
    }
    const loud = this.auditAll || without(denied, quiet) !== 0;
    if (this.complain && loud) {
      return { verdict: 'allowed', audited: true, rules };
    }
    return { verdict: 'denied', audited: loud, rules: this.denying(judgement, rules), ...(without(denied, prompt) === 0 ? { prompt: true as const } : {}) };
  }

  /** Where some permissions are denied, rules that allow others led to nothing. */
  private denying(judgement: Judgement, rules: readonly VerdictRule[]): readonly VerdictRule[] {
    return rules.filter((_rule, at) => (this.profile.rules[judgement.rules[at]]?.qualifiers.access ?? 'allow') !== 'allow');
  }

  /** Questions that must all be allowed; the first that is not decides. */
  private together(access: Access, questions: readonly Question[]): Verdict {
    const verdicts: Verdict[] = [];
    for (const question of questions) {
      const verdict = this.answer(question);
      if (verdict.verdict === 'denied') {
        return verdict;
      }
      verdicts.push(verdict);
    }
    const rules = [...new Set(verdicts.flatMap((verdict) => verdict.rules))];
    const audited = verdicts.some((verdict) => verdict.audited);
    if (access.class === 'link' && !linkIsSubset(this.tables, questions, access)) {
      return this.complain ? { verdict: 'allowed', audited: true, rules } : { verdict: 'denied', audited: true, rules };
    }
    const exec = access.class === 'exec' ? this.tables.matching(questions[0]).judge(questions[0].permissions).exec : undefined;
    const transition = exec === undefined || access.class !== 'exec' ? undefined : this.transitions.of(exec, access.path);
    return { verdict: 'allowed', audited, rules, ...(transition === undefined ? {} : { transition }) };
  }

  /** Where a rule is written. What no rule says but parsers add is placed at the profile's head. */
  private place(index: number): VerdictRule {
    this.places[index] ??= this.findPlace(index);
    return this.places[index];
  }

  private findPlace(index: number): VerdictRule {
    const rule = index < this.profile.rules.length ? this.profile.rules[index] : undefined;
    const layout = rule === undefined ? this.profile.node.layout : rule.layout;
    const place = layout === undefined ? { file: '', line: 0 } : { file: layout.source.name, line: layout.source.position(layout.start).line };
    if (rule === undefined) {
      return { ...place, text: IMPLIED };
    }
    return { ...place, text: layout === undefined ? printItem(rule) : layout.source.text.slice(layout.start, layout.end) };
  }
}

/** How the rules that parsers add by themselves are named. */
const IMPLIED = '(added by the parser for changes of profile and hat)';
