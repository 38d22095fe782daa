import type { Include, Item } from '../language';
import { capabilityRules } from './capability';
import { dbusRule, type DbusProps } from './dbus';
import { ProfileError } from './errors';
import { ExecTransition } from './exec-transition';
import { changeProfileRule, everyFile, fileRule, linkRule, type ChangeProfileOptions, type LinkOptions } from './file';
import { mountRule, pivotRootRule, type MountProps, type PivotRootProps } from './mount';
import { ioUringRule, mqueueRule, type IoUringProps, type MqueueProps } from './mqueue';
import { networkRule, type NetworkFamily, type NetworkOptions, type SocketType } from './network';
import { ptraceRule, type PtraceProps } from './ptrace';
import { childOf, qualify, type RuleItem } from './qualify';
import { rawItems } from './raw';
import { rlimitRule, type Resource } from './rlimit';
import { signalRule, type SignalProps } from './signal';
import { unixRule, type UnixProps } from './unix';
import { word } from './values';
import { NO_QUALIFIERS, type Qualifiers } from '../rules/rule';

/** How an included file is named. */
export interface IncludeOptions {
  /** A node without that file loads the profile all the same. @default false */
  readonly ifExists?: boolean;
}

/**
 * One thing that a profile allows, or with `deny()` forbids. Rules are values: each method gives a new one. A rule that
 * AppArmor does not know throws where it is written, with what to write instead.
 *
 * Paths and peers are patterns as apparmor.d(5) has them: `*` within one folder, `**` across folders, `?`, `[a-z]`,
 * `{one,other}`; directories end in `/`.
 *
 * @example
 * [Rule.read('/srv/www/**'), Rule.write('/srv/www/private/**').deny().audit(), Rule.network(NetworkFamily.INET, SocketType.STREAM)];
 */
export class Rule {
  /**
   * Reading the files of a path pattern (`r`).
   *
   * @param path pattern over absolute paths, `/srv/www/**`; a directory ends in `/`
   */
  static read(path: string): Rule {
    return Rule.of(fileRule('Rule.read()', path, 'r'));
  }

  /**
   * Writing, creating, renaming and removing (`w`).
   *
   * @param path pattern over absolute paths, `/var/cache/web/**`
   */
  static write(path: string): Rule {
    return Rule.of(fileRule('Rule.write()', path, 'w'));
  }

  /**
   * Writing at the end of files that exist (`a`).
   *
   * @param path pattern over absolute paths, `/var/log/web/*.log`
   */
  static append(path: string): Rule {
    return Rule.of(fileRule('Rule.append()', path, 'a'));
  }

  /**
   * Executing the programs of a path pattern.
   *
   * @param path of the programs
   * @param transition what becomes of the confinement; default: the program stays in the profile
   */
  static execute(path: string, transition?: ExecTransition): Rule {
    return Rule.of(fileRule('Rule.execute()', path, '', transition ?? ExecTransition.inherit()));
  }

  /**
   * Making hard links from `link` to `target`.
   *
   * @param link pattern over the paths of the new names
   * @param target pattern over the paths that they lead to
   * @param options whether the link may give no more than its target does
   */
  static link(link: string, target: string, options?: LinkOptions): Rule {
    return Rule.of(linkRule(link, target, options));
  }

  /**
   * Locking files (`k`).
   *
   * @param path pattern over absolute paths, `/run/web.lock`
   */
  static lock(path: string): Rule {
    return Rule.of(fileRule('Rule.lock()', path, 'k'));
  }

  /**
   * Mapping files as executable code (`m`), which libraries need.
   *
   * @param path pattern over absolute paths, `/usr/lib/**`
   */
  static map(path: string): Rule {
    return Rule.of(fileRule('Rule.map()', path, 'm'));
  }

  /**
   * Several permissions at once; without any argument every permission on every file.
   *
   * @param path pattern
   * @param permissions some of `r w a l k m`
   * @param transition for programs that may be executed, too
   */
  static file(path?: string, permissions?: string, transition?: ExecTransition): Rule {
    return Rule.of(path === undefined ? everyFile() : fileRule('Rule.file()', path, permissions ?? '', transition));
  }

  /**
   * Capabilities by their names in lower case without `CAP_`; all of them without a name.
   *
   * @param names of capabilities(7), `net_bind_service`
   */
  static capability(...names: string[]): Rule {
    return Rule.of(...capabilityRules(names));
  }

  /**
   * Sockets of a family and type; all of them without a family.
   *
   * @param family default: every family
   * @param type default: every type of the family
   * @param options addresses, ports and what is done, which need AppArmor 4.1
   */
  static network(family?: NetworkFamily, type?: SocketType, options?: NetworkOptions): Rule {
    return Rule.of(networkRule(family, type, options));
  }

  /**
   * Mounting. A container needs `sys_admin` for it, too.
   *
   * @param props what may be mounted where; default: everything everywhere
   */
  static mount(props?: MountProps): Rule {
    return Rule.of(mountRule('mount', props));
  }

  /**
   * Changing the options of a mount.
   *
   * @param props which mount, and the options; default: any
   */
  static remount(props?: MountProps): Rule {
    return Rule.of(mountRule('remount', props));
  }

  /**
   * Unmounting; any mountpoint without one given.
   *
   * @param target pattern over mountpoints
   */
  static umount(target?: string): Rule {
    return Rule.of(mountRule('umount', target === undefined ? {} : { target }));
  }

  /**
   * Changing the root file system by pivot_root(2).
   *
   * @param props the old and the new root; default: any
   */
  static pivotRoot(props?: PivotRootProps): Rule {
    return Rule.of(pivotRootRule(props));
  }

