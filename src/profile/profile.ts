import { build, type Content, type LoadedProfile } from './build';
import type { Decisions } from './decision';
import { ProfileError } from './errors';
import { contentOfText, readProfileFile, type ProfileTextOptions } from './from-text';
import { ProfileBase, ProfileKind, ProfileMode } from './kinds';
import { lintProfile, type LintFinding, type LintProfileOptions } from './lint-profile';
import { checkName } from './name';
import type { AppArmorProfileProps } from './props';
import { Verdict, type Decision, type DecisionOptions } from './verdict';

/** Loaded when first asked: a program that only writes profiles shall not pay for deciding. */
// eslint-disable-next-line @typescript-eslint/no-require-imports
const decisions = (): typeof import('./decision') => require('./decision');

/**
 * An AppArmor profile as a value: what a pod is to be confined by.
 *
 * A distributed profile is called `PREFIX.NAME.HASH` on the node, with the first 8 hex digits of the SHA-256 of its text
 * (taken while it is called `PREFIX.NAME`): a changed profile is another profile, and the old one stays for the
 * containers that run in it.
 *
 * @example
 * const web = new AppArmorProfile({
 *   name: 'web',
 *   rules: [Rule.read('/etc/nginx/**'), Rule.execute('/usr/sbin/nginx'), Rule.capability('net_bind_service')],
 * });
 */
export class AppArmorProfile {
  /** The container runtime's own default profile, asked for by name: nodes without AppArmor refuse the pod. */
  static runtimeDefault(): AppArmorProfile {
    return fixed({ kind: ProfileKind.RUNTIME_DEFAULT, name: 'RuntimeDefault' });
  }

  /**
   * No confinement.
   *
   * @param reason why this is right, for the people who review it
   */
  static unconfined(reason: string): AppArmorProfile {
    if (typeof reason !== 'string' || reason.trim() === '') {
      throw new ProfileError('AppArmorProfile.unconfined() needs a reason; say why this runs without a profile');
    }
    return fixed({ kind: ProfileKind.UNCONFINED, name: 'Unconfined', reason: reason.trim() });
  }

  /**
   * A profile that the node has by itself.
   *
   * @param name under which it is loaded there, as `aa-status` lists it
   */
  static preloaded(name: string): AppArmorProfile {
    checkName('profile name', name);
    return fixed({ kind: ProfileKind.PRELOADED, name, loadedName: name });
  }

  /**
   * A profile from a text in the AppArmor language. The text stays as the author wrote it, but for the profile's own name
   * and, if it pins none, the abi. A text with errors, an attachment path, a namespace, or several profiles of
   * which `options.profile` names none throws.
   *
   * @param text the whole text, with its `profile NAME { … }`
   * @param options another name or mode than the text's
   */
  static fromText(text: string, options?: ProfileTextOptions): AppArmorProfile {
    return prepared(contentOfText(text, options ?? {}));
  }

  /**
   * The same from a file.
   *
   * @param path of the file; a relative one begins where the program runs
   * @param options another name or mode than the text's
   */
  static fromFile(path: string, options?: ProfileTextOptions): AppArmorProfile {
    return prepared(contentOfText(readProfileFile(path), { fileName: path, ...options }));
  }

  /** Where it comes from, which says what else there is: only a distributed profile has a text here. */
  readonly kind: ProfileKind;
  /** As given by the program; `RuntimeDefault` and `Unconfined` for these two. */
  readonly name: string;
  /** What becomes of an access that no rule allows. */
  readonly mode: ProfileMode;
  /** Why there is no confinement, for `UNCONFINED`. */
  readonly reason?: string;
  private readonly content: Content;
  private decisions?: Decisions;

  constructor(props: AppArmorProfileProps) {
    const content = (props as PreparedProps)[PREPARED] ?? build(props);
    this.content = content;
    this.kind = content.kind;
    this.name = content.name;
    this.mode = content.mode;
    this.reason = content.reason;
  }

  /**
   * What the kernel lists it as and pods ask for.
   *
   * @throws where the runtime chooses the name, or there is none
   */
  get loadedName(): string {
    const { loadedName } = this.content;
    if (loadedName === undefined) {
      throw new ProfileError(`the profile ${this.name} has no name on the node; look at its kind first`);
    }
    return loadedName;
  }

  /**
   * The text that is loaded: named `loadedName`, with a pinned ABI, ending in a line end.
   *
   * @throws for profiles that are not distributed
   */
  toText(): string {
    const { text } = this.content;
    if (text === undefined) {
      throw new ProfileError(`the profile ${this.name} is not distributed, so it has no text here; look at its kind first`);
    }
    return text;
  }

  /** Every name that the kernel lists once the text is loaded: the profile's own, then `parent//child` for children and hats. */
  loadedNames(): string[] {
    return this.content.loaded.map(({ name }) => name);
  }

  /** The same with the mode of each. */
  loadedProfiles(): LoadedProfile[] {
    return [...this.content.loaded];
  }

  /**
   * Whether an access is allowed, and by which rules: `{ class: 'file', path: '/etc/passwd', mask: 'r' }`. The classes and
   * their fields are those of the command `k8s-apparmor decide`.
   *
   * @param access what is asked, with its `class`
   * @param options the node's kernel and files, and a child profile
   * @throws for an access that is none, and for a preloaded profile, whose text nobody knows here
   */
  decide(access: Record<string, any>, options?: DecisionOptions): Decision {
    if (this.kind === ProfileKind.UNCONFINED) {
      return { verdict: Verdict.UNMEDIATED, audited: false, rules: [], unread: [] };
    }
    this.decisions ??= new (decisions().Decisions)(this.name, this.judgedText('decided upon'));
    return this.decisions.decide(access, options);
  }

  /**
   * What reviewers want to know of the text; lines are those of `toText()`. Nothing for profiles that are not distributed.
   *
   * @param options which lints, and for which kernel
   */
  lint(options?: LintProfileOptions): LintFinding[] {
    if (this.kind !== ProfileKind.DISTRIBUTED) {
      return [];
    }
    return lintProfile(this.name, this.toText(), options);
  }

  /** The text that answers for this profile: for the runtime's own default the base that follows it. */
  private judgedText(what: string): string {
    if (this.kind === ProfileKind.PRELOADED) {
      throw new ProfileError(`the preloaded profile "${this.name}" cannot be ${what}: its text is on the node; read it by AppArmorProfile.fromFile`);
    }
    const text = this.content.text ?? build({ name: this.name, base: ProfileBase.RUNTIME_DEFAULT }).text;
    return text!;
  }
}

const PREPARED = Symbol('prepared content');

interface PreparedProps extends AppArmorProfileProps {
  readonly [PREPARED]: Content;
}

function prepared(content: Content): AppArmorProfile {
  const props: PreparedProps = { name: content.name, [PREPARED]: content };
  return new AppArmorProfile(props);
}

function fixed(content: Omit<Content, 'mode' | 'loaded'>): AppArmorProfile {
  const { loadedName } = content;
  const mode = ProfileMode.ENFORCE;
  return prepared({ mode, loaded: loadedName === undefined ? [] : [{ name: loadedName, mode }], ...content });
}
