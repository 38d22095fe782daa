import { AppArmorProfile, Verdict, type Decision, type DecisionOptions } from '../profile';
import type { Access } from '../rules/access';
import { accessText } from '../rules/access-text';
import { printRule, ruleFromAccess } from '../rules/registry';

/** What a matcher of jest gives. */
export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/** `expect(profile).toAllow(access)`: the kernel lets it pass, by a rule or because nothing mediates it. */
export function toAllow(received: unknown, access: Record<string, any>, options?: DecisionOptions): MatcherResult {
  const profile = profileOf(received, 'toAllow');
  const decision = profile.decide(access, options);
  return {
    pass: decision.verdict !== Verdict.DENIED,
    message: () => sentence(profile, access, decision, decision.verdict === Verdict.DENIED ? 'allow' : 'not to allow'),
  };
}

/** `expect(profile).toDeny(access)`: the kernel refuses it. What nothing mediates is not denied. */
export function toDeny(received: unknown, access: Record<string, any>, options?: DecisionOptions): MatcherResult {
  const profile = profileOf(received, 'toDeny');
  const decision = profile.decide(access, options);
  return {
    pass: decision.verdict === Verdict.DENIED,
    message: () => sentence(profile, access, decision, decision.verdict === Verdict.DENIED ? 'not to deny' : 'deny'),
  };
}

function profileOf(received: unknown, matcher: string): AppArmorProfile {
  if (received instanceof AppArmorProfile) {
    return received;
  }
  throw new Error(`${matcher}() is for an AppArmorProfile; write expect(profile).${matcher}(…), with a text use AppArmorProfile.fromText()`);
}

function sentence(profile: AppArmorProfile, access: Record<string, any>, decision: Decision, wish: string): string {
  const to = wish.startsWith('not') ? wish : `to ${wish}`;
  const lines = [`expected the profile "${profile.name}" ${to} ${accessText(access as Access)}`, reason(decision)];
  const rule = wish === 'allow' && decision.rules.length === 0 ? ruleFromAccess(access as Access) : undefined;
  if (rule !== undefined) {
    lines.push(`this rule would allow it: ${printRule(rule)}`);
  }
  if (decision.unread.length > 0) {
    lines.push(`not read: ${decision.unread.join(', ')}; give a folder with them as { base } to have them decide, too`);
  }
  return lines.join('\n');
}

function reason({ verdict, rules }: Decision): string {
  if (verdict === Verdict.UNMEDIATED) {
    return 'it is unmediated: the abi of the profile or the kernel leaves such accesses free';
  }
  if (rules.length === 0) {
    return verdict === Verdict.DENIED ? 'it is denied: no rule allows it' : 'it is allowed by the mode of the profile';
  }
  return `it is ${verdict} by ${rules.map(({ file, line, text }) => `"${text}" (${file}:${line})`).join(' and ')}`;
}