  /**
   * Tracing and reading other processes, and being traced and read.
   *
   * @param props what is done, and with whom; default: all, with anybody
   */
  static ptrace(props?: PtraceProps): Rule {
    return Rule.of(ptraceRule(props));
  }

  /**
   * Sending signals and receiving them.
   *
   * @param props which, and with whom; default: all, with anybody
   */
  static signal(props?: SignalProps): Rule {
    return Rule.of(signalRule(props));
  }

  /**
   * Messages and names on a D-Bus; mediated by the bus daemon.
   *
   * @param props which messages and names; default: all
   */
  static dbus(props?: DbusProps): Rule {
    return Rule.of(dbusRule(props));
  }

  /**
   * Unix domain sockets without a path.
   *
   * @param props which, and with whom; default: all, with anybody
   */
  static unix(props?: UnixProps): Rule {
    return Rule.of(unixRule(props));
  }

  /** Creating user namespaces; needs `abi: AppArmorAbi.V4_0`. */
  static userns(): Rule {
    return Rule.of({ type: 'userns', qualifiers: NO_QUALIFIERS, create: true });
  }

  /**
   * The most that a process may have of a resource.
   *
   * @param resource of getrlimit(2)
   * @param limit a number, a size (`64MB`), a time (`10s`) or `infinity`
   */
  static rlimit(resource: Resource, limit: string): Rule {
    return Rule.of(rlimitRule(resource, limit));
  }

  /**
   * Changing to another profile by aa_change_profile(3); to any without a target.
   *
   * @param target pattern over the names of profiles
   * @param options the program for which it holds, and how
   */
  static changeProfile(target?: string, options?: ChangeProfileOptions): Rule {
    return Rule.of(changeProfileRule(target, options));
  }

  /**
   * Using io_uring; needs `abi: AppArmorAbi.V5_0`.
   *
   * @param props what is done; default: all
   */
  static ioUring(props?: IoUringProps): Rule {
    return Rule.of(ioUringRule(props));
  }

  /**
   * Message queues; needs `abi: AppArmorAbi.V4_0`.
   *
   * @param props which queues, and what is done; default: all
   */
  static mqueue(props?: MqueueProps): Rule {
    return Rule.of(mqueueRule(props));
  }

  /** Everything but resource limits and changes of the profile; needs `abi: AppArmorAbi.V4_0`. */
  static all(): Rule {
    return Rule.of({ type: 'all', qualifiers: NO_QUALIFIERS });
  }

  /**
   * The rules of a file that the node has, `abstractions/nameservice`: searched in the node's `/etc/apparmor.d`.
   *
   * @param path below that folder
   * @param options whether a node may lack it
   */
  static include(path: string, options?: IncludeOptions): Rule {
    return Rule.of(includeOf(path, options));
  }

  /**
   * A child profile: it confines the programs that are executed with `ExecTransition.child(name)`, and has rules of its own.
   * On the node it is called `PARENT//NAME`.
   *
   * @param name of the child, without its parent's
   * @param rules of its own: it has none of its parent's
   */
  static childProfile(name: string, rules: Rule[]): Rule {
    return new Rule([childOf('profile', name, rules.flatMap((rule) => rule.items))]);
  }

  /**
   * A hat: a child profile that the program itself changes to by aa_change_hat(3).
   *
   * @param name of the hat, without its parent's
   * @param rules of its own: it has none of its parent's
   */
  static hat(name: string, rules: Rule[]): Rule {
    return new Rule([childOf('hat', name, rules.flatMap((rule) => rule.items))]);
  }

  /**
   * Rules in the words of apparmor.d(5), each with its comma: rules, includes, child profiles and hats. Comments stay. What
   * the real parser would refuse, or read and drop, throws here.
   *
   * @param text one rule or several, `/srv/** r, deny network raw,`
   */
  static raw(text: string): Rule {
    return new Rule(rawItems(text));
  }

  private static of(...nodes: readonly Item[]): Rule {
    return new Rule(nodes.map((node) => ({ node, comments: [] })));
  }

  private constructor(private readonly items: readonly RuleItem[]) {}

  /** The same accesses, forbidden: a deny wins over every allow, and is not logged unless it is audited. */
  deny(): Rule {
    return this.with({ access: 'deny' });
  }

  /** Logged whenever it applies. */
  audit(): Rule {
    return this.with({ audit: true });
  }

  /** Only for files whose owner is the process' user; for file and link rules. */
  owner(): Rule {
    return this.with({ owner: 'owner' });
  }

  /**
   * The reason, printed as a comment above the rule.
   *
   * @param reason in a sentence; further lines become further lines
   */
  because(reason: string): Rule {
    const lines = reason.split(/\r?\n/).map((line) => line.replace(/[\u0000-\u001f\u007f]/g, ' ').trim()).filter((line) => line !== '');
    const [first, ...rest] = this.items;
    return new Rule([{ ...first, comments: [...first.comments, ...lines] }, ...rest]);
  }

  private with(qualifiers: Qualifiers): Rule {
    return new Rule(this.items.map((item) => qualify(item, qualifiers)));
  }

  /** @internal */
  public _items(): readonly RuleItem[] {
    return this.items;
  }
}

export function includeOf(path: string, { ifExists = false }: IncludeOptions = {}): Include {
  const place = 'Rule.include()';
  const text = word(place, 'path', path);
  if (/[<>"\s#]/.test(text) || text.startsWith('/') || text.split('/').includes('..')) {
    throw new ProfileError(`${place}: "${text}" is no path below /etc/apparmor.d; write it without brackets and "..", as in "abstractions/base"`);
  }
  return { type: 'include', path: text, magic: true, ifExists };
}
