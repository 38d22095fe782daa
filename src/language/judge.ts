import type { Fault, ParserGeneration } from './cursor';
import type { Features } from './features';
import { splitFlag } from './flags';
import type { Flattening, Gathered, Origin, Part } from './flatten';
import type { Memory, Notable } from './memory';
import { patternFault } from './patterns';
import type { Variables } from './policy';
import { expandVariables, patternsOfAliases, type Reference, referencesOf } from './variables';
import { findExecConflict } from '../rules/exec-conflicts';
import { type AccessRule, familyOf } from '../rules/registry';

/** Distinct targets of named transitions that a profile can have (the table has 16 places, 4 are taken). */
const MOST_TARGETS = 12;

/** A rule that is compared with others, and the includes of this text that brought it. */
type Found = Notable & { readonly origin: Origin | undefined };

/** Variables that differ from profile to profile. */
const BUILT_IN = /@\{(?:profile_name|attach_path|exec_path)\}/;

/** What profiles are judged by, beside their own text. */
export interface JudgeOptions {
  readonly generation: ParserGeneration;
  /** What the policy's ABI and the kernel mediate; rules beyond are warned of. */
  readonly features: readonly Features[];
}

/** Finds what the real parser finds when it compiles: only in rules that count, with variables expanded. */
export class Judge {
  /** Global variables by whether their values can make no pattern wrong. */
  private readonly plain = new Map<string, boolean>();
  private readonly reported = new Set<string>();

  constructor(private readonly flat: Flattening, private readonly options: JudgeOptions, private readonly memory: Memory) {}

  judge(profiles: readonly Gathered[]): void {
    for (const profile of profiles) {
      this.profile(profile);
      this.judge(profile.children);
    }
  }

  private profile(profile: Gathered): void {
    const { variables } = this.flat.environment;
    const fault = expandVariables(profile.name, variables).fault ?? this.word(profile.attachment ?? profile.name, variables)
      ?? this.flagPaths(profile, variables);
    if (fault !== undefined) {
      this.flat.report(fault, profile.node, profile.origin);
    }
    const notable = profile.parts.flatMap((part) => this.part(profile, part));
    this.targets(profile, notable);
    this.changes(notable);
    this.conflict(profile, notable);
  }

  /** Judges rules that stand side by side. @returns those that are compared with others */
  private part(profile: Gathered, { rules, origin }: Part): readonly Found[] {
    const { parts } = this.memory;
    const { features } = this.options;
    const { state } = this.flat.environment;
    const unaliased = this.flat.aliases.length === 0;
    const known = unaliased ? parts.get(rules) : undefined;
    if (known?.state === state && known.features.length === features.length && known.features.every((one, at) => one === features[at])) {
      return known.notable.map((one) => ({ ...one, origin }));
    }
    const notable: Found[] = [];
    let lasting = unaliased;
    for (const rule of rules) {
      const fine = this.rule(profile, rule, origin);
      lasting &&= fine && this.memory.rules.has(rule);
      if (fine && rule.type === 'change_profile') {
        notable.push({ rule, origin });
      } else if (fine && rule.type === 'file' && (rule.target !== undefined || rule.exec !== undefined)) {
        const starts = rule.exec !== undefined && rule.qualifiers.access !== 'deny';
        const pattern = starts ? expandVariables(rule.path ?? '/{**,}', profile.variables).pattern : undefined;
        notable.push({ rule, origin, pattern });
      }
    }
    if (lasting) {
      parts.set(rules, { state, features, notable });
    }
    return notable;
  }

  private flagPaths({ flags }: Gathered, variables: Variables): Fault | undefined {
    for (const flag of flags) {
      const [name, value] = splitFlag(flag);
      if (name.startsWith('attach_disconnected.') && value !== undefined) {
        const { pattern, fault } = expandVariables(value, variables);
        if (fault !== undefined || !/^\{?\//.test(pattern!)) {
          return fault ?? { code: 'flag-value', message: `the path of "${flag}" is not absolute`, help: 'write a path that starts with "/"' };
        }
      }
    }
    return undefined;
  }

  /** What is wrong with a word: a pattern in which variables are expanded. */
  private word(word: string, variables: Variables): Fault | undefined {
    const { words } = this.memory;
    let facts = words.get(word);
    if (facts === undefined) {
      const references = referencesOf(word);
      facts = { names: references.map(({ name }) => name), fault: patternFault(withoutReferences(word, references)) };
      words.set(word, facts);
    }
    if (facts.names.every((name) => this.isPlain(name, variables))) {
      return facts.fault;
    }
    const { pattern, fault } = expandVariables(word, variables);
    return fault ?? patternFault(pattern!);
  }

  /** Whether a variable is declared and its values can make no pattern wrong. */
  private isPlain(name: string, variables: Variables): boolean {
    if (name === 'profile_name' || name === 'attach_path' || name === 'exec_path') {
      return name === 'profile_name' && variables.has(name);
    }
    let plain = this.plain.get(name);
    if (plain === undefined) {
      this.plain.set(name, false);
      plain = variables.get(name)?.every((value) => !/[{}[\]\\]/.test(withoutReferences(value, referencesOf(value)))
        && referencesOf(value).every((reference) => this.isPlain(reference.name, variables))) ?? false;
      this.plain.set(name, plain);
    }
    return plain;
  }

  /** @returns whether there is nothing to say about a rule by itself */
  private rule(profile: Gathered, rule: AccessRule, origin: Origin | undefined): boolean {
    const known = this.memory.rules.get(rule);
    const holds = known !== undefined && (known.state === undefined || known.state === this.flat.environment.state);
    const own = holds ? known.fault : this.ruleFault(profile, rule);
    const fault = own ?? (this.flat.aliases.length === 0 ? undefined : this.aliasFault(profile, rule)) ?? this.unenforced(rule);
    if (fault !== undefined) {
      this.note(fault, rule, origin);
    }
    return fault === undefined;
  }

  private ruleFault(profile: Gathered, rule: AccessRule): Fault | undefined {
    const family = familyOf(rule);
    const words = family.patterns(rule);
    let fault = family.check?.(rule, this.options.generation);
    for (const word of words) {
      fault ??= this.word(word, profile.variables);
    }
    const varies = words.some((word) => word.includes('@{'));
    if (!varies || !words.some((word) => BUILT_IN.test(word))) {
      this.memory.rules.set(rule, { state: varies ? this.flat.environment.state : undefined, fault });
    }
    return fault;
  }

  /** What the aliases make of a path may be no pattern. */
  private aliasFault({ variables }: Gathered, rule: AccessRule): Fault | undefined {
    const paths = rule.type === 'link' ? [rule.path, rule.target] : rule.type === 'file' && rule.path !== undefined ? [rule.path] : [];
    for (const path of paths) {
      const [, ...copies] = patternsOfAliases(expandVariables(path, variables).pattern ?? '', this.flat.aliases);
      const fault = copies.map(patternFault).find((one) => one !== undefined);
      if (fault !== undefined) {
        return fault;
      }
    }
    return undefined;
  }

  private unenforced(rule: AccessRule): Fault | undefined {
    const { features } = this.options;
    const reason = features.length === 0 ? undefined : familyOf(rule).unenforced?.(rule, (key) => features.every((set) => set.has(key)));
    const help = 'the access stays free for everything that this profile confines; pin an abi that has it, and check the kernel';
    return reason === undefined ? undefined : { code: 'not-enforced', severity: 'warning', message: reason, help };
  }

  private targets(profile: Gathered, notable: readonly Found[]): void {
    const targets = new Set<string>();
    for (const { rule, origin } of notable) {
      if (rule.type === 'file' && rule.target !== undefined) {
        targets.add(rule.exec?.startsWith('c') === true ? `${profile.fullName}//${rule.target}` : rule.target);
        if (targets.size > MOST_TARGETS) {
          const message = `profile ${profile.fullName} names more than ${MOST_TARGETS} transition targets`;
          this.note({ code: 'too-many-transitions', message, help: 'let attachments choose (px without a target), or split the profile' }, rule, origin);
          return;
        }
      }
    }
  }

  /** A safe and an unsafe change for one program to one profile contradict each other. */
  private changes(notable: readonly Found[]): void {
    const modes = new Map<string, string>();
    for (const { rule, origin } of notable) {
      if (rule.type === 'change_profile' && rule.exec !== undefined && rule.qualifiers.access !== 'deny') {
        const [key, mode] = [`${rule.exec}\0${rule.target ?? ''}`, rule.mode ?? 'safe'];
        if ((modes.get(key) ?? mode) !== mode) {
          const message = `change_profile for "${rule.exec}" is safe in one rule and unsafe in another`;
          this.note({ code: 'exec-conflict', message, help: 'keep one of them' }, rule, origin);
        }
        modes.set(key, mode);
      }
    }
  }

  private conflict(profile: Gathered, notable: readonly Found[]): void {
    const since41 = this.options.generation >= '4.1';
    const executing = notable.flatMap(({ rule, pattern, origin }) => (rule.type !== 'file' || pattern === undefined ? []
      : patternsOfAliases(pattern, this.flat.aliases).map((copy) => ({ rule, pattern: copy, origin }))));
    const conflict = findExecConflict(executing, { profile: profile.fullName, sets: since41, priorities: since41 });
    if (conflict !== undefined) {
      const { one, other } = conflict;
      const where = one.rule.layout === undefined ? '' : ` on line ${one.rule.layout.source.position(one.rule.layout.start).line}`;
      const message = `"${other.rule.path ?? 'file'}" runs programs otherwise than "${one.rule.path ?? 'file'}"${where} does`;
      const help = 'give both the same exec mode, or make one exact or of a higher priority';
      this.note({ code: 'exec-conflict', message, help }, other.rule, executing.find(({ rule }) => rule === other.rule)?.origin);
    }
  }

  private note(fault: Fault, rule: AccessRule, origin: Origin | undefined): void {
    const { layout } = rule;
    const key = `${layout?.source.name}\0${layout?.start}\0${fault.code}\0${fault.message}`;
    if (!this.reported.has(key)) {
      this.reported.add(key);
      this.flat.report(fault, rule, origin);
    }
  }
}

/** A word with a letter in the place of each reference. */
function withoutReferences(word: string, references: readonly Reference[]): string {
  let [text, from] = ['', 0];
  for (const { start, end } of references) {
    text += `${word.slice(from, start)}x`;
    from = end;
  }
  return text + word.slice(from);
}
